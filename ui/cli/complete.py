"""``oaken complete``: continues a text, above all code, or fills the gap between two."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from rag.errors import UsageError
from rag.messages import Message
from ui.cli.layout.help_text import HelpCommand
from ui.cli.options import JsonOption
from ui.shared.formatting import clean
from ui.shared.output import json_out

_MAX_COMPLETED_FILE_BYTES = 4 * 2**20  # bytes of a file that is read


def register(app: typer.Typer) -> None:
    """Add ``complete`` to the command."""
    app.command(cls=HelpCommand)(complete)


def complete(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="A file with the gap after --line.")] = None,
    line: Annotated[
        int | None, typer.Option("--line", min=0, metavar="N", help="The gap is at the end of this line.")
    ] = None,
    prefix: Annotated[str | None, typer.Option("--prefix", metavar="TEXT", help="What stands before the gap.")] = None,
    suffix: Annotated[str | None, typer.Option("--suffix", metavar="TEXT", help="What stands after it.")] = None,
    max_tokens: Annotated[
        int, typer.Option("--max-tokens", min=1, max=4096, metavar="N", help="Tokens to write at most.")
    ] = 128,
    preset: Annotated[str, typer.Option("--preset", metavar="NAME", help="Sampling preset.")] = "precise",
    as_json: JsonOption = False,
) -> None:
    """Continue a text, or fill the gap between two.

    A gap in code is filled where the model was trained for that.
    """
    before, after = _around(file, line, prefix, suffix)
    from rag.model.prompting.sampling_presets import preset as named
    from rag.settings import load
    from ui.shared.completion import opened

    sampling = replace(named(preset).sampling, max_tokens=max_tokens)
    with json_out() if as_json else contextlib.nullcontext() as out, opened(load()) as model:
        from rag.model.complete import complete as written

        pieces: list[str] = []
        finish = "stop"
        with contextlib.closing(written(model, before, after, sampling)) as stream:
            while True:
                try:
                    piece = next(stream)
                except StopIteration as stop:
                    finish = stop.value.finish if stop.value else finish
                    break
                pieces.append(piece)
                if out is None:
                    _say(piece)
        if out is not None:
            out.write({"text": "".join(pieces), "finish": finish, "fills": bool(after)})
        elif sys.stdout.isatty():
            print()


def _say(piece: str) -> None:
    """Print to a terminal without control sequences; to a program exactly."""
    sys.stdout.write(clean(piece) if sys.stdout.isatty() else piece)
    sys.stdout.flush()


def _around(file: Path | None, line: int | None, prefix: str | None, suffix: str | None) -> tuple[str, str]:
    """Return the texts before and after the gap. Raises UsageError where they are not given, or given twice."""
    if file is None:
        if line is not None:
            raise UsageError(Message("--line needs a FILE."), "oaken complete FILE --line 12")
        before = sys.stdin.read() if prefix is None and suffix is not None and not sys.stdin.isatty() else prefix
        if not before and not suffix:
            raise UsageError(Message("There is no text to continue."), "oaken complete --prefix 'def add(a, b):'")
        return before or "", suffix or ""
    if prefix is not None or suffix is not None:
        raise UsageError(Message("Both a FILE and --prefix or --suffix were given."), Message("Leave one of them out."))
    lines = _read(file).splitlines(keepends=True)
    at = len(lines) if line is None else line
    if at > len(lines):
        raise UsageError(
            Message("{file} has {count} lines.", file=file, count=len(lines)),
            f"oaken complete {file} --line {len(lines)}",
        )
    before, after = "".join(lines[:at]), "".join(lines[at:])
    if after and before.endswith("\n"):  # the gap is at the line's end, before its newline
        mark = "\r\n" if before.endswith("\r\n") else "\n"
        before, after = before.removesuffix(mark), mark + after
    return before, after


def _read(file: Path) -> str:
    try:
        if file.stat().st_size > _MAX_COMPLETED_FILE_BYTES:
            raise UsageError(
                Message(
                    "{file} is too large: more than {largest:,} bytes.", file=file, largest=_MAX_COMPLETED_FILE_BYTES
                ),
                "oaken complete --prefix …",
            )
        with file.open(encoding="utf-8", newline="") as opened:
            return opened.read()
    except UnicodeDecodeError as error:
        raise UsageError(Message("{file} is not UTF-8 text.", file=file), "oaken complete --prefix …") from error
    except OSError as error:
        raise UsageError(
            Message("{file} cannot be read: {error}.", file=file, error=error.strerror or error),
            Message("Check the path: ls {file}", file=file),
        ) from error
