"""Headers, footers and page numbers are told from lines of the text that come again by chance."""

from __future__ import annotations

import pytest

from ingest.readers.pages.running_lines import without_running
from ingest.readers.pages.text_line import TextLine

PAGES = (1, 2, 3)


def line(text: str, base: float, page: int, right: float = 400.0) -> TextLine:
    return TextLine((text,), left=50.0, right=right, base=base, size=10.0, bold=False, page=page)


def kept(lines: list[TextLine]) -> list[str]:
    return [each.text for each in without_running(lines, lambda _: False)]


def body(page: int) -> list[TextLine]:
    return [line(f"Heron {page} stands on pier {number} and waits.", 700 - 12 * number, page) for number in range(1, 9)]


def test_a_header_is_kept_once_and_page_numbers_are_left_out() -> None:
    lines = []
    for page in PAGES:
        lines += [line("The Heron's Almanac,", 770, page), line("Lugo 1931", 758, page), *body(page)]
        lines.append(line(f"page {page}", 40, page))
    found = kept(lines)
    assert found.count("The Heron's Almanac,") == found.count("Lugo 1931") == 1
    assert not any(text.startswith("page") for text in found) and len(found) == 2 + 8 * len(PAGES)


def test_a_header_near_the_text_is_left_out() -> None:
    lines = [each for page in PAGES for each in (line("The Heron's Almanac", 702, page), *body(page))]
    assert kept(lines).count("The Heron's Almanac") == 1


@pytest.mark.parametrize(
    "first", ["All herons are born free and equal in", "Todas las garzas nacen libres e iguales en"]
)
def test_a_sentence_that_begins_every_page_is_whole_on_each(first: str) -> None:
    lines = []
    for page in PAGES:
        lines += [
            line(first, 724, page),
            line("dignidad, rights and", 712, page),
            line(f"fish, {page} a day.", 700, page),
        ]
        lines += body(page)[1:]
    found = kept(lines)
    assert found.count(first) == found.count("dignidad, rights and") == len(PAGES)


def test_a_line_that_does_not_fill_its_place_is_a_header() -> None:
    lines = []
    for page in PAGES:
        lines += [line("Almanac of the", 702, page, right=120.0), line(f"herons of pier {page} wait.", 688, page)]
        lines += body(page)[1:]
    assert kept(lines).count("Almanac of the") == 1


def test_words_said_again_and_again_are_kept_where_two_of_them_meet() -> None:
    lines = [line("Some text", base, 1) for base in (700, 650, 600)]
    lines += [line("Some text", base, 2) for base in (740, 700, 660)]
    assert kept(lines) == ["Some text"] * 6


def test_words_at_the_top_and_bottom_of_every_page_are_kept_once() -> None:
    lines = [each for page in PAGES for each in (line("Almanac", 770, page), *body(page), line("Almanac", 40, page))]
    assert kept(lines).count("Almanac") == 1
