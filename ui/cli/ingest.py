"""``oaken ingest`` and ``oaken watch``: add files to a library, once or continuously."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import LibraryNotFoundError, UsageError
from rag.messages import Message
from rag.settings import DEFAULT_LIBRARY
from ui.cli import progress
from ui.cli.layout.help_text import HelpCommand
from ui.cli.options import SOME_FAILED, JsonOption, LibraryOption
from ui.shared.output import human_output, json_out, notify_on_stderr

if TYPE_CHECKING:
    from ingest.report import IngestProgress, IngestReport
    from rag.interfaces import Embedder
    from rag.library.library import Library
    from rag.settings import Settings
    from ui.shared.adding.web_pages import FetchedPages

KeepMissingOption = Annotated[
    bool, typer.Option("--keep-missing", help="Keep documents whose files are gone, rather than remove them.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(cls=HelpCommand)(ingest)
    app.command(cls=HelpCommand)(watch)


def ingest(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH", help="Files, folders and web addresses to ingest.")
    ] = None,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
    keep_missing: KeepMissingOption = False,
    retry_failed: Annotated[
        bool,
        typer.Option(
            "--retry-failed", help="Retry files that gave no text; without a PATH, all of them in the library."
        ),
    ] = False,
    shared_as: Annotated[
        str,
        typer.Option(
            "--shared-as", metavar="NAME", help="The folder's name on every machine that mounts it (docs/scale.md)."
        ),
    ] = "",
) -> None:
    """Add files and folders to the library.

    Files that did not change are not read again, and documents whose files are gone are removed. What is read can be
    asked at once; search by meaning follows. Without a PATH, an ingest that was ended early is finished.

    A page at a web address is fetched now, and again when you name it again; only if it changed, it is read again.

    Exits with 3 as long as some file cannot be read; an .oakenignore leaves such a file out.
    """
    from rag.settings import library_folder, load

    given = paths or []
    from ui.shared.adding import web_pages

    sources = web_pages.sources_of(given)
    _look_for(sources.paths)
    if shared_as and (len(given) != 1 or not sources.paths or not sources.paths[0].is_dir()):
        raise UsageError(Message("--shared-as names one folder."), f"oaken ingest FOLDER --shared-as {shared_as}")
    from rag.factory import embedder_name, open_embedder, open_library
    from ui.shared.adding.added_folders import note_added
    from ui.shared.folders import place_names

    settings = load()
    if not given and not retry_failed and not _is_unfinished(settings, library):
        raise UsageError(Message("A PATH is missing."), "oaken ingest FILE-OR-FOLDER")
    with json_out() if as_json else contextlib.nullcontext() as out, progress.progress(quiet=as_json) as on_progress:
        pages = web_pages.fetch_pages(sources, library_folder(settings.home, library), on_page=_tell(on_progress))
        with open_library(settings, library, create=bool(given)) as held:
            embedder = open_embedder(settings, embedder_name(settings, library), notify=notify_on_stderr())
            if shared_as:
                held.name_folder(os.path.realpath(sources.paths[0]), shared_as)
            note_added(held.folder, sources.paths)
            report = _ingest(
                sources.paths, pages, held, embedder, on_progress,
                keep_missing=keep_missing, retry_incomplete=retry_failed,
            )  # fmt: skip
            better = _offer(settings, held)
            name = place_names(held.ledger.roots(), held.folder)
        if out is not None:
            out.write(report.to_json())
    if not as_json and report.outcomes:
        from ui.cli import render

        human_output().print(render.report(report, name))
        if better:
            human_output().print(better, style="dim")
    if not report.outcomes and not report.removed:
        if not given:
            if not as_json:
                human_output().print(
                    "Nothing to retry: every file has text."
                    if retry_failed
                    else "All documents are found by meaning now."
                )
            return
        raise UsageError(
            Message("There are no files in {names}.", names=", ".join(given)), "oaken ingest FILE-OR-FOLDER"
        )
    if not report.outcomes and not as_json:
        human_output().print(f"{report.removed} documents were removed: their files are gone.")
    if report.failed:
        raise typer.Exit(SOME_FAILED)


def _is_unfinished(settings: Settings, library: str) -> bool:
    """Tell whether documents of the library wait for their vectors."""
    from rag.factory import open_library

    try:
        with open_library(settings, library) as held:
            return bool(held.pending().documents)
    except LibraryNotFoundError:
        return False


def _offer(settings: Settings, library: Library) -> str:
    """Return the offer of a better embedder in a sentence, or ""."""
    from ui.shared.embedder_offer import dismissed, offer

    made = offer(settings, library)
    return made.sentence if made is not None and not dismissed(library, made) else ""


def watch(
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help="Folders or files to watch.")],
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
    keep_missing: KeepMissingOption = False,
) -> None:
    """Keep the library in step with folders until Ctrl-C.

    With --json, one event a line.
    """
    from rag.settings import load
    from ui.shared.adding.web_pages import file_paths

    folders = file_paths(paths)
    _look_for(folders)
    from ingest.watch import watch as keep_in_step
    from rag.factory import embedder_name, open_embedder, open_library
    from ui.shared.folders import place_names

    settings = load()
    with (
        json_out() if as_json else contextlib.nullcontext() as out,
        progress.ended_by_signal(),
        open_library(settings, library, create=True) as held,
    ):

        def named(source: str) -> str:
            return place_names(held.ledger.roots(), held.folder)(source)

        on_progress = progress.watching(quiet=out is not None, name=named)
        embedder = open_embedder(settings, embedder_name(settings, library), notify=notify_on_stderr())
        for event in keep_in_step(folders, held, embedder, keep_missing=keep_missing):
            if out is not None:
                out.write(event.to_json(), line=True)
            else:
                on_progress(event)


def _tell(on_progress: Callable[[IngestProgress], None]) -> Callable[[str], None]:
    """Return what shows a page that is fetched, before the files are counted."""
    from ingest.report import IngestProgress

    return lambda address: on_progress(IngestProgress(0, 0, address))


def _look_for(paths: Sequence[Path]) -> None:
    """Check the paths before a library is created or a model loaded for nothing."""
    missing = next((path for path in paths if not path.expanduser().exists() and not path.is_symlink()), None)
    if missing is not None:
        raise UsageError(
            Message("There is no file or folder {missing!r}.", missing=str(missing)),
            Message("Check the path: ls {folder}", folder=missing.parent),
        )


def _ingest(
    paths: Sequence[Path],
    pages: FetchedPages,
    library: Library,
    embedder: Embedder,
    on_progress: Callable[[IngestProgress], None],
    *,
    keep_missing: bool,
    retry_incomplete: bool,
) -> IngestReport:
    from ingest.pipeline import ingest as take_in

    kept = pages.keep(library.folder)
    report = take_in(
        [*paths, *kept], library, embedder, progress=on_progress, keep_missing=keep_missing,
        retry_incomplete=retry_incomplete, addresses=kept,
    )  # fmt: skip
    return pages.finish(library, report, kept)
