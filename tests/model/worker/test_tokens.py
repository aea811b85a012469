import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.model.worker.tokens import AnswerText


def shown(pieces: list[bytes], stops: tuple[str, ...] = (), drop_space: bool = False) -> tuple[str, bool]:
    text = AnswerText(stops, drop_space)
    out = ""
    for piece in pieces:
        out += text.feed(piece)
        if text.stopped:
            break
    return out + text.rest(), text.stopped


@given(st.text(), st.lists(st.integers(0, 40)))
def test_only_whole_characters_leave(text: str, cuts: list[int]) -> None:
    data = text.encode("utf-8", "ignore")
    edges = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    pieces = [data[start:end] for start, end in itertools.pairwise(edges)]
    assert shown(pieces) == (data.decode(), False)


def test_half_a_character_at_the_end_is_dropped() -> None:
    assert shown([b"a", "я".encode()[:1]]) == ("a", False)


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_a_stop_string_is_never_shown_however_it_is_cut(size: int) -> None:
    data = b"An answer.</s><|prompter|>more"
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert shown(pieces, ("</s>", "<|prompter|>")) == ("An answer.", True)


def test_what_only_begins_like_a_stop_string_is_shown() -> None:
    assert shown([b"a < b, </", b"b>, <|", b"x <|pro"], ("</s>", "<|prompter|>")) == ("a < b, </b>, <|x <|pro", False)


def test_sentencepiece_space_is_dropped_once() -> None:
    assert shown([b" The", b" river"], drop_space=True) == ("The river", False)
