"""A model that is added."""

from __future__ import annotations

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SAID = ["the tram line opened in 1911", "паром ходит с 1974 года", "la línea abrió", "", "the " * 90]
