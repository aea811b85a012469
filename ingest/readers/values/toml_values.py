"""TOML to values, keys of many parts refused: the standard library takes time with the square of their number."""

from __future__ import annotations

import tomllib
from typing import Any

MAX_KEY_PARTS = 100  # parts of a dotted key


def toml_values(text: str) -> dict[str, Any]:
    """Return a TOML document's values. Raises ValueError where it is not TOML, or a key has too many parts."""
    if any(line.partition("=")[0].count(".") >= MAX_KEY_PARTS for line in text.splitlines()):
        raise ValueError("a key of too many parts")
    return tomllib.loads(text)
