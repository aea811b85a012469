"""``oaken embedder``: which embedders there are, what they know, and fetching one."""

from __future__ import annotations

import contextlib
from typing import Annotated, Any

import typer

from ui.options import JsonOption
from ui.output import json_out, people

group = typer.Typer(no_args_is_help=True, help="The models that compare meanings: list them, fetch one.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(group, name="embedder")


@group.command("list")
def list_embedders(as_json: JsonOption = False) -> None:
    """List the embedders, the languages they know, and which are on this machine."""
    from rag.library import embedders
    from rag.settings import load

    models = load().home / "models"
    rows = [_row(name, embedders.present(models, name)) for name in embedders.names()]
    with json_out() if as_json else contextlib.nullcontext() as out:
        if out is not None:
            out.write({"embedders": rows})
            return
    from rich.table import Table

    table = Table("name", "numbers", "tokens read", "to download", "here", "knows (0 to 1)")
    for row in rows:
        known = ", ".join(f"{code} {trust:.2f}" for code, trust in row["trust"].items() if code)
        size = f"{row['megabytes']:,} MB" if row["megabytes"] else "installed"
        table.add_row(
            row["name"], str(row["dimension"]), str(row["max_tokens"]), size, "yes" if row["here"] else "no", known
        )
    people().print(table)


def _row(name: str, here: bool) -> dict[str, Any]:
    from rag.library.embedders import OFFERS, card_of

    card, offer = card_of(name), OFFERS.get(name)
    return {
        "name": name,
        "dimension": card.dimension,
        "max_tokens": card.max_tokens,
        "megabytes": offer.megabytes if offer else 0,
        "licence": offer.licence if offer else "Apache-2.0",
        "here": here,
        "trust": dict(card.trust),
    }


@group.command("pull")
def pull(
    name: Annotated[str, typer.Argument(help="Its name, from oaken embedder list.")],
    as_json: JsonOption = False,
) -> None:
    """Fetch an embedder from the Hugging Face hub. This is a download: it is made when you ask for it, not before."""
    from rag.library import embedders
    from rag.settings import load

    with json_out() if as_json else contextlib.nullcontext() as out:
        folder = embedders.pull(load().home / "models", name)
        if out is not None:
            out.write({"name": name, "folder": str(folder)})
            return
    console = people()
    console.print(f"{name} is in {folder}")
    console.print(f"Use it for a new library: OAKEN_EMBEDDER={name} oaken ingest FOLDER --library NAME", style="dim")
