"""Words for reading text: months, weekdays, number words, units, abbreviations."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextWords:
    """Words for reading text: months, weekdays, number words, units, abbreviations."""
