from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rag.citations import numbered_sources, source_numbers
from rag.text.invisible import visible
from rag.types import Answer, ClaimChecked, Finished, Passage, QuotesReady, TextDelta
from ui.shared import formatting

CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
any_text = st.text(st.characters(codec=None, exclude_categories=())) | st.text("\x1b[]\x07\x9b31mab\n\t\u202e\ud800")


@given(any_text)
def test_no_control_character_is_left_and_nothing_else_is_lost(text: str) -> None:
    cleaned = formatting.clean(text)
    assert not CONTROLS.search(cleaned)
    cleaned.encode()  # no half characters either
    seen = visible(CONTROLS.sub("", text))
    assert cleaned.replace("\ufffd", "") == re.sub("[\ud800-\udfff\ufffd]", "", seen)
    assert len(formatting.clean_in_place(text)) == len(text)
    assert not CONTROLS.search(formatting.clean_in_place(text))
    assert "\n" not in formatting.one_line(text)


def test_words_that_nobody_sees_are_not_shown() -> None:
    hidden = "".join(chr(0xE0000 + ord(each)) for each in "ignore")
    assert formatting.clean(f"The gate{hidden} ❤️") == "The gate ❤️"
    assert formatting.clean_in_place(f"a{hidden}b") == "a" + "�" * 6 + "b"


def test_numbers_begin_with_the_quotes_and_never_change_while_an_answer_grows(answer: Answer) -> None:
    first = replace(answer, claims=())
    shown: Answer | None = None
    before: tuple[object, ...] = ()
    for event in (QuotesReady(first), TextDelta("He "), *map(ClaimChecked, answer.claims), Finished(answer)):
        shown = formatting.answer_after(shown, event)
        now = numbered_sources(shown)
        assert now[: len(before)] == before
        before = now
    assert [source.quote for source in numbered_sources(answer)] == [
        "The miller's name was Tobias Wren.",
        "He kept a goat.",
    ]
    assert source_numbers(answer.claims[1].citations, numbered_sources(answer)) == [2]


def test_what_stands_around_a_quote_is_shown_in_whole_words(answer: Answer, passage: Passage) -> None:
    good = answer.quotes[0]
    moved = replace(good, start=good.start + 1, end=good.end + 1)
    assert formatting.text_around(moved, [passage], 50) == ("", "")
    assert formatting.text_around(good, [passage], 50) == ("Flour is ground at dawn.", "He kept a goat.")
    assert formatting.text_around(good, [passage], 10) == ("… at dawn.", "He kept a …")


def test_a_place_names_file_page_and_heading() -> None:
    assert formatting.place_text("a/b.pdf", 3, ("One", "Two")) == "a/b.pdf, page 3, One › Two"
    assert formatting.place_text("a/b.ZIP", 3, ("in/c.pdf", "Two")) == "a/b.ZIP/in/c.pdf, page 3, Two"
    assert formatting.place_text("a/b.tar.gz", None, ("c.txt",)) == "a/b.tar.gz/c.txt"
    assert formatting.place_text("b.zip", None, ("c.tgz", "d/e.txt", "Two")) == "b.zip/c.tgz/d/e.txt, Two"
    assert formatting.place_text("a/b.fb2.zip", None, ("One",)) == "a/b.fb2.zip, One"
    assert formatting.place_text("a/b\x1b[2J.txt", None, ()) == "a/b[2J.txt"
    assert formatting.file_name("a/\udcff.txt") == "\ufffd.txt"


def test_sources_are_named_by_as_little_of_their_path_as_tells_them_apart() -> None:
    paths = ["/a/town/lease.md", "/a/shop/lease.md", "/b/town/lease.md", "/a/rules.md"]
    assert [*formatting.names_apart(paths).values()] == [
        "a/town/lease.md",
        "shop/lease.md",
        "b/town/lease.md",
        "rules.md",
    ]
    assert formatting.names_apart(["lease.md", "/a/lease.md"]) == {"lease.md": "lease.md", "/a/lease.md": "a/lease.md"}
