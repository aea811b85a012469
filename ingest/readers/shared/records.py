"""Records to blocks: a record is one row of ``key: value``, nested values labelled by their path.

A text kept as a list of its pieces, as messengers store bold words and links, is one text again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.decoding.kept_markup import shown_text
from ingest.readers.shared.unreadable import UnreadableError
from rag.messages import Message
from rag.types import Outcome

LONG_VALUE = 200  # characters; a longer text is a block of its own
MAX_VALUES = 2_000_000  # values


def bounded(blocks: Iterator[ReaderBlock]) -> Iterator[ReaderBlock]:
    """Yield the blocks. Raises UnreadableError where they are too many to keep."""
    for number, block in enumerate(blocks):
        if number > MAX_VALUES:
            raise UnreadableError(
                Outcome.TOO_LARGE, Message("it holds more than {max_values:,} records; split it", max_values=MAX_VALUES)
            )
        yield block


def is_group(value: Any) -> bool:
    """Tell whether a value gets a section: an object, or a list of more than plain values."""
    return (isinstance(value, dict) and bool(value)) or (
        isinstance(value, list)
        and any(isinstance(each, dict | list) for each in value)
        and not is_text_in_pieces(value)
    )


def record_blocks(value: Any) -> Iterator[ReaderBlock]:
    """Yield a record as one row; long texts in it, and lists of records, follow it."""
    short: list[str] = []
    after: list[ReaderBlock] = []
    for path, each in _flat(value, ""):
        label = f"{path}: " if path else ""
        if isinstance(each, list):
            for inner in each:
                nested = list(record_blocks({path: inner} if path else inner))
                after.extend(nested)
        elif len(text := as_text(each)) > LONG_VALUE or "\n" in text.strip():
            after.append(ReaderBlock("text", f"{label}{text}"))
        elif text:
            short.append(f"{label}{text}")
    yield ReaderBlock("row", " | ".join(short))
    yield from after


def _flat(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield paths with their values: plain ones, or lists of more than those."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _flat(each, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and is_text_in_pieces(value):
        yield path, text_of_pieces(value)
    elif isinstance(value, list) and not any(isinstance(each, dict | list) for each in value):
        yield path, ", ".join(filter(None, map(as_text, value)))
    else:
        yield path, value


def as_text(value: Any) -> str:
    """Return a plain value as it is shown, markup as a page shows it; "" for none."""
    if value is None:
        return ""
    return shown_text(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def is_text_in_pieces(value: list[Any]) -> bool:
    """Tell whether a list is one text: plain pieces, and marked ones that say of what type they are."""
    marked = [each for each in value if isinstance(each, dict)]
    return (
        0 < len(marked) < len(value)
        and all(isinstance(each.get("text"), str) and isinstance(each.get("type"), str) for each in marked)
        and all(isinstance(each, str) for each in value if not isinstance(each, dict))
    )


def text_of_pieces(value: Any) -> str:
    """Return the text of such a list, or a plain value as it is shown."""
    if not isinstance(value, list):
        return as_text(value)
    return "".join(str(each.get("text", "")) if isinstance(each, dict) else as_text(each) for each in value)
