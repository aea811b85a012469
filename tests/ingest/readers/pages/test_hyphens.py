"""A hyphen at a line's end goes where it only divides the word, and stays where it is a part of it."""

from __future__ import annotations

import pytest

from ingest.readers.pages.blocks import blocks
from ingest.readers.pages.hyphens import before_more, with_compounds
from ingest.readers.pages.text_line import TextLine
from tests.linear_time import excess

ELSEWHERE = "A cross-lake ferry, a SHORE-based one and la Madre-tierra"


def line(text: str, base: float = 700.0) -> TextLine:
    return TextLine((text,), left=50.0, right=400.0, base=base, size=10.0, bold=False, page=1)


@pytest.mark.parametrize(
    ("end", "more", "joined"),
    [
        ("the obser-", "vatory opens", "the observatory opens"),
        ("the cross-", "lake ferry", "the cross-lake ferry"),
        ("the shore-", "based one", "the shore-based one"),
        ("de la madre-", "tierra", "de la madre-tierra"),
        ("a cross-", "ing", "a crossing"),
        ("see https://lugo.example/old-", "pier/heron", "see https://lugo.example/old-pier/heron"),
        ("at www.lugo.example/the-", "pier", "at www.lugo.example/the-pier"),
        ("a state-of-the-", "art pier", "a state-of-the-art pier"),
        ("the well-", "Known hill", "the well- Known hill"),
        ("a pier of stone", "and wood", "a pier of stone and wood"),
    ],
)
def test_a_hyphen_at_a_lines_end(end: str, more: str, joined: str) -> None:
    broken, rest, *_ = with_compounds([line(end), line(more), line(ELSEWHERE)])
    assert before_more(end, broken, rest.text) + rest.text == joined


def test_lines_without_a_hyphen_at_the_end_stay_as_they_are() -> None:
    lines = [line("a cross-lake ferry"), line("and a pier")]
    assert with_compounds(lines) == lines


def test_a_paragraph_keeps_the_hyphen_that_its_page_shows_elsewhere() -> None:
    (block,) = blocks([line("Herons of the cross-", 700), line("lake ferry, a cross-lake one.", 688)])
    assert block.text == "Herons of the cross-lake ferry, a cross-lake one."


@pytest.mark.parametrize("seed", ["x", "x-", "x- ", "a/"])
def test_long_words_take_time_in_proportion(seed: str) -> None:
    assert not excess(lambda text: with_compounds([line(text), line(f"{text} -")]), "", seed, (10_000, 40_000))
