"""What a reader knows and leaves out, counted for the remark on the file being read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace

from rag.messages import Message, joined, marked
from rag.types import Document

HOLE = "[…]"  # stands in a text where something was left out, so that no sentence closes over it
STRUCK = marked("struck-out text ({number:,})")
PICTURES = marked("pictures within a sentence ({number:,})")
UNKNOWN_SYMBOLS = marked("symbols of unknown fonts ({number:,})")
OBJECTS = marked("embedded objects ({number:,})")
EQUATIONS = marked("equations ({number:,})")
FORMULAS = marked("formulas without saved results ({number:,})")
CHAPTERS = marked("missing chapters ({number:,})")
CIPHERS = marked("encrypted text ({number:,})")
COMMENTS = marked("comments ({number:,})")
CHARTS = marked("charts ({number:,})")
RESULTS = marked("pictures among the results ({number:,})")
TEMPLATE_VALUES = marked("values that a template fills in ({number:,})")
REPLACED_MESSAGES = marked("replaced messages ({number:,})")
SOUND = marked("sound and video ({number:,})")

_files: ContextVar[tuple[Counter[str], ...]] = ContextVar("left_out", default=())  # those being read, the inner last


def leave_out(what: str, number: int = 1) -> str:
    """Count what is left out of the file being read: one of the kinds above. Returns "", which stands for it.

    A kind without a ``{number}`` is a remark by itself.
    """
    if number and (files := _files.get()):
        files[-1][what] += number
    return ""


def leave_hole(what: str) -> str:
    """Count what is left out within a sentence, and return the sign that stands in its place."""
    leave_out(what)
    return HOLE


def may_count(what: str) -> bool:
    """Tell whether a file is being read of which this was not counted yet."""
    files = _files.get()
    return bool(files) and what not in files[-1]


@contextmanager
def counting() -> Iterator[Counter[str]]:
    """Yield the counts of what is left out of the file that is read meanwhile."""
    counts: Counter[str] = Counter()
    token = _files.set((*_files.get(), counts))
    try:
        yield counts
    finally:
        _files.reset(token)


def with_counts(document: Document, counts: Counter[str]) -> Document:
    """Return the document with remarks that name what was left out and how often."""
    kinds = [Message(what, number=number) for what, number in counts.items() if "{number" in what]
    listed = Message("left out: {kinds}", kinds=joined(", ", kinds)) if kinds else ""
    others = [Message(what) for what in counts if "{number" not in what and what not in document.remark]
    return replace(document, remark=joined("; ", (document.remark, *others, listed)))
