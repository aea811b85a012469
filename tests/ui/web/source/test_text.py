"""A document as text: what is marked is what was cited, nothing is lost, nothing becomes markup."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers import read
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from rag.types import Document, Element
from tests.ui.web.test_html_views import PAYLOADS, Witness
from ui.shared.formatting import clean
from ui.web.source import text as source_text
from ui.web.source.text import part

MARK = re.compile("<mark>(.*?)</mark>", re.DOTALL)


def of(text: str, **changes: object) -> Document:
    return build(
        [ReaderBlock("title", "The mill", 1), *(ReaderBlock("text", each) for each in text.split("\n\n"))], "text/plain"
    )


def marks(drawn: str) -> list[str]:
    return [html.unescape(each) for each in MARK.findall(drawn)]


def cited(document: Document, words: str) -> tuple[int, int]:
    start = document.text.index(words)
    return start, start + len(words)


def whole(document: Document, span: tuple[int, int]) -> list[str]:
    """All parts of a document, first to last."""
    turn = 0
    while part(document, "a.txt", span, turn).before:
        turn -= 1
    parts = [part(document, "a.txt", span, turn)]
    while parts[-1].after:
        turn += 1
        parts.append(part(document, "a.txt", span, turn))
    assert [each.start for each in parts] == [0, *(each.end for each in parts[:-1])]  # they tile the text
    return [each.html for each in parts]


def test_a_sentence_is_marked_among_its_neighbours() -> None:
    document = of("Flour is ground at dawn. The miller was Tobias Wren. He kept a goat.\n\nThe wheel is of larch.")
    drawn = part(document, "mill.txt", cited(document, "The miller was Tobias Wren."))
    assert (
        "<p" in drawn.html and "Flour is ground at dawn. <mark>The miller was Tobias Wren.</mark> He kept" in drawn.html
    )
    assert ">The mill</h3>" in drawn.html and ">The wheel is of larch.</p>" in drawn.html
    assert (drawn.before, drawn.after) == (False, False)


blocks = st.builds(
    ReaderBlock,
    st.sampled_from(["title", "text", "list", "row", "code"]),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=60),
    st.integers(1, 3),
    st.none() | st.integers(1, 3),
)


@given(st.lists(blocks, min_size=1, max_size=12), st.data())
def test_what_is_marked_is_what_was_cited(made: list[ReaderBlock], data: st.DataObject) -> None:
    document = build(made, "text/plain")
    if not document.text.strip():
        return
    start = data.draw(st.integers(0, len(document.text) - 1))
    end = data.draw(st.integers(start + 1, len(document.text)))
    drawn = part(document, "a.pptx", (start, end)).html
    Witness(drawn)
    found = "".join("".join(marks(drawn)).split())
    wanted = "".join(clean(document.text[start:end]).split())
    rows = [each for each in document.elements if each.kind == "row" and each.start < end and start < each.end]
    if rows:  # the labels of a row have gone to the top, and the lines between its cells with them
        rest = iter(wanted)
        assert all(letter in rest for letter in found)
    else:
        assert found == wanted


@given(st.lists(st.text("ab \n", min_size=1, max_size=400), min_size=1, max_size=30), st.data())
def test_nothing_of_a_long_document_is_lost(made: list[str], data: st.DataObject) -> None:
    document = build([ReaderBlock("text", each) for each in made], "text/plain")
    if not document.text:
        return
    at = data.draw(st.integers(0, len(document.text) - 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source_text, "MAX_WINDOW_CHARS", 300)
        patch.setattr(source_text, "_SNAP_CHARS", 60)
        parts = whole(document, (at, at + 1))
    assert "".join("".join(Witness(each).text for each in parts).split()) == "".join(document.text.split())


def test_a_table_row_is_marked_under_the_names_of_its_columns_however_far_up_they_stand() -> None:
    rows = ["Town | People | Since", *(f"Town: T{at} | People: {at} | Since: {1900 + at}" for at in range(2_000))]
    document = build([ReaderBlock("row", each) for each in rows], "text/csv")
    drawn = part(document, "a.csv", cited(document, rows[1_500])).html
    assert drawn.count("<thead>") == 1 and '<th scope="col">People</th>' in drawn
    [row] = re.findall(r'<tr class="oaken-cited".*?</tr>', drawn)
    assert marks(row) == ["T1499", "1499", "3399"]
    assert "<td>T1500</td>" in drawn and "<td>T3</td>" not in drawn
    assert "Town</td>" not in drawn  # the header is said once


def test_slides_and_sheets_are_named() -> None:
    document = build(
        [ReaderBlock("title", "One", 1, 1), ReaderBlock("text", "a", page=1), ReaderBlock("text", "b", page=2)], "x"
    )
    assert re.findall(r"oaken-leaf.>([^<]+)<", part(document, "a.pptx", (0, 1)).html) == ["slide 1", "slide 2"]
    assert re.findall(r"oaken-leaf.>([^<]+)<", part(document, "a.ods", (0, 1)).html) == ["sheet 1", "sheet 2"]


def test_source_code_has_the_numbers_of_its_lines(tmp_path: Path) -> None:
    file = tmp_path / "fare.py"
    file.write_text("import os\n\n\ndef fare(age):\n    if age < 6:\n        return 0\n    return 4\n")
    document = read(file)
    drawn = part(document, "fare.py", cited(document, "    if age < 6:\n        return 0")).html
    assert Witness(drawn).text == document.text
    assert re.findall(r'data-line="(\d)"', drawn) == list("1234567")
    assert re.findall(r'oaken-cited" data-line="(\d)"', drawn) == ["5", "6"]
    assert marks(drawn) == ["    if age < 6:", "        return 0"]


def test_lines_of_a_long_file_keep_their_numbers_in_every_part() -> None:
    text = "\n".join(f"line_{number} = {number}" for number in range(1, 5_001))
    document = Document(text, (Element("code", 0, len(text)),), "text/x-python")
    parts = whole(document, cited(document, "line_2500 = 2500"))
    found = [line for each in parts for line in re.findall(r'data-line="(\d+)">line_(\d+)|<mark>line_', each)]
    assert len(parts) > 2
    assert all(number == name for number, name in found if number)
    assert sum(each.count("data-line=") for each in parts) == 5_000


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("kind", ["title", "text", "list", "row", "code"])
def test_hostile_words_stay_words(payload: str, kind: str) -> None:
    document = build([ReaderBlock(kind, f"{payload} | b: {payload}"), ReaderBlock(kind, payload)], "text/html")
    Witness(part(document, f"{payload}.pptx", (0, len(document.text))).html)
