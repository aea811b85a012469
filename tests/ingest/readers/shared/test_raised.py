"""Raised and lowered characters."""

from __future__ import annotations

import pytest

from ingest.readers.shared.raised import LOWERED, RAISED, footnote_sign, in_one_line, lowered, raised


@pytest.mark.parametrize(
    ("before", "text", "shown"),
    [
        ("5 × 10", "6", "⁶"),
        ("10", "-6", "⁻⁶"),
        ("10", "n", "ⁿ"),
        ("x", "1/2", "^(1/2)"),
        ("x", "ab", "^(ab)"),
        ("The claim stands", "14", "¹⁴"),
        ("the 19", "th", "th"),
        ("el 1.", "º", "º"),
        ("el 1.", "o", "o"),
        ("Oaken", "TM", "™"),
        ("the claim", "[1]", "[1]"),
        ("the claim", "*", "*"),
        ("", "1", "1"),
        ("10", " 6 ", " ⁶ "),
        ("Fee", "small print that was only set higher", " small print that was only set higher"),
    ],
)
def test_a_raised_figure_is_never_a_part_of_the_number_before_it(before: str, text: str, shown: str) -> None:
    assert raised(text, before) == shown


@pytest.mark.parametrize(
    ("before", "text", "shown"),
    [("H", "2", "₂"), ("2011", "15ya", "_(15ya)"), ("v", "max", "_(max)"), ("x", "i", "ᵢ"), ("", "note", "note")],
)
def test_lowered_characters(before: str, text: str, shown: str) -> None:
    assert lowered(text, before) == shown


def test_pieces_of_one_exponent_are_joined() -> None:
    runs = [("5 × 10", 0), ("1", RAISED), ("/", RAISED), ("2", RAISED), (" m", 0), ("a", LOWERED), ("b", LOWERED)]
    assert in_one_line(runs) == "5 × 10^(1/2) m_(ab)"
    assert in_one_line([("st", RAISED)], before="the 1") == "st"


def test_the_sign_of_a_linked_footnote_is_in_brackets() -> None:
    assert [footnote_sign(sign) for sign in ("14", " b ", "[3]", "*")] == ["[14]", "[b]", "[3]", "*"]
