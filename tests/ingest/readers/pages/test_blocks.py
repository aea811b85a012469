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


def test_a_plain_heading_is_no_part_of_the_first_item_below_it() -> None:
    lines = [
        "How to take out a boat",
        "1. Write your name into the log book.",
        "2. Check the oars.",
        "Fees",
        "- Ten pounds.",
    ]
    rights = (160.0, 230.0, 140.0, 75.0, 120.0)
    placed = [line(text, 700 - 14 * at, right=rights[at]) for at, text in enumerate(lines)]
    found = [(block.kind, block.text) for block in blocks(placed[:3])]
    assert found == [("text", lines[0]), ("list", lines[1]), ("list", lines[2])]
    assert [block.text for block in blocks(placed[3:])] == lines[3:]


def test_a_number_at_the_beginning_of_a_full_line_opens_no_item() -> None:
    wrapped = [line("The committee meets on the", 700), line("1. Then it decides about the rents.", 688)]
    assert len(list(blocks(wrapped))) == 1


def test_a_bold_line_after_an_item_is_no_part_of_it() -> None:
    body = [line(f"Plain words number {number} go on and on here,", 600 - 12 * number) for number in range(6)]
    item = line("- Guests pay 5 pounds a day.", 500, right=180.0)
    head = line("Guests", 488, right=85.0, bold=True)
    last = line("- No guest rows alone, and each of them signs the book.", 476, right=300.0)
    assert [block.text for block in blocks([*body, item, head, last])][1:] == [item.text, head.text, last.text]


def test_a_bold_first_line_of_a_paragraph_is_a_part_of_it() -> None:
    bold = line("Whoever takes out a boat writes it down before going", 700, bold=True)
    found = list(blocks([bold, line("out, and signs once more when the boat is back in its place.", 688)]))
    assert len(found) == 1
