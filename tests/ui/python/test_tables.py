"""Rows show themselves as text, as HTML and as a DataFrame."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ui.python.tables import Table


def table(*rows: object) -> Table[object]:
    return Table(rows, {"text": str, "length": lambda row: len(str(row))}, "words")


def test_a_table_is_a_sequence_and_a_frame() -> None:
    made = table("mill", "ferry")
    assert made[0] == "mill" and made[-1:] == ("ferry",) and list(made) == ["mill", "ferry"] and len(made) == 2
    assert made.to_dicts() == [{"text": "mill", "length": 4}, {"text": "ferry", "length": 5}]
    assert made.frame().query("length > 4").text.tolist() == ["ferry"]
    assert list(table().frame().columns) == ["text", "length"] and len(table().frame()) == 0
    assert repr(table()) == "words" and "<table" not in table()._repr_html_()


def test_long_tables_and_cells_are_cut_and_say_so() -> None:
    made = table(*range(23), "x" * 500)
    assert repr(made).endswith("… and 4 more") and "… and 4 more" in made._repr_html_()
    shown = table("y" * 500)
    assert "y" * 99 + "…" in repr(shown) and "y" * 100 not in shown._repr_html_()
    assert shown.frame().text[0] == "y" * 500


@given(st.text())
def test_no_text_of_a_document_becomes_markup_or_moves_a_terminal(text: str) -> None:
    made = table(f"<script>{text}\x1b[2J")
    assert "<script>" not in made._repr_html_() and "\x1b" not in made._repr_html_() + repr(made)
