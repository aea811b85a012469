"""Reader of plain text: detects its paragraphs. Guesses no headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.text_decoding import decode
from rag.types import Document

_TEXT_ITEM = re.compile(r"\s*(?:[-*+•–—]|\d{1,3}[.)]|[a-z\u0430-\u044f][.)])\s")
MAX_WRAP_WIDTH = 120  # characters; longer lines were not wrapped by hand
MIN_WRAP_WIDTH = 40


def read(path: Path) -> Document:
    """Read a text file. Raises UnreadableError where it is not text."""
    text = decode(path.read_bytes())
    return build((ReaderBlock("text", part) for part in paragraphs(text)), "text/plain")


def paragraphs(text: str) -> Iterator[str]:
    """Yield the paragraphs of a text; hard-wrapped lines are joined."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")
    lines = [line.rstrip() for line in text.split("\n")]
    width = _width(lines)
    part: list[str] = []
    for line in [*lines, ""]:
        if not line.strip():
            if part:
                yield "\n".join(part)
            part = []
        elif part and width and _wrapped(part[-1], line, width):
            part[-1] = f"{part[-1]} {line.strip()}"
        else:
            part.append(line)


def _width(lines: list[str]) -> int:
    """Return the width at which a hard-wrapped text breaks its lines; 0 where it is not wrapped."""
    lengths = sorted(len(line) for line in lines if line.strip())
    if len(lengths) < 2:
        return 0
    widest = lengths[-1] if len(lengths) < 40 else lengths[int(len(lengths) * 0.98)]
    return widest if MIN_WRAP_WIDTH <= widest <= MAX_WRAP_WIDTH else 0


def _wrapped(before: str, line: str, width: int) -> bool:
    """Tell whether ``line`` continues a full ``before``: its first word would not have fitted there."""
    if _TEXT_ITEM.match(line) or line.startswith((" ", "\t")) or "  " in line.strip() or "  " in before.strip():
        return False
    return len(before) + 1 + len(line.split(maxsplit=1)[0]) > width
