"""A run of ``oaken eval`` for a terminal: tables by language and by kind, calibration, baselines, and the misses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.evaluation.baselines import BASELINES
from rag.evaluation.report import COMPARED_FIGURES, FIGURES, is_missed

if TYPE_CHECKING:
    from rich.table import Table

_COUNT_FIGURES = frozenset(("n", "unanswerable", "words_median", "words_p90"))  # counts, not shares
# Of each kind, in two tables: one would be wider than a terminal.
_BY_KIND = {
    "by kind": ("n", "source3", "passage3", "quoted", "first", "complete", "answered", "words_median"),
    "by kind: refusals, words, confidence": (
        "refused_answerable", "unanswerable", "refused_unanswerable", "words_p90", "auroc",
    ),
}  # fmt: skip
_ANSWER_CHARS = 100  # characters of an answer that are shown
_QUOTE_CHARS = 300  # characters of a quote that are shown


def tables(run: Mapping[str, Any]) -> Iterator[Table | str]:
    """Yield the tables of a run, in order."""
    if about := run["about"].get("made"):
        yield f"{about}\n"
    yield _figures(run)
    if len(run["kind"]) > 1:
        yield from (_by_kind(title, names, run["kind"]) for title, names in _BY_KIND.items())
    yield from _calibration(run["calibration"])
    if run.get("baselines"):
        yield _baselines(run)


def misses(run: Mapping[str, Any]) -> Iterator[str]:
    """Yield each question that went wrong, with its right answer and what was quoted."""
    for row in run["questions"]:
        if is_missed(row):
            need = f"; all of: {' | '.join(row['need'])}" if row["need"] else ""
            gold = " | ".join(answer[:_ANSWER_CHARS] for answer in row["answers"][:2])
            gold += f" ({row['source']})" if row["source"] else ""
            yield f"{row['id']} [{row['kind']}] {row['question']}"
            yield f"  {row['status']} {row['measured']['confidence']:.2f}; answered by: {gold or 'nothing'}{need}"
            for quote in row["quotes"]:
                yield f"  > {quote['source']} | {' '.join(quote['quote'].split())[:_QUOTE_CHARS]}"
            yield ""


def comparison(compared: Mapping[str, Any], before: Path, after: Path) -> Table:
    """Return two runs side by side."""
    table = _table(f"{compared['questions']} questions that both runs asked")
    for name in ("", before.name, after.name, "difference", "95 % of resamples", ""):
        table.add_column(name, justify="left" if not name else "right")
    for name, row in compared["measures"].items():
        label, more = COMPARED_FIGURES[name]
        better = (row["difference"] > 0) == more
        said = ("better" if better else "worse") if row["sure"] else "no significant difference"
        span = f"{row['low']:+.3f} … {row['high']:+.3f}"
        verdict = said if more is not None else ""
        table.add_row(label, f"{row['before']:.3f}", f"{row['after']:.3f}", f"{row['difference']:+.3f}", span, verdict)
    return table


def cell(value: float | None, name: str) -> str:
    """Return a figure as it is printed: counts whole, shares to three digits, – where nothing was measured."""
    if value is None:
        return "–"
    return f"{value:g}" if name in _COUNT_FIGURES else f"{value:.3f}"


def _figures(run: Mapping[str, Any]) -> Table:
    """Return all and by language; the first column says what each figure is."""
    languages = run["language"] if len(run["language"]) > 1 else {}
    columns = {"all": run["all"], **{language or "?": each for language, each in languages.items()}}
    table = _table(f"{len(run['questions'])} questions")
    table.add_column("", no_wrap=True)
    table.add_column("")
    for title in columns:
        table.add_column(title, justify="right", no_wrap=True)
    for name, (label, _) in FIGURES.items():
        if any(each.get(name) is not None for each in columns.values()):
            cells = [cell(each.get(name), name) for each in columns.values()]
            if name in run["intervals"]:
                low, high = run["intervals"][name]
                cells[0] += f" ± {(high - low) / 2:.3f}"
            table.add_row(name, label, *cells)
    return table


def _by_kind(title: str, names: Sequence[str], kinds: Mapping[str, Mapping[str, float | None]]) -> Table:
    names = [name for name in names if any(each.get(name) is not None for each in kinds.values())]
    table = _table(title)
    table.add_column("")
    for name in names:
        table.add_column(name.replace("_", " "), justify="right")
    for kind, each in kinds.items():
        table.add_row(kind, *(cell(each.get(name), name) for name in names))
    return table


def _calibration(calibration: Mapping[str, Any]) -> Iterator[Table | str]:
    if not calibration["n"]:
        return
    table = _table("calibration: how often the quotes hold the answer")
    for title in ("confidence", "questions", "mean confidence", "right"):
        table.add_column(title, justify="right")
    for each in calibration["bins"]:
        table.add_row(
            f"{each['low']:.1f} – {each['high']:.1f}",
            str(each["n"]),
            cell(each["confidence"], "confidence"),
            cell(each["right"], "right"),
        )
    yield table
    yield f"Expected calibration error: {calibration['error']:.3f} (0: a confidence of .7 is right seven times of ten)"


def _baselines(run: Mapping[str, Any]) -> Table:
    """Return Oaken beside each baseline: all, and the share quoted by language."""
    columns = {"Oaken": run, **{BASELINES[name]: each for name, each in run["baselines"].items()}}
    table = _table("compared with baselines, which never refuse and quote whole chunks")
    table.add_column("")
    for title in columns:
        table.add_column(title, justify="right")
    for name in ("source3", "passage3", "quoted", "first", "complete", "words_median", "words_p90", "auroc"):
        if run["all"].get(name) is not None:
            table.add_row(name, *(cell(each["all"].get(name), name) for each in columns.values()))
    for language in run["language"] if len(run["language"]) > 1 else ():
        cells = (cell(each["language"].get(language, {}).get("quoted"), "quoted") for each in columns.values())
        table.add_row(f"quoted, {language or '?'}", *cells)
    return table


def _table(title: str) -> Table:
    from rich import box
    from rich.table import Table

    return Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)


def kinds_of(text: str) -> Sequence[str]:
    """Return the kinds in ``--only fact,howto``."""
    return [kind for each in text.split(",") if (kind := each.strip())]
