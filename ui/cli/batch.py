"""Batches: a question a line, each answered as soon as it is read; a bad line gets an error of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from rag.errors import OakenError, UsageError
from rag.messages import Message
from rag.types import Role, Turn

_MAX_BATCH_LINE_BYTES = 4 * 2**20  # bytes of a line that is read
_ROLES: dict[str, Role] = {"user": "user", "assistant": "assistant"}


class BadLineError(Exception):
    """A line that is no question: why, and its id where it has one."""

    def __init__(self, reason: str, ident: Any = None) -> None:
        super().__init__(reason)
        self.ident = ident


@contextmanager
def opened(path: str, command: str) -> Iterator[BinaryIO]:
    """Open the file of questions for a command; "-" is standard input. Raises UsageError where it cannot be read."""
    if path == "-":
        yield sys.stdin.buffer
        return
    try:
        file = Path(path).expanduser().open("rb")
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise UsageError(
            Message("The questions in {path!r} cannot be read: {reason}.", path=path, reason=reason),
            f"oaken {command} --batch FILE",
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


def read_query(raw: bytes) -> tuple[Any, str, list[Turn]]:
    """Return what :func:`read_line` does, of a line that may also be the bare question. Raises BadLineError."""
    if raw.lstrip(b"\xef\xbb\xbf \t").startswith(b"{"):
        return read_line(raw)
    try:
        return None, raw.decode("utf-8-sig").strip(), []
    except UnicodeDecodeError as error:
        raise BadLineError(f"the line is not UTF-8 text: {error}") from error


def run(
    lines: BinaryIO,
    respond: Callable[[str, list[Turn]], dict[str, Any]],
    write: Callable[[dict[str, Any]], None],
    read: Callable[[bytes], tuple[Any, str, list[Turn]]] = read_line,
) -> int:
    """Respond to each line with one object, at once; return how many lines failed. Empty lines are skipped.

    ``respond`` gets a question and the turns before it. An object of a failed line has its "error" and its number.
    """
    failed = 0
    for number, raw in enumerate(_bounded(lines), 1):
        if raw is not None and not raw.strip():
            continue
        ident: Any = None
        try:
            if raw is None:
                raise BadLineError(f"the line has more than {_MAX_BATCH_LINE_BYTES:,} bytes")
            ident, question, history = read(raw)
            row = {"id": ident, **respond(question, history)}
        except BadLineError as error:
            row = {"id": error.ident, "error": str(error), "line": number}
            failed += 1
        except OakenError as error:
            row = {"id": ident, "error": str(error), "line": number}
            failed += 1
        write(row)
    return failed


def _bounded(lines: BinaryIO) -> Iterator[bytes | None]:
    """Yield each line as it comes from a file or a pipe; None for one that is too long, which is not kept in memory."""
    while line := lines.readline(_MAX_BATCH_LINE_BYTES + 1):
        if len(line) <= _MAX_BATCH_LINE_BYTES:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = lines.readline(_MAX_BATCH_LINE_BYTES)
        yield None
