"""Options that commands share. Each group of commands has a module of its own, registered in main.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rag.retrieval.filters import SearchFilter

SOME_FAILED = 3  # exit code: done, but some files or lines failed


def names_of_libraries(incomplete: str) -> list[str]:
    """Return the libraries whose names begin so, for a shell that completes them."""
    from rag.settings import home_folder, library_names

    return [name for name in library_names(home_folder()) if name.startswith(incomplete)]


LibraryOption = Annotated[
    str,
    typer.Option("--library", "-l", metavar="NAME", help="The library to use.", autocompletion=names_of_libraries),
]
AskedLibraryOption = Annotated[
    str,
    typer.Option(
        "--library",
        "-l",
        metavar="NAME",
        help="The library to ask, or several: home,work.",
        autocompletion=names_of_libraries,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
PathsOption = Annotated[bool, typer.Option("--paths", help="Show full paths rather than names.")]
PassagesOption = Annotated[
    int | None,
    typer.Option("--passages", "-k", min=1, max=100, metavar="N", help="How many passages to look at."),
]

InOption = Annotated[str, typer.Option("--in", metavar="FOLDER", help="Only documents in that folder.")]
TypeOption = Annotated[
    list[str] | None, typer.Option("--type", metavar="TYPE", help="Only such files: pdf, docx …; may be given twice.")
]
SinceOption = Annotated[
    str, typer.Option("--since", metavar="DATE", help="Only files that changed since 2024-05-01, 2024-05 or 2024.")
]
TagOption = Annotated[
    list[str] | None, typer.Option("--tag", metavar="TAG", help="Only documents with that tag; may be given twice.")
]
LanguageOption = Annotated[
    list[str] | None,
    typer.Option(
        "--language", metavar="CODE", help="Only documents in that language: en, es, ru …; may be given twice."
    ),
]


def scope_of_options(
    folder: str, types: list[str] | None, since: str, languages: list[str] | None, tags: list[str] | None
) -> SearchFilter:
    """Return the filter that these options make. Raises UsageError for what is no date."""
    from rag.retrieval.filters import checked_filter

    return checked_filter(folder, types or (), since, languages or (), tags or ())
