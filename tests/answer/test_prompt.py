from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answer.prompt import fit_prompt, fit_turns
from rag.errors import ModelError
from rag.retrieval.coverage import CoveredSentence
from rag.types import Passage, Turn
from tests.doubles import ScriptedModel


def evidence(texts: list[str]) -> list[CoveredSentence]:
    found = []
    for number, text in enumerate(texts):
        passage = Passage(f"d{number}", "a.md", text, 0, len(text), None, (), "en", 1.0, (f"c{number}",))
        found.append(CoveredSentence(passage, 0, len(text), text, 1.0, 1.0, 1.0))
    return found


_texts = st.lists(st.text(min_size=1, max_size=400), min_size=0, max_size=4)
_turns = st.lists(st.tuples(st.text(max_size=200), st.text(max_size=200)), max_size=5)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(256, 32_768),
    st.sampled_from(["en", "es", "ru", ""]),
    _texts,
    _turns,
    st.integers(1, 2_000),
    st.text(max_size=300),
)
def test_the_prompt_and_its_reserve_never_pass_the_window(
    window: int, language: str, texts: list[str], turns: list[tuple[str, str]], max_tokens: int, wish: str
) -> None:
    model = ScriptedModel(window=window)
    history = [turn for q, a in turns for turn in (Turn("user", q), Turn("assistant", a))]
    prompt = fit_prompt("When did it open?", language, evidence(texts), history, model, max_tokens, instructions=wish)
    assert len(prompt.tokens) + prompt.reserved <= window
    assert prompt.tokens == model.encode(prompt.turns)
    assert prompt.turns[0].role == "system" and prompt.turns[-1].text.endswith("When did it open?")
    assert len(prompt.turns) - 2 - len(history) + prompt.dropped_turns in (0, 2)  # with the example or without
    assert len(prompt.used) + len(prompt.dropped) == len(texts)


def test_old_turns_go_before_evidence_does() -> None:
    model = ScriptedModel(window=130)
    history = [Turn("user", "old " * 30), Turn("assistant", "older " * 30)]
    prompt = fit_prompt("When?", "en", evidence(["It opened in 1911. " * 3]), history, model, 40)
    assert prompt.dropped_turns == 2 and len(prompt.used) == 1


def test_the_oldest_question_goes_first_with_its_answer() -> None:
    history = [turn for n in range(3) for turn in (Turn("user", f"q{n} " * 9), Turn("assistant", f"a{n} " * 9))]
    sizes = {}
    for window in range(60, 400, 5):
        prompt = fit_prompt("When?", "en", evidence(["It opened in 1911."]), history, ScriptedModel(window=window), 20)
        left = [turn.text for turn in prompt.turns if turn.text in [each.text for each in history]]
        sizes[len(left)] = left
    assert sizes == {2 * n: [turn.text for turn in history[len(history) - 2 * n :]] for n in range(4)}


def test_the_model_alone_keeps_its_system_turn_and_the_last_turns() -> None:
    history = [turn for n in range(3) for turn in (Turn("user", f"q{n} " * 9), Turn("assistant", f"a{n} " * 9))]
    said = [Turn("system", "Be brief."), *history, Turn("user", "Why?")]
    seen = set()
    for window in range(40, 400, 5):
        prompt = fit_turns(said, ScriptedModel(window=window), 20)
        assert prompt.turns[0] == said[0] and prompt.turns[-1] == said[-1]
        assert list(prompt.turns[1:-1]) == history[prompt.dropped_turns :]
        assert len(prompt.tokens) + prompt.reserved <= window
        seen.add(prompt.dropped_turns)
    assert seen == {0, 2, 4, 6}
    with pytest.raises(ModelError, match="window holds 40"):
        fit_turns([Turn("user", "why " * 500)], ScriptedModel(window=40), 20)


def test_a_question_longer_than_the_window_is_said_so() -> None:
    with pytest.raises(ModelError, match="window holds 256") as raised:
        fit_prompt("why " * 500, "en", evidence(["x"]), [], ScriptedModel(window=256), 40)
    assert "OAKEN_CONTEXT" in raised.value.hint


def test_a_persons_instructions_end_the_system_part_and_give_way_before_evidence_does() -> None:
    wide, narrow = ScriptedModel(window=2000), ScriptedModel(window=200)
    wish, texts = "Answer briefly,\nI am an electrician.", evidence(["It opened in 1911."])
    first = fit_prompt("When?", "en", texts, [], wide, 40, instructions=wish)
    assert first.turns[0].text.endswith("Answer briefly, I am an electrician.")
    assert (
        fit_prompt("When?", "en", texts, [], wide, 40, instructions=wish, copy=True).turns[0].text.endswith("no word.")
    )
    small = fit_prompt("When?", "en", texts, [], narrow, 40, instructions="please " * 100)
    assert "please" not in small.turns[0].text
    assert len(small.used) == 1


def test_a_copy_may_hold_nothing_but_the_sentences_that_were_given() -> None:
    model, given_texts = ScriptedModel(window=2000), ["It opened in 1911.", "It closed in 1950."]
    assert fit_prompt("When?", "en", evidence(given_texts), [], model, 40).verbatim == ()
    assert fit_prompt("When?", "en", evidence(given_texts), [], model, 40, copy=True).verbatim == tuple(given_texts)
    (line,) = evidence(["opened = 1911"])
    code = replace(line, passage=replace(line.passage, source="tram.py"))  # its lines go into a block: fences too
    assert fit_prompt("When?", "en", [code], [], model, 40, copy=True).verbatim == ()
