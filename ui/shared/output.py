"""Separate the outputs: JSON alone on standard output, cleaned text for people, everything else on standard error."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TextIO, cast

if TYPE_CHECKING:
    from rich.console import Console

# Control characters that JSON may carry as they are but a terminal obeys; lone surrogates cannot be written at all.
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def to_json(value: Any, *, indent: int | None = None) -> str:
    r"""Return JSON with letters of all languages as they are, and what a terminal might obey as ``\uXXXX``."""
    return safe_json(json.dumps(value, ensure_ascii=False, indent=indent))


def safe_json(text: str) -> str:
    r"""Return JSON text with what a terminal might obey as ``\uXXXX``."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


_TRAILING_BLANKS = re.compile(r" +((?:\x1b\[[\d;]*m)*)(?=\n)")
_UNSEEN_WIDTH = 200  # where output goes to a file or another program, lines are rarely wrapped


class JsonOutput:
    """Standard output while nothing but JSON may reach it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, value: Any, *, line: bool = False) -> None:
        """Print one value, indented or on one ``line``, at once."""
        self._stream.write(to_json(value, indent=None if line else 2) + "\n")
        self._stream.flush()

    def write_line(self, text: str) -> None:
        """Print a line of JSON that is made already, its end with it."""
        self._stream.write(safe_json(text))


@contextlib.contextmanager
def json_out() -> Iterator[JsonOutput]:
    """Keep standard output for JSON: what any library prints meanwhile goes to standard error."""
    real = sys.stdout
    try:
        number = real.fileno()
    except (OSError, ValueError):  # a stream without a file, as in tests
        with contextlib.redirect_stdout(sys.stderr):
            yield JsonOutput(real)
        return
    real.flush()
    kept = os.dup(number)
    os.dup2(sys.stderr.fileno(), number)
    try:
        with open(kept, "w", encoding="utf-8", closefd=False) as stream:
            yield JsonOutput(stream)
    finally:
        os.dup2(kept, number)
        os.close(kept)


class _WithoutTrailingBlanks:
    """A stream to which Rich writes: the blanks with which it fills its lines are left out."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write the text without blanks at the end of its lines."""
        self._stream.write(_TRAILING_BLANKS.sub(r"\1", text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def human_output(*, stderr: bool = False) -> Console:
    """Return a Rich console on which nothing from a document can be markup, a link or an emoji code.

    Its lines end with their last letter, so that what is piped or copied has no blanks there.
    """
    from rich.console import Console

    stream = cast("TextIO", _WithoutTrailingBlanks(sys.stderr if stderr else sys.stdout))
    console = Console(file=stream, stderr=stderr, markup=False, highlight=False, emoji=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _UNSEEN_WIDTH
    return console


def notify_on_stderr() -> Callable[[str], None]:
    """Return a function that prints what takes a while as one dim line on standard error, where no script reads."""
    return lambda sentence: human_output(stderr=True).print(sentence, style="dim")
