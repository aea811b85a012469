"""``oaken config``: shows the settings and where each comes from, and sets one for every command."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from rag.errors import UsageError
from rag.messages import Message
from ui.cli.layout.help_text import HelpCommand
from ui.cli.options import JsonOption
from ui.shared.formatting import one_line
from ui.shared.output import human_output, json_out

_BUILT_IN = ("embedder", "model")  # without a value, those that came with Oaken are used
_KEY_IS_SET = "(set, not shown)"
_MEANINGS: Mapping[str, str] = {
    "home": "where everything is kept",
    "embedder": "compares meanings in new libraries",
    "model": "writes the answers",
    "family": "the model's prompt family",
    "context": "the model's window in tokens",
    "threads": "0: one per core",
    "passages": "retrieved for a question",
    "max_tokens": "length of the prose",
    "strict": "leave out unsupported sentences",
    "offline": "fetch no page and no model",
    "feedback": "ratings move what was quoted",
    "chroma_url": "a Chroma server",
    "ledger_url": "a database for new libraries",
    "model_url": "a model server",
    "model_key": "the server's key",
    "model_name": "which of the server's models",
    "reranker": "folder of a re-ranker",
}


def register(app: typer.Typer) -> None:
    """Add ``config`` to the command."""
    app.command(cls=HelpCommand)(config)


def config(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="A setting; without one, all are listed.")] = None,
    value: Annotated[str | None, typer.Argument(metavar="VALUE", help="Its new value.")] = None,
    unset: Annotated[
        str | None, typer.Option("--unset", metavar="NAME", help="Return a setting to its default.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the settings and where each comes from, or set one.

    A variable such as OAKEN_PASSAGES overrides what is set here.
    """
    from rag.settings import home_folder, store

    if unset is not None:
        if name is not None:
            raise UsageError(Message("--unset names the setting itself."), f"oaken config --unset {unset}")
        store(home_folder(), _settable(unset), "")
    elif name is not None and value is not None:
        _check(_settable(name), value)
        store(home_folder(), _settable(name), value.strip())
    chosen = unset or name
    rows = [row for row in _rows() if chosen is None or row["name"] == _known(chosen)]
    with json_out() if as_json else contextlib.nullcontext() as out:
        if out is not None:
            out.write({"settings": rows})
            return
    _print(rows)
    if (unset is not None or value is not None) and rows[0]["from"] == "environment":
        variable = f"OAKEN_{rows[0]['name'].upper()}"
        human_output().print(f"{variable} is set and overrides this choice: unset {variable}", style="yellow")


def _rows() -> list[dict[str, Any]]:
    """Return each setting with its value and its origin; a key and a password are never shown."""
    from rag.settings import load, origin

    settings = load()
    rows = []
    for name in _MEANINGS:
        held = getattr(settings, name)
        shown = held if isinstance(held, int | str) else str(held)
        if name == "model_key" and held:
            shown = _KEY_IS_SET
        if name == "ledger_url" and held:
            shown = _without_password(held)
        rows.append({"name": name, "value": shown, "from": origin(name)})
    return rows


def _without_password(url: str) -> str:
    from rag.library.shared import without_password

    try:
        return without_password(url)
    except UsageError:
        return _KEY_IS_SET  # it is no address, and may hold a password all the same


def _print(rows: list[dict[str, Any]]) -> None:
    from rich.text import Text

    from ui.cli.layout.tables import FittedTable

    table = FittedTable("Setting", "Value", "From", "What it is")
    for row in rows:
        value = {True: "1", False: "0"}[row["value"]] if isinstance(row["value"], bool) else str(row["value"])
        told = Text(_MEANINGS[row["name"]], style="dim")
        nothing = "(built in)" if row["name"] in _BUILT_IN else "(none)"
        table.add_row(row["name"], one_line(value) or Text(nothing, style="dim"), row["from"], told)
    human_output().print(table)


def _known(name: str) -> str:
    """Return the setting's name as the code spells it. Raises UsageError for an unknown one."""
    plain = name.lower().replace("-", "_").removeprefix("oaken_")
    if plain not in _MEANINGS:
        raise UsageError(
            Message("There is no setting {name!r}. There are: {names}.", name=name, names=", ".join(_MEANINGS)),
            "oaken config",
        )
    return plain


def _settable(name: str) -> str:
    """Return the setting's name. Raises UsageError for one that is chosen otherwise."""
    from rag.settings import SETTABLE_FIELDS

    plain = _known(name)
    if plain == "home":
        raise UsageError(Message("The home is set by a variable, as it holds these settings."), "export OAKEN_HOME=DIR")
    if plain not in SETTABLE_FIELDS:
        remedy = f"export OAKEN_{plain.upper()}=…" if plain.startswith("model_") else "oaken models use NAME"
        raise UsageError(Message("The setting {name} is part of the choice of a model.", name=plain), remedy)
    return plain


def _check(name: str, value: str) -> None:
    """Raise UsageError for an embedder that is not here, or an empty value; numbers are checked as they are stored."""
    if not value.strip():
        raise UsageError(Message("The value is empty."), f"oaken config --unset {name}")
    if name == "ledger_url":
        from rag.library.shared import without_password

        without_password(value)
    if name != "embedder":
        return
    from rag.embedding.registry import embedder_names
    from rag.settings import home_folder

    names = embedder_names(home_folder() / "models")
    if value.strip() not in names:
        raise UsageError(
            Message("There is no embedder {name!r}. There are: {names}.", name=value, names=", ".join(names)),
            "oaken embedder list",
        )
