"""``oaken embedder``: lists, adds and removes embedders."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Annotated, Any

import typer

from rag.errors import UsageError
from rag.messages import Message, some_names
from rag.settings import DEFAULT_LIBRARY
from ui.cli.layout.help_text import HelpCommand, HelpGroup
from ui.cli.options import JsonOption
from ui.shared.output import human_output, json_out, notify_on_stderr

group = typer.Typer(cls=HelpGroup, no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(group, name="embedder")


@group.callback()
def embedder() -> None:
    """List, add and remove the models that compare meanings."""


@group.command("list", cls=HelpCommand)
def list_embedders(as_json: JsonOption = False) -> None:
    """List the embedders on this machine.

    With their vectors, how much they read at a time, and the languages they know.
    """
    from rag.embedding import registry
    from rag.settings import load

    models = load().home / "models"
    rows = [_row(models, name) for name in registry.embedder_names(models)]
    with json_out() if as_json else contextlib.nullcontext() as out:
        if out is not None:
            out.write({"embedders": rows})
            return
    from rich.table import Table

    from ui.shared.formatting import one_line

    table = Table("name", "dimension", "tokens read", "from", "license", "trust in its similarities")
    for row in rows:
        known = ", ".join(f"{code or _rest(row['trust'])} {trust:.0%}" for code, trust in row["trust"].items())
        source = one_line(row["source"])
        table.add_row(row["name"], str(row["dimension"]), str(row["max_tokens"]), source, row["license"], known)
    human_output().print(table)
    human_output().print("Trust, by language: how much a search relies on it beside the words; measured.", style="dim")


def _rest(trust: dict[str, float]) -> str:
    return "all languages" if len(trust) == 1 else "others"


@group.command(cls=HelpCommand)
def add(
    source: Annotated[
        str, typer.Argument(metavar="FOLDER|NAME", help="A model's folder, or OWNER/NAME on Hugging Face.")
    ],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Its name here; without it, its own name.")] = "",
    query_prefix: Annotated[
        str | None,
        typer.Option(
            "--query-prefix", metavar="TEXT", help="What goes before a question; without it, as its files say."
        ),
    ] = None,
    document_prefix: Annotated[
        str | None,
        typer.Option("--document-prefix", metavar="TEXT", help="What goes before a document's text; likewise."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Add any sentence-transformers model as an embedder. A name is downloaded from Hugging Face."""
    from rag.embedding.add import EmbeddingPrefixes
    from rag.embedding.add import add as take
    from rag.embedding.registry import MIN_TRUST_OF_KNOWN_LANGUAGE
    from rag.factory import libraries_with
    from rag.settings import load

    settings = load()
    models, prefixes = settings.home / "models", EmbeddingPrefixes(query_prefix, document_prefix)
    with json_out() if as_json else contextlib.nullcontext() as out:
        card = take(
            models,
            source,
            name=name,
            prefixes=prefixes,
            notify=notify_on_stderr(),
            users=lambda chosen: libraries_with(settings, chosen),
        )
        if out is not None:
            out.write(_row(models, card.name))
            return
    console = human_output()
    known = ", ".join(
        code for code, trust in card.trust_by_language.items() if code and trust >= MIN_TRUST_OF_KNOWN_LANGUAGE
    )
    console.print(
        f"{card.name} was added: {card.dimension} dimensions. It knows {known or 'none of the languages tested'}."
    )
    if not (card.query_prefix or card.document_prefix):
        console.print(
            "Its files name no prefixes. If its maker asks for some (E5 models do: --query-prefix 'query: ' "
            "--document-prefix 'passage: '), add it again with them.",
            style="dim",
        )
    console.print(f"Use it for a library: oaken reembed --embedder {card.name}", style="dim")


@group.command(cls=HelpCommand)
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="One that was added, from oaken embedder list.")],
    as_json: JsonOption = False,
) -> None:
    """Delete an embedder that was added. One that a library uses is kept."""
    from rag.embedding import add as room
    from rag.factory import libraries_with
    from rag.settings import load

    settings = load()
    with json_out() if as_json else contextlib.nullcontext() as out:
        if users := libraries_with(settings, name):
            option = "" if users[0] == DEFAULT_LIBRARY else f" --library {users[0]}"
            raise UsageError(
                Message("{name} is used by the library {names}.", name=name, names=some_names(users)),
                Message("Switch that library first: oaken reembed{option}", option=option),
            )
        room.remove(settings.home / "models", name)
        if out is not None:
            out.write({"removed": name})
            return
    human_output().print(f"{name} was removed.")


def _row(models: Path, name: str) -> dict[str, Any]:
    from rag.embedding.registry import BUILT_IN, DEFAULT_EMBEDDER, card_of, source_of

    card = card_of(models, name)
    return {
        "name": name,
        "dimension": card.dimension,
        "max_tokens": card.max_tokens,
        "license": BUILT_IN[name].license if name in BUILT_IN else "its own",
        "source": source_of(models, name),
        "default": name == DEFAULT_EMBEDDER.name,
        "trust": dict(card.trust_by_language),
    }
