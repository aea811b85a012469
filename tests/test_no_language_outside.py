"""The words of languages are data, in rag/text/languages: no other module holds a word in other letters."""

from __future__ import annotations

import unicodedata
from pathlib import Path

ROOT = Path(__file__).parents[1]
LANGUAGES = ROOT / "rag" / "text" / "languages"


def test_no_cyrillic_letter_stands_outside_the_languages() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for part in ("rag", "ingest", "ui", "benchmarks", "docs", "data", "oaken.py")
        for path in ([ROOT / part] if part.endswith(".py") else sorted((ROOT / part).rglob("*.py")))
        if LANGUAGES not in path.parents
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if any("CYRILLIC" in unicodedata.name(letter, "") for letter in line if not letter.isascii())
    ]
    assert found == []
