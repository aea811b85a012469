"""Tables on a page of PDF, and the rows they give."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ingest.readers import read
from rag.types import Document
from tests.ingest.made_pdf import write_table

RULED = [("GRID", (0, 0), (-1, -1), 0.5, "black")]
BEFORE, AFTER = "The boathouse keeps its fees in one table.", "All fees are paid at the desk."
WORDS = {
    "en": [["Boat", "Seats", "Price"], ["Heron", "4", "12.50"], ["Gull", "8", "31.00"], ["Tern", "2", "9.75"]],
    "es": [["Barca", "Plazas", "Precio"], ["Garza", "4", "12,50"], ["Gaviota", "8", "31,00"], ["Charrán", "2", "9,75"]],
    "ru": [["Лодка", "Места", "Цена"], ["Цапля", "4", "12,50"], ["Чайка", "8", "31,00"], ["Крачка", "2", "9,75"]],
}


def rows(document: Document) -> list[str]:
    return [document.text[each.start : each.end] for each in document.elements if each.kind == "row"]


def table(path: Path, cells: Sequence[Sequence[Any]], style: Sequence[Any] = (), **more: Any) -> Document:
    write_table(path, BEFORE, cells, AFTER, style, **more)
    document = read(path)
    assert document.text.startswith(BEFORE) and document.text.endswith(AFTER)
    return document
