"""Reader of JSON and JSON Lines: a record is a row of ``key: value``, a named group of records a section.

Down to the first list every object is a section of its own; below it nested values are labelled by their path
(``address.town: Tresvado``), so that a record stays one row that can be cited.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.text_decoding import decode
from ingest.readers.shared.unreadable import UnreadableError
from rag.messages import Message
from rag.types import Document, Outcome

LONG_VALUE = 200  # characters; a longer text is a block of its own
MAX_VALUES = 2_000_000  # values


def read(path: Path) -> Document:
    """Read a JSON file. Invalid JSON, or JSON followed by something else, is read as plain text, with a note."""
    suffix = path.suffix.lower()
    text = decode(path.read_bytes()).lstrip("\ufeff")
    media_type = READERS[suffix if suffix in READERS else ".json"].media_type
    by_lines = suffix in (".jsonl", ".ndjson")
    error = ""
    if not by_lines:
        try:
            return build(_bounded(_blocks(json.loads(text), 1)), media_type)
        except ValueError as failure:
            error = str(failure)
    lines = [line for line in text.split("\n") if line.strip()]
    values = [_parsed(line) for line in lines]
    bad = sum(isinstance(value, ValueError) for value in values)
    if (bad and bad == len(values)) or (bad and not by_lines):  # JSON Lines are often named .json
        document = build([ReaderBlock("code", text)], media_type)
        return replace(
            document, remark=Message("it is not valid JSON ({error}); read as plain text", error=error or values[0])
        )
    document = build(
        _bounded(
            block
            for value, line in zip(values, lines, strict=True)
            for block in ([ReaderBlock("text", line)] if isinstance(value, ValueError) else _record(value))
        ),
        media_type,
    )
    return replace(
        document,
        remark=Message("not valid JSON: {bad} of {lines} lines", bad=bad, lines=len(values)) if bad else "",
    )


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        return error


def _bounded(blocks: Iterator[ReaderBlock]) -> Iterator[ReaderBlock]:
    for number, block in enumerate(blocks):
        if number > MAX_VALUES:
            raise UnreadableError(
                Outcome.TOO_LARGE, Message("it holds more than {max_values:,} records; split it", max_values=MAX_VALUES)
            )
        yield block


def _blocks(value: Any, level: int, name: str = "") -> Iterator[ReaderBlock]:
    """Yield the blocks of a value at the top, or reached from there through objects alone."""
    if isinstance(value, dict):
        inner = {key: each for key, each in value.items() if _is_group(each)}
        for key, each in value.items():  # facts about the whole, each a line of its own
            if key not in inner:
                yield from _record({key: each})
        for key, each in inner.items():
            yield ReaderBlock("title", str(key), level)
            yield from _blocks(each, level + 1)
            yield ReaderBlock("title", "", level)
    elif isinstance(value, list) and any(isinstance(each, dict | list) for each in value):
        for each in value:
            yield from _record(each)
    elif isinstance(value, list):
        yield from (ReaderBlock("row", _as_text(each)) for each in value)
    else:
        yield ReaderBlock("text", _as_text(value))


def _is_group(value: Any) -> bool:
    """Tell whether a value gets a section: an object, or a list of more than plain values."""
    return (isinstance(value, dict) and bool(value)) or (
        isinstance(value, list) and any(isinstance(each, dict | list) for each in value)
    )


def _record(value: Any) -> Iterator[ReaderBlock]:
    """Yield a record as one row; long texts in it, and lists of records, follow it."""
    short: list[str] = []
    after: list[ReaderBlock] = []
    for path, each in _flat(value, ""):
        label = f"{path}: " if path else ""
        if isinstance(each, list):
            for inner in each:
                nested = list(_record({path: inner} if path else inner))
                after.extend(nested)
        elif len(text := _as_text(each)) > LONG_VALUE or "\n" in text.strip():
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
    elif isinstance(value, list) and not any(isinstance(each, dict | list) for each in value):
        yield path, ", ".join(filter(None, map(_as_text, value)))
    else:
        yield path, value


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
