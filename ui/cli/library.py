"""``oaken backup``, ``restore``, ``reembed`` and ``purge``: operations on a whole library."""

from __future__ import annotations

import contextlib
import itertools
import shlex
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.settings import CHATS_FILE, DEFAULT_LIBRARY, LEDGER_LINK
from rag.types import is_elsewhere
from ui.cli.layout.help_text import HelpCommand
from ui.cli.options import JsonOption, LibraryOption
from ui.shared.formatting import duration
from ui.shared.output import human_output, json_out, notify_on_stderr

if TYPE_CHECKING:
    from rag.library.maintenance.reembed import ReembedProgress

STILL_QUOTED = "Conversations keep the words that their answers quoted: delete those that should not, on the page Ask."
BackupFile = Annotated[Path, typer.Argument(metavar="FILE", help="The backup: one file.")]


def register(app: typer.Typer) -> None:
    """Add these commands to ``oaken``."""
    for command in (backup, restore, reembed, purge):
        app.command(cls=HelpCommand)(command)


def backup(
    file: BackupFile,
    library: LibraryOption = DEFAULT_LIBRARY,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Check a backup instead of writing one.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write a library to one file, or check such a file.

    The library may be in use meanwhile. Your documents are in it as text, not as files.
    """
    from rag.factory import find_library
    from rag.library.maintenance.backup import save
    from rag.library.maintenance.restore import verify as check
    from rag.settings import load

    with json_out() if as_json else contextlib.nullcontext() as out:
        file = file.expanduser()
        about = check(file) if verify else save(find_library(load(), library), file, force=force)
        if out is not None:
            out.write({"file": str(file), **asdict(about)})
            return
    said = f"{about.documents} documents, {about.chunks} chunks, {about.created}"
    human_output().print(f"{file} is valid: {said}" if verify else f"wrote {file}: {said}")


def restore(
    file: BackupFile,
    library: LibraryOption = DEFAULT_LIBRARY,
    force: Annotated[bool, typer.Option("--force", help="Replace a library that exists.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Restore a library from a backup.

    Everything is checked before anything is replaced.
    """
    from rag.factory import new_library, open_library
    from rag.library.maintenance import restore as room
    from rag.settings import load

    settings = load()
    with json_out() if as_json else contextlib.nullcontext() as out:
        about = room.restore(file.expanduser(), new_library(settings, library), force=force)
        note = ""
        with open_library(settings, library) as held:
            note = held.follow()
        if out is not None:
            out.write({"library": library, "note": note, **asdict(about)})
            return
    console = human_output()
    console.print(f"{library} holds {about.documents} documents, {about.chunks} chunks, as of {about.created}")
    for root in itertools.filterfalse(is_elsewhere, about.restored_roots):
        console.print(f"Files in {root} are not opened until you add it here: oaken ingest {shlex.quote(root)}")
    if note:
        console.print(note, style="dim")


def reembed(
    library: LibraryOption = DEFAULT_LIBRARY,
    embedder: Annotated[
        str, typer.Option("--embedder", metavar="NAME", help="Which embedder; without it, the default one.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Give a library another embedder.

    No file is read again; an interrupted run continues where it was.
    """
    from ingest.reembed_library import reembed_library
    from rag.factory import find_library, open_embedder
    from rag.library.library import Library
    from rag.settings import load

    settings = load()
    folder = find_library(settings, library)
    with json_out() if as_json else contextlib.nullcontext() as out:
        chosen = open_embedder(settings, embedder, notify=notify_on_stderr())
        with _counted(quiet=as_json) as on_progress:
            done = reembed_library(folder, chosen, progress=on_progress)
        with Library.open(folder, chosen.card, chroma_url=settings.chroma_url) as held:
            note = held.follow()
        if out is not None:
            out.write({"library": library, "note": note, **asdict(done)})
            return
    console = human_output()
    if done.before == done.now and not done.documents:
        console.print(f"{library} already uses {done.now}.")
        return
    console.print(f"{library} now uses {done.now} instead of {done.before}: {done.documents} documents")
    if done.recut:
        console.print(f"{done.recut} of them were chunked again.")
    if note:
        console.print(note, style="dim")


def purge(library: LibraryOption = DEFAULT_LIBRARY, as_json: JsonOption = False) -> None:
    """Erase what was removed from every file of a library.

    Neither text nor vectors of it are left. Backups are not touched.
    """
    from rag.factory import open_library
    from rag.settings import load

    with json_out() if as_json else contextlib.nullcontext() as out:
        with open_library(load(), library) as held:
            held.purge()
            kept = sorted(str(path) for path in held.folder.glob("*.damaged-*"))
        if out is not None:
            out.write({"library": library, "purged": True, "kept": kept})
            return
    console = human_output()
    console.print(f"No trace of removed documents is left in the library {library}.")
    if any((held.folder / each).exists() for each in (CHATS_FILE, LEDGER_LINK)):
        console.print(STILL_QUOTED)
    for path in kept:
        console.print(f"A repair kept the old file: {path}. Delete it when you no longer need it.")


@contextlib.contextmanager
def _counted(*, quiet: bool) -> Iterator[Callable[[ReembedProgress], None]]:
    """Show a bar on standard error with documents and the time left; nothing where that is not a terminal."""
    console = human_output(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _: None
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

    columns = (SpinnerColumn(), BarColumn(24), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("getting ready", total=1.0)

        def on_progress(now: ReembedProgress) -> None:
            words = f"{now.done} of {now.total} documents"
            words += f", {duration(now.seconds_left)} left" if now.seconds_left is not None else ""
            bar.update(task, completed=now.share, description=words)

        yield on_progress
