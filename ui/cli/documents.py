"""``oaken list``, ``show``, ``tag`` and ``remove``: the documents of a library."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Annotated

import typer

from rag.errors import UsageError
from rag.messages import Message
from rag.settings import CHATS_FILE, DEFAULT_LIBRARY, LEDGER_LINK
from ui.cli.layout.help_text import HelpCommand
from ui.cli.library import STILL_QUOTED
from ui.cli.options import JsonOption, LibraryOption, PathsOption, TagOption
from ui.shared.output import human_output, json_out


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("list", cls=HelpCommand)(list_documents)
    app.command("show", cls=HelpCommand)(show_document)
    app.command(cls=HelpCommand)(tag)
    app.command(cls=HelpCommand)(remove)


def list_documents(
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
    failed: Annotated[bool, typer.Option("--failed", help="Only files that gave no text, with the reason.")] = False,
    tags: TagOption = None,
    paths: PathsOption = False,
) -> None:
    """List the documents of the library."""
    from rag.factory import open_library
    from rag.retrieval.filters import SearchFilter
    from rag.settings import load
    from ui.cli import render
    from ui.shared.deletion import record_json
    from ui.shared.folders import DocumentNames

    with json_out() if as_json else contextlib.nullcontext() as out, open_library(load(), library) as held:
        every = held.records()
        among = SearchFilter(tags=tuple(tags or ())).documents(every)
        records = [
            record
            for record in every
            if (among is None or record.id in among)
            and (not failed or record.outcome not in render.SUCCESSFUL_OUTCOMES)
        ]
        waiting = len(held.pending().documents)
        names = DocumentNames(held, paths=paths)
        named = names.of_records(records)
        if out is not None:
            out.write(names.in_json({"documents": [record_json(record) for record in records], "waiting": waiting}))
            return
    console = human_output()
    if records:
        console.print(render.documents(records, named))
        if waiting:
            console.print(f"{waiting} of them are found by their words only, so far: oaken ingest", style="dim")
    else:
        console.print("No file failed." if failed else "The library is empty. Fill it with: oaken ingest FOLDER")


def show_document(
    document_id: Annotated[str, typer.Argument(metavar="DOCUMENT", help="A document: its path, its name or its id.")],
    text: Annotated[bool, typer.Option("--text", help="Print the text that start and end offsets refer to.")] = False,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Show what is known of a document, or its text."""
    from rag.factory import open_library
    from rag.settings import load
    from ui.cli import render
    from ui.shared.deletion import match_one, record_json
    from ui.shared.folders import DocumentNames
    from ui.shared.formatting import clean_in_place

    with json_out() if as_json else contextlib.nullcontext() as out:
        with open_library(load(), library) as held:
            record = match_one(document_id, held.records(), library)
            document = held.document(record.id)
            name = DocumentNames(held).of_records([record])[record.id]
        words = document.text if document is not None else ""
        if out is not None:
            out.write(record_json(record) | name.row() | ({"text": words} if text else {}))
            return
    if not text:
        human_output().print(render.document(record, document, name))
    elif sys.stdout.isatty():
        print(clean_in_place(words))
    else:  # exactly the text, so that a script's offsets hold
        sys.stdout.flush()
        sys.stdout.buffer.write(words.encode("utf-8", errors="surrogatepass"))


def tag(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="DOCUMENT", help="Documents or folders: by path, name or id. None: list the tags."),
    ] = None,
    add: Annotated[
        list[str] | None, typer.Option("--add", metavar="TAG", help="Give them this tag; may be given twice.")
    ] = None,
    take: Annotated[
        list[str] | None, typer.Option("--remove", metavar="TAG", help="Take this tag from them; may be given twice.")
    ] = None,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Label documents, to list them or ask them together: oaken ask --tag TAG."""
    from rag.factory import open_library
    from rag.settings import load
    from ui.cli import render
    from ui.shared.deletion import match_selected
    from ui.shared.folders import DocumentNames
    from ui.shared.tags import typed_tags

    if bool(names) != bool(add or take):
        raise UsageError(
            Message("Name documents together with --add or --remove; neither lists the tags."),
            "oaken tag papers/lease.pdf --add home",
        )
    with json_out() if as_json else contextlib.nullcontext() as out, open_library(load(), library) as held:
        known = held.ledger.tag_counts()
        records = match_selected(names or (), held.records(), library)
        ids = [record.id for record in records]
        held.ledger.tag(ids, typed_tags(add or (), known), typed_tags(take or (), known))
        counts = held.ledger.tag_counts()
        found = held.ledger.records_of(ids)
        named = DocumentNames(held).of_records(records)
        if out is not None:
            tagged = [{"document_id": each, "tags": found[each].tags, **named[each].row()} for each in ids]
            out.write({"documents": tagged, "tags": counts})
            return
    console = human_output()
    for record in records:
        console.print(render.tagged(named[record.id].place, found[record.id].tags))
    if not records:
        console.print(
            render.tags(counts) if counts else "No document has a tag. Give one: oaken tag DOCUMENT --add TAG"
        )


def remove(
    names: Annotated[list[str], typer.Argument(metavar="DOCUMENT", help="Documents or folders: by path, name or id.")],
    library: LibraryOption = DEFAULT_LIBRARY,
    purge: Annotated[
        bool, typer.Option("--purge", help="Also erase their text and vectors from every file of the library.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove documents from the library. Your files stay where they are."""
    from rag.factory import open_library
    from rag.settings import load
    from ui.shared.deletion import forget, match_selected
    from ui.shared.folders import DocumentNames

    with json_out() if as_json else contextlib.nullcontext() as out:
        with open_library(load(), library) as held:
            records = match_selected(names, held.records(), library)
            named = DocumentNames(held).of_records(records)
            copies, note = forget(held, records)
            if purge:
                held.purge()
                talks = any((held.folder / each).exists() for each in (CHATS_FILE, LEDGER_LINK))
                note = STILL_QUOTED if talks else ""
        if out is not None:
            removed = [{"source": each.source, "document_id": each.id, **named[each.id].row()} for each in records]
            out.write({"removed": removed, "note": note})
            return
    console = human_output()
    for record in records:
        console.print(f"removed {named[record.id].place}")
    kept = "Your files were not touched."
    console.print(f"{kept} {copies} uploaded copies were deleted." if copies else kept, style="dim")
    if any(Path(record.root, record.path).exists() for record in records):
        console.print(
            "The next oaken ingest of their folder reads them again; .oakenignore keeps files out.", style="dim"
        )
    if note:
        console.print(note, style="dim")
