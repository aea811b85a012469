"""``oaken embedder``: which embedders there are, and what they know."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import typer

from ui.options import JsonOption
from ui.output import json_out, people

group = typer.Typer(no_args_is_help=True, help="The models that compare meanings.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(group, name="embedder")


@group.callback()
def embedder() -> None:
    """The models that compare meanings."""


@group.command("list")
def list_embedders(as_json: JsonOption = False) -> None:
    """List the embedders on this machine: their vectors, what they read, the languages they know."""
    from rag.embedding import registry
    from rag.settings import load

    models = load().home / "models"
    rows = [_row(models, name) for name in registry.names(models)]
    with json_out() if as_json else contextlib.nullcontext() as out:
        if out is not None:
            out.write({"embedders": rows})
            return
    from rich.table import Table

    table = Table("name", "dimension", "tokens read", "license", "languages (0 to 1)")
    for row in rows:
        known = ", ".join(f"{code or 'others'} {trust:.2f}" for code, trust in row["trust"].items())
        table.add_row(row["name"], str(row["dimension"]), str(row["max_tokens"]), row["license"], known)
    people().print(table)


def _row(models: Path, name: str) -> dict[str, Any]:
    from rag.embedding.registry import BUILT_IN, DEFAULT, card_of

    card = card_of(models, name)
    return {
        "name": name,
        "dimension": card.dimension,
        "max_tokens": card.max_tokens,
        "license": BUILT_IN[name].license if name in BUILT_IN else "its own",
        "default": name == DEFAULT.name,
        "trust": dict(card.trust),
    }
