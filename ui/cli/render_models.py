"""Output of ``oaken models``, as Rich renderables. Pure; every word from a file is cleaned first."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from rag.model.files.store import size_text
from rag.model.local.tuning import TuningResult, TuningTrial
from ui.cli.render_quotes import ACCENT
from ui.shared.formatting import one_line
from ui.shared.model_catalog import ModelCatalog, ModelRow, language_list, marks

_WIDE_TERMINAL = 125  # columns of the terminal from which all is shown
_MODEL_COLUMNS = ("", "Model", "Size", "File", "Memory", "Window", "Languages", "Found", "Family", "License")
_COLUMNS_DROPPED_WHEN_NARROW = 3  # columns left out in a narrow terminal


def listing(found: ModelCatalog, width: int = 120) -> RenderableType:
    """Return the models as a table, with the model in use and the legend below.

    A narrow terminal lacks the columns for measured answers, family and license.
    """
    shown = len(_MODEL_COLUMNS) if width >= _WIDE_TERMINAL else len(_MODEL_COLUMNS) - _COLUMNS_DROPPED_WHEN_NARROW
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2 if width >= _WIDE_TERMINAL else 1, 0, 0))
    for column in _MODEL_COLUMNS[:shown]:
        table.add_column(column, no_wrap=column not in ("Languages", "License"))
    for row in found.rows:
        table.add_row(*[_mark(row), _name(row), *_cells(row)][:shown])
    free = f"{size_text(found.free)} of memory are free now; memory is told for a window of {found.window:,} tokens."
    key = "● in use   ○ on disk   Memory in yellow does not fit now.   More of one: oaken models show NAME"
    tested = "Found: share of our test questions whose answer its prose contained; empty: not measured."
    said: list[RenderableType] = [table, Text(""), Text(free, style="dim"), Text(key, style="dim")]
    if shown == len(_MODEL_COLUMNS):
        said.append(Text(tested, style="dim"))
    if found.problem:
        said.append(Text(one_line(found.problem), style="red"))
    elif found.current:
        said.append(Text(f"Answers are written by {one_line(found.current)}", style="dim"))
    said.append(Text("Download and choose one: oaken models use NAME --pull", style="dim"))
    return Group(*said)


def _mark(row: ModelRow) -> Text:
    if row.current:
        return Text("●", style=f"bold {ACCENT}")
    return Text("○" if row.path else " ", style=ACCENT)


def _name(row: ModelRow) -> Text:
    text = Text(one_line(row.name), style="bold" if row.path else "", overflow="fold")
    if row.path and not row.verified:
        text.append(" (unverified)", style="yellow")
    if row.path and not row.size:  # it is there, but it is no model
        text.append(f"\n{one_line(row.note)}", style="red")
    return text


def _cells(row: ModelRow) -> list[Text]:
    memory = Text(size_text(row.need) if row.need else "?", style="yellow" if row.fits is False else "")
    return [
        Text(row.parameters or "?"),
        Text(size_text(row.size) if row.size else "?" if row.repo else "no GGUF", style="" if row.size else "dim"),
        memory,
        Text(f"{row.context:,}" if row.context else "?"),
        Text(one_line(language_list(row.languages)) or "?"),
        Text(marks(row.measured)),
        Text(one_line(row.family) or "?"),
        Text(one_line(row.license) or "?"),
    ]


def model_details(details: dict[str, Any]) -> RenderableType:
    """Return one model, line by line."""
    grid = Table.grid(padding=(0, 2))

    def line(name: str, value: Any) -> None:
        if value not in ("", None, []):
            grid.add_row(Text(name, style="dim"), Text(one_line(str(value)), overflow="fold"))

    line("model", details["name"])
    line("title", details.get("title", ""))
    line("file", details.get("path", "not on disk"))
    line("size", size_text(details["size"]) if "size" in details else "")
    line("parameters", details["parameters"])
    line("architecture", details.get("architecture", ""))
    line("family", details["family"] or "unknown")
    line("because", details.get("why", ""))
    line("window", f"{details['context']:,} tokens" if details["context"] else "unknown")
    line("languages", language_list(details["languages"], most=len(details["languages"])) or "unknown")
    line("license", details["license"] or "unknown")
    line("terms of use", details["terms"])
    line("answers found", marks(details["measured"]))
    if "need" in details:
        fits = "fits" if details["fits"] else "does not fit now"
        free = size_text(details["free_bytes"])
        line(
            "memory",
            f"{size_text(details['need'])} with a window of {details['window']:,} tokens: {fits} ({free} are free)",
        )
    line("fills in the middle", "yes" if details.get("fills") else "no" if "fills" in details else "")
    line("weights from", details["origin"])
    line("files from", details["repo"] or (f"the package {details['package']}" if details["package"] else ""))
    line("came from", details.get("came_from", ""))
    line("checksum", details.get("sha256", ""))
    line("note", details["note"])
    for offer in details["files"]:
        line("offered", f"{offer['file']}  {size_text(offer['size'])}")
    return grid


def trial(each: TuningTrial) -> Text:
    """Return one setting that was tried."""
    text = Text(f"{each.name}: ", style="bold" if each.chosen else "")
    return text.append(
        f"reading ×{each.prompt:.2f}, writing ×{each.writing:.2f}{', taken' if each.chosen else ', left'}"
    )


def tuned(name: str, found: TuningResult) -> RenderableType:
    """Return the settings found, and that they are remembered."""
    chosen = found.tuning
    many = f"{chosen.threads} thread{'s' if chosen.threads > 1 else ''}"
    settings = [many if chosen.threads else "as many threads as there are cores free"]
    settings += [f"{chosen.batch} tokens at once"] if chosen.batch else []
    settings += ["flash attention"] if chosen.flash else []
    settings += [f"cache in {chosen.cache_type}"] if chosen.cache_type != "f16" else []
    said = [
        Text(f"{one_line(name)} reads {found.prompt:.0f} and writes {found.writing:.0f} tokens a second here."),
        Text(f"Remembered, and used from now on: {', '.join(settings)}.", style="dim"),
    ]
    if found.busy:
        busy = "Other programs are busy: how many threads are best was not measured. Tune again when they are done."
        said.append(Text(busy, style="yellow"))
    return Group(*said)
