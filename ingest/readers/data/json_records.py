"""Reader of JSON and JSON Lines: a record is a row of ``key: value``, a named group of records a section.

Down to the first list every object is a section of its own; below it nested values are labelled by their path
(``address.town: Tresvado``), so that a record stays one row that can be cited. Conversations and notes are read as what
they are (known_json.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingest.readers.data import known_json
from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.decoding.text_decoding import decode
from ingest.readers.shared.records import as_text, bounded, is_group, record_blocks
from rag.messages import Message
from rag.types import Document

_ESCAPED_BYTES = re.compile(r"(?<!\\)(?:\\u00[89a-fA-F][0-9a-fA-F])+")


def read(path: Path) -> Document:
    """Read a JSON file. Invalid JSON, or JSON followed by something else, is read as plain text, with a note."""
    suffix = path.suffix.lower()
    text = _with_letters(decode(path.read_bytes()).lstrip("\ufeff"))
    media_type = READERS[suffix if suffix in READERS else ".json"].media_type
    by_lines = suffix in (".jsonl", ".ndjson")
    error = ""
    if not by_lines:
        try:
            value = json.loads(text)
            return build(bounded(known_json.blocks(value) or _blocks(value, 1)), media_type)
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
        bounded(
            block
            for value, line in zip(values, lines, strict=True)
            for block in ([ReaderBlock("text", line)] if isinstance(value, ValueError) else record_blocks(value))
        ),
        media_type,
    )
    return replace(
        document,
        remark=Message("not valid JSON: {bad} of {lines} lines", bad=bad, lines=len(values)) if bad else "",
    )


def _with_letters(text: str) -> str:
    r"""Return JSON whose letters beyond ASCII were escaped byte by byte, as Facebook does: ``\u00c3\u00b1`` is ñ.

    Only where all that is escaped in the file is such bytes.
    """
    try:
        return _ESCAPED_BYTES.sub(lambda run: bytes.fromhex(run[0].replace("\\u00", "")).decode("utf-8"), text)
    except UnicodeDecodeError:
        return text


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        return error


def _blocks(value: Any, level: int, name: str = "") -> Iterator[ReaderBlock]:
    """Yield the blocks of a value at the top, or reached from there through objects alone."""
    if isinstance(value, dict):
        inner = {key: each for key, each in value.items() if is_group(each)}
        for key, each in value.items():  # facts about the whole, each a line of its own
            if key not in inner:
                yield from record_blocks({key: each})
        for key, each in inner.items():
            yield ReaderBlock("title", str(key), level)
            yield from _blocks(each, level + 1)
            yield ReaderBlock("title", "", level)
    elif isinstance(value, list) and any(isinstance(each, dict | list) for each in value):
        for each in value:
            yield from record_blocks(each)
    elif isinstance(value, list):
        yield from (ReaderBlock("row", as_text(each)) for each in value)
    else:
        yield ReaderBlock("text", as_text(value))
