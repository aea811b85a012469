"""Tables of PDFs: each row with the names of its columns, and nothing else made a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.readers import read
from ingest.readers.pages.blocks import blocks
from ingest.readers.pages.text_line import TextLine
from ingest.readers.shared.build import build
from tests.ingest.readers.pages.table_pages import RULED, WORDS, rows, table


@pytest.mark.parametrize("style", [(), RULED], ids=["plain", "ruled"])
@pytest.mark.parametrize("language", ["en", "es", "ru"])
def test_a_row_bears_the_names_of_its_columns(tmp_path: Path, language: str, style: Sequence[Any]) -> None:
    head, *body = WORDS[language]
    labelled = [" | ".join(f"{name}: {cell}" for name, cell in zip(head, row, strict=True)) for row in body]
    assert rows(table(tmp_path / "a.pdf", WORDS[language], style)) == [" | ".join(head), *labelled]


@pytest.mark.parametrize("repeat", [0, 1])
def test_a_table_keeps_its_names_on_the_next_pages(tmp_path: Path, repeat: int) -> None:
    body = [[f"Чайка {at}", str(at % 5 + 2), f"{at * 3},50"] for at in range(90)]
    found = rows(table(tmp_path / "a.pdf", [WORDS["ru"][0], *body], RULED, repeat=repeat))
    for name, seats, price in body:
        assert f"Лодка: {name} | Места: {seats} | Цена: {price}" in found


def test_the_lines_of_a_cell_stand_together(tmp_path: Path) -> None:
    cells = [
        ["Boat", "Who may take it out", "Price"],
        ["Heron", "Members who have passed the\ntest of the harbour and have\nrowed for two years at least", "12.50"],
        ["Gull", "Crews of eight with a cox\nwho holds a licence", "31.00"],
    ]
    found = rows(table(tmp_path / "a.pdf", cells, RULED))
    assert found[1].endswith("test of the harbour and have rowed for two years at least | Price: 12.50")
    assert found[2] == "Boat: Gull | Who may take it out: Crews of eight with a cox who holds a licence | Price: 31.00"


@pytest.mark.parametrize(
    "cells",
    [
        [["Name:", "Ana Ruiz"], ["Born:", "1980"], ["Floor:", "3"], ["Rooms:", "4"]],
        [["Ana Ruiz", "Ivan Petrov"], ["Harbour Institute", "Mill Institute"], ["12 Pier Street", "4 Mill Lane"]],
    ],
    ids=["form", "addresses"],
)
def test_what_is_no_table_gets_no_names(tmp_path: Path, cells: list[list[str]]) -> None:
    assert rows(table(tmp_path / "a.pdf", cells)) == [" | ".join(row) for row in cells]


def test_two_columns_of_a_paper_stay_prose(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(595, 842))
    said = [f"In the year {1900 + at} the harbour counted {at * 7} boats and" for at in range(30)]
    for left in (60, 320):
        for at, line in enumerate(said):
            canvas.setFont("Helvetica", 9)
            canvas.drawString(left, 760 - 12 * at, line)
    canvas.save()
    assert rows(read(tmp_path / "a.pdf")) == []


_CELL = st.text("abcDE 12345.:(", min_size=1, max_size=12).filter(str.strip)


@settings(max_examples=60)
@given(st.lists(st.lists(st.tuples(_CELL, st.integers(0, 400)), min_size=1, max_size=5), min_size=1, max_size=8))
def test_no_letter_is_lost_whatever_stands_where(found: list[list[tuple[str, int]]]) -> None:
    lines = []
    for at, cells in enumerate(found):
        placed = sorted(cells, key=lambda cell: cell[1])
        spans = tuple((float(left), left + 5.0 * len(text)) for text, left in placed)
        texts = tuple(text.strip() for text, _ in placed)
        base = 700.0 - 12 * at
        lines.append(
            TextLine(texts, spans[0][0], spans[-1][1], base, 10.0, False, 1, box=(0, base, 9, base + 9), spans=spans)
        )
    made = list(blocks(lines))
    before, after = (
        Counter("".join(said).replace(" ", ""))
        for said in ((line.text for line in lines), (each.text for each in made))
    )
    assert not before - after
    document = build(made, "x")
    for each in document.lines:
        assert document.text[each.start : each.end].strip()
