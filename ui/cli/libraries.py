"""``oaken library``: lists libraries, renames and deletes one, and takes the sample out."""

from __future__ import annotations

import contextlib
from dataclasses import asdict
from typing import Annotated

import typer

from rag.errors import UsageError
from rag.messages import Message
from rag.settings import DEFAULT_LIBRARY
from ui.cli.layout.help_text import HelpCommand, HelpGroup
from ui.cli.options import JsonOption, LibraryOption, names_of_libraries
from ui.shared.output import human_output, json_out

NamedLibrary = Annotated[
    str,
    typer.Argument(metavar="NAME", help="A library's name, from oaken library.", autocompletion=names_of_libraries),
]

group = typer.Typer(cls=HelpGroup, invoke_without_command=True)


def register(app: typer.Typer) -> None:
    """Add ``library`` to the command."""
    app.add_typer(group, name="library")


@group.callback()
def libraries(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the libraries; rename or delete one.

    Without a command, lists them with what each holds.
    """
    if context.invoked_subcommand is not None:
        return
    from rag.factory import link_libraries
    from rag.library.maintenance.manage import summary
    from rag.model.files.store import size_text
    from rag.settings import library_names, load

    settings = load()
    home = settings.home
    with json_out() if as_json else contextlib.nullcontext() as out:
        link_libraries(settings)
        found = [summary(home, name) for name in library_names(home)]
        if out is not None:
            out.write({"libraries": [asdict(each) for each in found]})
            return
    console = human_output()
    for each in found:
        documents = _count(each.documents, "document")
        console.print(f"{each.name}  {documents}, {size_text(each.size)}", highlight=False)
    if not found:
        console.print("There is no library yet. Make one: oaken ingest FOLDER")


@group.command(cls=HelpCommand)
def rename(
    name: NamedLibrary,
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name.")],
    as_json: JsonOption = False,
) -> None:
    """Give a library another name. Its documents and conversations stay."""
    from rag.library.maintenance import manage
    from rag.settings import load

    with json_out() if as_json else contextlib.nullcontext() as out:
        manage.rename(load().home, name, new)
        if out is not None:
            out.write({"renamed": name, "name": new})
            return
    human_output().print(f"{name} is now called {new}.")


@group.command(cls=HelpCommand)
def delete(
    name: NamedLibrary,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Delete a library and its conversations. Files that were added by their path stay where they are."""
    from rag.library.maintenance import manage
    from rag.model.files.store import size_text
    from rag.settings import load

    home = load().home
    with json_out() if as_json else contextlib.nullcontext() as out:
        held = manage.summary(home, name)
        if not yes:
            if as_json:
                raise UsageError(
                    Message("Nothing was deleted: with --json nobody is asked."),
                    f"oaken library delete {name} --yes --json",
                )
            human_output().print(
                f"This deletes the library {name} for good ({size_text(held.size)}): the text of "
                f"{_count(held.documents, 'document')}, {_count(held.uploads, 'copy', 'copies')} of dropped files, "
                f"{_count(held.conversations, 'conversation')}. Your own files stay where they are."
            )
            if not typer.confirm("Delete it?"):
                human_output().print("Nothing was deleted.")
                raise typer.Exit(1)
        manage.delete(home, name)
        if out is not None:
            out.write({"deleted": asdict(held)})
            return
    human_output().print(f"The library {name} was deleted.")


@group.command("remove-sample", cls=HelpCommand)
def remove_sample(library: LibraryOption = DEFAULT_LIBRARY, as_json: JsonOption = False) -> None:
    """Remove the sample documents from a library."""
    from rag.factory import open_library
    from rag.settings import load
    from ui.shared.deletion import forget, sample_records

    with json_out() if as_json else contextlib.nullcontext() as out:
        with open_library(load(), library) as held:
            records = sample_records(held.records())
            _, note = forget(held, records)
        if out is not None:
            out.write({"removed": len(records), "note": note})
            return
    words = f"{_count(len(records), 'sample document')} removed." if records else "The sample is not in this library."
    human_output().print(words)


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
