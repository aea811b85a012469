"""The tables of the formats benchmark: a row for each format, a column for each reader."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.results import Cell, publish
from benchmarks.robustness.format_readers import NO_HEADINGS, NO_LANGUAGE, NO_ROWS
from rag.types import Outcome

COLUMNS = {
    "format": "",
    "files": "",
    "outcomes": "",
    "compared": "",
    "words recovered": ".3f",
    "worst file": ".3f",
    "rows with right labels": "",
    "headings found": "",
    "language right": "",
}
MISREAD = frozenset({"fake-html-cp1252.html"})  # unstructured reads, and expects, "trčs" for "très"
LONG_SECONDS = 10.0  # processor seconds from which on a file is not read again
WITHOUT = {"rows": NO_ROWS, "headings": NO_HEADINGS, "language": NO_LANGUAGE}
_SHARES = (
    (
        "words",
        "Formats: words that two others agree on",
        "Share of the words that at least two of the other readers give, of the files that the reader can read.",
    ),
    (
        "order",
        "Formats: order that two others agree on",
        "Of neighbouring words that two of the other readers give in one order, each word once in a file, the share "
        "that the reader gives in that order.",
    ),
)


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file, what was read of it, and how much of what was expected."""

    name: str  # below the folder
    outcome: str
    reason: str
    seconds: float
    expected: str = ""  # where the expectation comes from
    recall: float | None = None
    missing: tuple[str, ...] = ()
    readers: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # reader -> measure -> found
    marked: Mapping[str, int] = field(default_factory=dict)  # measure -> what there is to be found

    @property
    def format(self) -> str:
        """The suffix, without its dot."""
        return Path(self.name).suffix.lower().lstrip(".") or "(none)"


def formats_of(rows: Iterable[FileRow]) -> dict[str, list[FileRow]]:
    """Return the files of each format, by its name."""
    groups: dict[str, list[FileRow]] = defaultdict(list)
    for row in rows:
        groups[row.format].append(row)
    return dict(sorted(groups.items()))


def by_format(rows: Sequence[FileRow]) -> list[dict[str, Cell]]:
    """Return one row for each format."""
    table = []
    for name, group in formats_of(rows).items():
        outcomes = Counter(row.outcome for row in group)
        counted = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
        recalls = [row.recall for row in group if row.recall is not None]
        mean, least = (statistics.mean(recalls), min(recalls)) if recalls else (None, None)
        structure = [counts(group, measure, "oaken") for measure in ("rows", "headings", "language")]
        cells = (name, len(group), counted, len(recalls), mean, least, *structure)
        table.append(dict(zip(COLUMNS, cells, strict=True)))
    return table


def counts(group: Sequence[FileRow], measure: str, reader: str) -> str:
    """Return how much of what files mark a reader found: "12 of 14"; "" where there is nothing to be found."""
    wanted = sum(row.marked.get(measure, 0) for row in group)
    if not wanted or reader in WITHOUT[measure] or not any(reader in row.readers for row in group):
        return ""
    return f"{sum(row.readers.get(reader, {}).get(measure, 0) for row in group)} of {wanted}"


def publish_peers(options: Any, rows: Sequence[FileRow], names: Sequence[str], note: str) -> None:
    """Publish the tables that compare readers: words, structure, time."""
    groups = formats_of(rows)

    def of_readers(spec: str, cell: Callable[[Sequence[FileRow], str], Cell]) -> tuple[dict[str, str], list[Any]]:
        table = [
            {"format": name, "files": len(group)} | {reader: cell(group, reader) for reader in names}
            for name, group in groups.items()
        ]
        table = [row for row in table if any(row[reader] not in (None, "") for reader in names)]
        shown = [reader for reader in names if any(row[reader] not in (None, "") for row in table)]
        return {"format": "", "files": "", **dict.fromkeys(shown, spec)}, table

    def mean(group: Sequence[FileRow], reader: str, measure: str) -> float | None:
        known = [row.readers.get(reader, {}) for row in group if Path(row.name).name not in MISREAD]
        shares = [found[measure] for found in known if measure in found]
        return statistics.mean(shares) if shares else None

    def seconds(group: Sequence[FileRow], reader: str) -> float | None:
        read = [row.readers[reader]["seconds"] for row in group if reader in row.readers]
        return sum(read) if read else None

    for measure, title, told in _SHARES:
        columns, table = of_readers(".3f", partial(mean, measure=measure))
        if table:
            publish(options, f"{options.name}_{measure}", title, columns, table, told + note)
    structure: dict[str, str] = {"format": "", "files": ""}
    cells: dict[str, dict[str, Cell]] = {name: {"format": name, "files": len(group)} for name, group in groups.items()}
    for measure, without in WITHOUT.items():
        for reader in names:
            if reader not in without:
                structure[f"{measure}, {reader}"] = ""
                for name, group in groups.items():
                    cells[name][f"{measure}, {reader}"] = counts(group, measure, reader)
    whole = [row for row in cells.values() if any(row[column] for column in list(structure)[2:])]
    told = "Of what the files themselves mark, see format_truth.py."
    publish(options, f"{options.name}_structure", "Formats: rows, headings, language", structure, whole, told + note)
    columns, table = of_readers(".2f", seconds)
    ratios: dict[str, Cell] = {"format": "times Oaken's, of the files that both read", "files": len(rows)}
    for name in names:
        both = [row.readers for row in rows if {"oaken", name} <= row.readers.keys()]
        oaken = sum(each["oaken"]["seconds"] for each in both)
        ratios[name] = sum(each[name]["seconds"] for each in both) / oaken if oaken else None
    told = f"Best of {options.rounds} readings one after the other, of one where it takes {LONG_SECONDS:.0f} s."
    publish(options, f"{options.name}_seconds", "Formats: processor seconds", columns, [*table, ratios], told + note)


def notes(rows: Sequence[FileRow]) -> str:
    """Return what the table does not have: recall by what it is measured against, missing reasons, the slowest file."""
    parts = []
    for source in ("expected", "twin", "pypdf", "its PDF", "unstructured"):
        if recalls := [row.recall for row in rows if row.expected == source and row.recall is not None]:
            parts.append(f"{statistics.mean(recalls):.3f} against {source} ({len(recalls)} files)")
    silent = [row for row in rows if row.outcome != Outcome.INDEXED and not row.reason]
    slowest = max((row.seconds for row in rows), default=0.0)
    parts.append(f"{len(rows)} files, {len(silent)} without a reason, the slowest {slowest:.1f} s")
    return "; ".join(parts) + "."
