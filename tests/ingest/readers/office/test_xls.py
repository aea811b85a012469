"""Workbooks of the older kind."""

from __future__ import annotations

from pathlib import Path

from ingest.readers import read
from tests.ingest.readers.reading import told

FILES = Path(__file__).parents[2] / "files"


def test_workbooks_of_the_older_kind() -> None:
    document = read(FILES / "fares.xls")
    assert told(document) == [
        ("title", "Тарифы"),
        ("row", "Кто | Цена, кроны | С какого дня"),
        ("row", "Кто: Взрослый | Цена, кроны: 4,50 | С какого дня: 2024-03-01"),
        ("row", "Кто: Ребёнок | Цена, кроны: 1 | С какого дня: 2024-05-02 09:30"),
        ("title", "Turnos"),
        ("row", "Día | Marinero | Parte"),
        ("row", "Día: lunes | Marinero: Anselmo Pardo | Parte: 25%"),
        ("row", "Día: lunes | Marinero: Rita Pascual | Parte: TRUE"),
        ("title", "Empty"),
    ]
    assert document.pages == 3 and [each.page for each in document.elements] == [1, 1, 1, 1, 2, 2, 2, 2, 3]
