"""``oaken export`` and ``oaken import``: conversations and what was thought of them, to files and from files."""

from __future__ import annotations

import contextlib
import gzip
import os
import tempfile
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated

import typer

from rag.errors import UsageError
from rag.messages import Message
from rag.settings import DEFAULT_LIBRARY
from rag.storage import write_error
from ui.cli.layout.help_text import HelpCommand, HelpGroup
from ui.cli.options import JsonOption, LibraryOption
from ui.shared.output import human_output, json_out

exports = typer.Typer(cls=HelpGroup, no_args_is_help=True, help="Write conversations to a file for training.")
imports = typer.Typer(cls=HelpGroup, no_args_is_help=True, help="Read conversations from a file.")
ExportFile = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE", help="Where to write (.gz compresses); without it, or with -, standard output.", allow_dash=True
    ),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")]


class Form(StrEnum):
    """How messages stand in a file."""

    TREES = "trees"
    THREADS = "threads"
    FLAT = "flat"


def register(app: typer.Typer) -> None:
    """Add both groups."""
    app.add_typer(exports, name="export")
    app.add_typer(imports, name="import")


@exports.command("oasst", cls=HelpCommand)
def export_oasst(
    file: ExportFile = None,
    library: LibraryOption = DEFAULT_LIBRARY,
    form: Annotated[
        Form, typer.Option("--form", help="A line for each tree, each thread, or each message.")
    ] = Form.TREES,
    pseudonyms: Annotated[
        bool,
        typer.Option("--pseudonyms", help="Give every message and person another id. Names within texts stay."),
    ] = False,
    force: ForceOption = False,
) -> None:
    """Write all conversations in Open Assistant's format, with votes, labels and rankings."""
    from rag.conversation.chats.oasst_export import oasst_lines
    from rag.conversation.chats.store import ChatStore
    from rag.factory import find_library
    from rag.settings import load

    with ChatStore.open(find_library(load(), library)) as chats:
        _write(file, oasst_lines(chats, form.value, pseudonyms=pseudonyms), form.value, force=force)


@exports.command("dpo", cls=HelpCommand)
def export_dpo(file: ExportFile = None, library: LibraryOption = DEFAULT_LIBRARY, force: ForceOption = False) -> None:
    """Write pairs of a better and a worse answer to one question, for training by DPO.

    They are from rankings and, where nothing was ranked, from votes.
    """
    from rag.conversation.chats.preferences import preference_lines
    from rag.conversation.chats.store import ChatStore
    from rag.factory import find_library
    from rag.settings import load

    with ChatStore.open(find_library(load(), library)) as chats:
        _write(file, preference_lines(chats), "pairs", force=force)


@imports.command("oasst", cls=HelpCommand)
def import_trees(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Message trees: .jsonl or .jsonl.gz.")],
    library: LibraryOption = DEFAULT_LIBRARY,
    clean: Annotated[
        bool, typer.Option("--clean", help="Leave out what was deleted, refused or taken for spam.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Read message trees in Open Assistant's format: each becomes a conversation of the library.

    A tree that is there already is left as it is. A file with a bad line is refused as a whole.
    """
    from dataclasses import asdict

    from rag.conversation.chats.oasst_import import import_oasst
    from rag.conversation.chats.store import ChatStore
    from rag.factory import open_library
    from rag.settings import load

    with json_out() if as_json else contextlib.nullcontext() as out:
        with open_library(load(), library, create=True) as held, ChatStore.open(held.folder) as chats:
            done = import_oasst(file.expanduser(), chats, clean=clean)
        if out is not None:
            out.write({"library": library, **asdict(done)})
            return
    said = f"{library}: {done.added:,} conversations with {done.messages:,} messages imported"
    said += f", {done.known:,} were there already" if done.known else ""
    human_output().print(said + (f", {done.left_out:,} messages left out" if done.left_out else ""))


def _write(file: Path | None, lines: Iterable[str], what: str, *, force: bool) -> None:
    """Write the lines to a file, whole or not at all, or to standard output; say how many."""
    if file is None or str(file) == "-":
        with json_out() as out:
            for line in lines:
                out.write_line(line)
        return
    path = file.expanduser()
    if path.exists() and not force:
        raise UsageError(Message("The file {file} already exists.", file=path), Message("Overwrite it with --force."))
    written = 0
    try:
        with _fresh(path) as stream:
            for line in lines:
                stream.write(line.encode())
                written += 1
    except OSError as error:
        raise write_error(path, error) from error
    human_output().print(f"wrote {path}: {written:,} {what}")


@contextlib.contextmanager
def _fresh(path: Path) -> Iterator[IO[bytes]]:
    """Yield a file that takes the place of ``path`` once it is whole; only its owner can read it."""
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(number, "wb") as raw:
            if path.suffix == ".gz":
                with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed:
                    yield packed  # type: ignore[misc]
            else:
                yield raw
            raw.flush()
            os.fsync(raw.fileno())
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
