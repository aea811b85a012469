"""Lines of a page to paragraphs and headings."""

from __future__ import annotations

from ingest.readers.pages.blocks import blocks, mark_continued_paragraphs
from ingest.readers.pages.text_line import TextLine
from ingest.readers.shared.build import build


def line(text: str, base: float, **more: object) -> TextLine:
    values = {"cells": (text,), "left": 50.0, "right": 400.0, "base": base, "size": 10.0, "bold": False, "page": 1}
    return TextLine(**{**values, **more})  # type: ignore[arg-type]


def test_a_word_divided_at_a_line_end_is_put_together() -> None:
    (block,) = blocks([line("The obser-", 700), line("vatory opens on the well-", 688), line("Known hill.", 676)])
    assert block.text == "The observatory opens on the well- Known hill."


def test_a_paragraph_goes_on_over_the_page_end() -> None:
    one = line("The last tram leaves when the", 60)
    two = line("observatory closes. Then night.", 700, page=2)
    found = list(mark_continued_paragraphs(list(blocks([one, two]))))
    assert [(block.page, block.continues) for block in found] == [(1, False), (2, True)]
    assert build(found, "x").text == "The last tram leaves when the observatory closes. Then night."


def test_a_bold_line_of_its_own_is_a_heading_and_bold_prose_is_not() -> None:
    body = [line(f"Plain words number {number} go on and on here,", 600 - 12 * number) for number in range(6)]
    found = list(blocks([line("Fees", 630, bold=True), *body]))
    assert [block.kind for block in found] == ["title", "text"]
    found = list(blocks([*body, line("Bold words end it.", 528, bold=True)]))
    assert [block.kind for block in found] == ["text"]
