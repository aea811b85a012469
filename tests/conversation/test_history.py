"""What a follow-up may depend on: the same for the page, the API, the terminal and a file of questions."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rag.conversation.history import recent_turns
from rag.types import Turn


def exchanges(count: int) -> list[Turn]:
    return [Turn(role, f"{n}?") for n in range(count) for role in ("user", "assistant")]  # type: ignore[arg-type]


def test_the_last_ones_are_kept_two_at_a_time() -> None:
    kept = [recent_turns(exchanges(count)) for count in range(9)]
    assert [len(each) // 2 for each in kept] == [0, 1, 2, 3, 4, 3, 4, 3, 4]
    assert all(each[-1].text == f"{count - 1}?" for count, each in enumerate(kept) if count)
    assert sum(one[0] == other[0] for one, other in pairwise(kept[1:])) == 5  # most prompts begin like the one before


def test_small_talk_and_what_is_no_answer_to_a_question_are_left_out() -> None:
    told = [Turn("system", "Be a pirate."), Turn("assistant", "Hello!"), *exchanges(1)]
    told += [Turn("user", "Thanks!"), Turn("assistant", "You are welcome."), Turn("user", "And then?")]
    assert recent_turns(told) == [*exchanges(1), Turn("user", "And then?")]


@given(st.lists(st.builds(Turn, st.sampled_from(["system", "user", "assistant"]), st.text(max_size=20)), max_size=20))
def test_it_begins_with_a_question_and_once_is_enough(turns: list[Turn]) -> None:
    kept = recent_turns(turns)
    assert not kept or kept[0].role == "user"
    assert all(turn.role != "system" for turn in kept)
    assert recent_turns(kept) == kept
