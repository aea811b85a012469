"""What the tests of scans and pictures compare with."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

SAMPLE = Path(__file__).parents[4] / "data" / "library"
TEXTS = {
    "en": SAMPLE / "transport" / "tram-memories.txt",
    "es": SAMPLE / "ferry" / "la-barca-del-vado.txt",
    "ru": SAMPLE / "bakery" / "pekarnya-gromovykh.txt",
}
TRAM = "The last tram leaves the observatory at midnight.\n\nIt waits for nobody, and it carries dogs free of charge."


def text_of(language: str) -> str:
    return "\n\n".join(TEXTS[language].read_text(encoding="utf-8").split("\n\n")[:6])[:1_500]


def recall(expected: str, found: str) -> float:
    """Share of the expected words that were found."""
    wanted, got = (Counter(re.findall(r"\w+", text.lower())) for text in (expected, found))
    return (wanted & got).total() / wanted.total()
