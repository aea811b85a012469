"""Fonts whose characters have codes of their own."""

from __future__ import annotations

from ingest.readers.office.symbol_fonts import in_unicode, symbol


def test_symbols_are_letters_of_unicode() -> None:
    shown = [symbol("Symbol", code) for code in (0xF0B0, 0xF061, 0xF0A3, 0xB1, 0xF0AE)]
    assert shown == ["°", "α", "≤", "±", "→"]
    assert (symbol("Wingdings", 0xF0FE), symbol("Wingdings", 0xF001), symbol("Other", 0xF0B0)) == ("☑", "", "")


def test_private_letters_of_a_text() -> None:
    assert in_unicode("Symbol", "20\uf0b0C \uf0ff") == "20°C \uf0ff"
    assert in_unicode("Arial", "\uf0b0") == "\uf0b0"
