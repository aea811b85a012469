"""Batches: questions in JSON Lines, each answered as soon as it is read; a bad line gets an answer of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from rag.errors import OakenError, UsageError
from rag.messages import Message
from rag.serialize import answer_json
from rag.types import Answer, Role, Turn

_ROLES: dict[str, Role] = {"user": "user", "assistant": "assistant"}


class BadLineError(Exception):
    """A line that is no question: why, and its id where it has one."""

    def __init__(self, reason: str, ident: Any = None) -> None:
        super().__init__(reason)
        self.ident = ident


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """Open the file of questions; "-" is standard input. Raises UsageError where it cannot be read."""
    if path == "-":
        yield sys.stdin.buffer
        return
    try:
        file = Path(path).expanduser().open("rb")
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise UsageError(
            Message("The questions in {path!r} cannot be read: {reason}.", path=path, reason=reason),
            "oaken ask --batch FILE.jsonl",
        ) from error
    with file:
        yield file


def read_line(raw: bytes) -> tuple[Any, str, list[Turn]]:
    """Return id (any JSON value, None without one), question and the turns before it. Raises BadLineError."""
    try:
        row = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        raise BadLineError(f"the line is not JSON: {error}") from error
    if not isinstance(row, dict):
        raise BadLineError('the line is not an object such as {"id": 1, "question": "…"}')
    ident, question = row.get("id"), row.get("question")
    if not isinstance(question, str) or not question.strip():
        raise BadLineError('the line has no "question"', ident)
    try:
        history = [Turn(_ROLES[turn["role"]], str(turn["text"])) for turn in row.get("history") or ()]
    except (TypeError, KeyError) as error:
        raise BadLineError('"history" is a list of {"role": "user" or "assistant", "text": "…"}', ident) from error
    return ident, question, history


def run(lines: BinaryIO, answer: Callable[[str, list[Turn]], Answer], write: Callable[[dict[str, Any]], None]) -> int:
    """Answer each line and write one object for it at once; return how many lines failed. Empty lines are skipped."""
    failed = 0
    for number, raw in enumerate(iter(lines.readline, b""), 1):  # readline, as a pipe's lines are answered as they come
        if not raw.strip():
            continue
        ident: Any = None
        try:
            ident, question, history = read_line(raw)
            row = {"id": ident, **answer_json(answer(question, history))}
        except BadLineError as error:
            row = {"id": error.ident, "error": str(error), "line": number}
            failed += 1
        except OakenError as error:
            row = {"id": ident, "error": str(error), "line": number}
            failed += 1
        write(row)
    return failed
