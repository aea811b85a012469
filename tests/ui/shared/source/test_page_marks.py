"""A drawn page: the marks lie where the words stand."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.page_image import PageImage
from rag.types import Document, PageLine
from ui.shared.source import page_marks

TEXT = "Take the tram to the gate. From there\na path leads up. And back."
LINES = (PageLine(0, 37, 1, (100.0, 700.0, 300.0, 712.0)), PageLine(38, 63, 2, (100.0, 740.0, 240.0, 752.0)))
DOCUMENT = Document(TEXT, (), "application/pdf", pages=2, lines=LINES)
QUOTE = (27, 53)  # From there a path leads up.


def test_a_quote_over_two_pages_is_marked_on_both() -> None:
    assert page_marks.first_page(DOCUMENT, QUOTE) == 1
    [(left, bottom, right, top)] = page_marks.boxes(DOCUMENT, 1, QUOTE)
    assert 230 < left < 250 and 300 <= right < 303 and 697 < bottom < 700 and 712 < top < 715
    [(left, _, right, _)] = page_marks.boxes(DOCUMENT, 2, QUOTE)
    assert 97 < left <= 100 and 175 < right < 195
    assert page_marks.boxes(DOCUMENT, 3, QUOTE) == []
    assert page_marks.first_page(DOCUMENT, (500, 510)) is None
    assert page_marks.first_page(DOCUMENT, (0, 0)) == 1 and page_marks.boxes(DOCUMENT, 1, (0, 0)) == []


@given(st.integers(0, 62), st.integers(1, 63))
def test_a_mark_never_leaves_its_line(start: int, length: int) -> None:
    for page, line in ((1, LINES[0]), (2, LINES[1])):
        for left, bottom, right, top in page_marks.boxes(DOCUMENT, page, (start, start + length)):
            assert line.box[0] - 2 <= left < right <= line.box[2] + 2
            assert line.box[1] - 2 <= bottom < top <= line.box[3] + 2


@pytest.mark.parametrize("words", ["שלום עולם וברכה", "مرحبا بالعالم كله"])
def test_a_line_that_is_read_from_the_right_is_marked_whole(words: str) -> None:
    document = Document(words, (), "x", lines=(PageLine(0, len(words), 1, (10, 10, 110, 20)),))
    [(left, _, right, _)] = page_marks.boxes(document, 1, (0, 4))
    assert left < 10 and right > 110


def test_a_page_is_its_picture_with_marks_in_its_own_measure() -> None:
    drawn = PageImage(b"\x89PNG", "image/png", 400.0, 800.0, 2)
    html = page_marks.sheet(drawn, [(100.0, 600.0, 300.0, 620.0)], 'a "b" <c>')
    assert 'src="data:image/png;base64,iVBORw=="' in html and 'alt="a &quot;b&quot; &lt;c&gt;"' in html
    [style] = re.findall(r'oaken-box" style="([^"]+)"', html)
    assert style == "left: 25.000%; top: 22.500%; width: 50.000%; height: 2.500%"
