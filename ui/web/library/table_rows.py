"""The documents of a library as rows: search, filters, columns. Pure; knows no framework."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from ingest.next_steps import next_step
from rag.text.spellings import comparable
from rag.types import FileRecord, Outcome
from ui.shared.facets import language_name
from ui.shared.formatting import one_line, record_name
from ui.shared.i18n import show_message, tr

CITED = "cited"  # a filter's value for all outcomes that gave text
WITHOUT_TEXT = "without-text"  # a filter's value for all outcomes that gave none
_CITED = frozenset({"indexed", "moved", "duplicate", "unchanged"})

_FORMULA_SIGNS = tuple("=+-@＝＋－＠")  # some spreadsheets take the wide ones as well


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """A filter of documents; "" matches any."""

    words: str = ""
    outcome: str = ""  # an outcome, CITED or WITHOUT_TEXT
    language: str = ""
    kind: str = ""
    folder: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """The values to filter by, each with the number of documents that have it."""

    outcomes: dict[str, int]
    languages: dict[str, int]
    kinds: dict[str, int]
    folders: dict[str, int]  # each counts what lies below it too
    tags: dict[str, int]


def has_text(outcome: str) -> bool:
    """Tell whether a file with this outcome can be asked about."""
    return outcome in _CITED


def reason_lines(records: Iterable[FileRecord]) -> list[str]:
    """Return a line for each document: its name, its reason, and what may help, which is said once for all of them."""
    lines, said = [], {""}
    for record in records:
        step = next_step(record.outcome, record.reason)
        lines.append(f"{record_name(record)}: {with_step(record.reason, '' if step in said else step)}")
        said.add(step)
    return lines


def with_step(reason: str, step: str) -> str:
    """Return a reason, and as a sentence after it what may help, if anything does."""
    line = one_line(show_message(reason))
    return f"{line.rstrip('.')}. {tr(step)}" if step else line


def folder_of(record: FileRecord) -> str:
    """Return the absolute path of the file's folder."""
    return _joined(record).rpartition("/")[0] or "/"


def kind_of(record: FileRecord) -> str:
    """Return the file name's suffix in lower case, such as ".pdf"; "" without one."""
    name = record.path.rpartition("/")[2]
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot and stem else ""


def _joined(record: FileRecord) -> str:
    return f"{record.root.rstrip('/')}/{record.path}"


def choices(records: Iterable[FileRecord]) -> FilterChoices:
    """Return the values these documents can be filtered by, most frequent first; folders by name."""
    outcomes: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    within: Counter[str] = Counter()
    tags: Counter[str] = Counter()
    roots: set[str] = set()
    for record in records:
        outcomes[_lasting(record.outcome).value] += 1
        languages[record.language] += 1
        kinds[kind_of(record)] += 1
        within[folder_of(record)] += 1
        tags.update(record.tags)
        roots.add(record.root.rstrip("/") or "/")
    for counted in (languages, kinds):
        counted.pop("", None)
    return FilterChoices(
        _by_number(outcomes), _by_number(languages), _by_number(kinds), _tree(within, roots), dict(sorted(tags.items()))
    )


def _by_number(counted: Counter[str]) -> dict[str, int]:
    return dict(counted.most_common())


def _tree(counts: Counter[str], roots: Collection[str]) -> dict[str, int]:
    """Return the folders that hold documents, and those above them where paths branch, no higher than what was added.

    A folder that holds all documents is left out: to choose it would change nothing.
    """
    below: Counter[str] = Counter()
    for folder, number in counts.items():
        below[folder] += number
        while folder not in roots and folder != "/":
            folder = folder.rpartition("/")[0] or "/"
            below[folder] += number
    parting = Counter(folder.rpartition("/")[0] or "/" for folder in below if folder not in roots)
    return {
        folder: below[folder]
        for folder in sorted(below)
        if (folder in counts or folder in roots or parting[folder] > 1) and below[folder] < counts.total()
    }


def found(
    records: Iterable[FileRecord], wanted: DocumentFilter, outcome_name: Callable[[str], str] = str
) -> list[FileRecord]:
    """Return the records that pass the filter, in their order.

    ``outcome_name`` gives an outcome as the page shows it, so that the search finds it by that word too.
    """
    words = comparable(wanted.words).split()
    below = wanted.folder.rstrip("/") + "/"
    names = {each: f"{each.value} {outcome_name(each.value)}" for each in Outcome}
    return [
        record
        for record in records
        if (not wanted.outcome or _has(record, wanted.outcome))
        and (not wanted.language or record.language == wanted.language)
        and (not wanted.kind or kind_of(record) == wanted.kind)
        and (not wanted.tag or wanted.tag in record.tags)
        and (not wanted.folder or f"{folder_of(record)}/".startswith(below))
        and (not words or _matches_words(record, names[record.outcome], words))
    ]


def _has(record: FileRecord, outcome: str) -> bool:
    if outcome in (CITED, WITHOUT_TEXT):
        return has_text(record.outcome.value) == (outcome == CITED)
    return _lasting(record.outcome).value == outcome


def _matches_words(record: FileRecord, outcome: str, words: Sequence[str]) -> bool:
    spoken = f"{language_name(record.language)} {record.language}"
    told = f"{outcome} {show_message(record.reason)} {' '.join(record.tags)}"
    text = comparable(f"{_joined(record)} {record.source} {spoken} {told}")
    return all(word in text for word in words)


def columns(
    records: Sequence[FileRecord],
    outcome_name: Callable[[str], str],
    folder_name: Callable[[str], str] = one_line,
    zone: tzinfo | None = None,
    name_chars: int = 10_000,
    *,
    advised: bool = False,
) -> dict[str, list[Any]]:
    """Return a list for each column, with dates in the given zone and names of at most ``name_chars``.

    Columns: document, outcome, its reason (and, if ``advised``, what may help), language, pages, passages, size in kB,
    file (its date), added, folder, tags. What has no date has None.
    """
    names = {each: outcome_name(each.value) for each in {_lasting(record.outcome) for record in records}}
    folders = {each: folder_name(each) for each in {folder_of(record) for record in records}}
    return {
        "document": [_no_formula(shortened(record_name(record), name_chars)) for record in records],
        "outcome": [names[_lasting(record.outcome)] for record in records],
        "reason": [with_step(record.reason, _step(record, advised)) if record.reason else "" for record in records],
        "language": [language_name(record.language) for record in records],
        "pages": [record.pages for record in records],
        "passages": [record.chunks or None for record in records],
        "size": [-(-record.stamp.size // 1000) for record in records],
        "file": [_changed(record, zone) for record in records],
        "added": [_added(record, zone) for record in records],
        "folder": [folders[folder_of(record)] for record in records],
        "tags": [_no_formula(", ".join(record.tags)) for record in records],
    }


def _step(record: FileRecord, advised: bool) -> str:
    return next_step(record.outcome, record.reason) if advised else ""


def shortened(name: str, most: int) -> str:
    """Return a file's name with at most so many characters: beginning and end, which tells its kind, around "…"."""
    if len(name) <= most:
        return name
    end = most // 3
    return f"{name[: most - end - 1].rstrip()}…{name[-end:].lstrip()}"


def _no_formula(name: str) -> str:
    """Return a name that a spreadsheet takes for text, when the table is downloaded as CSV and opened there."""
    return f"'{name}" if name[:1] in _FORMULA_SIGNS else name


def _lasting(outcome: Outcome) -> Outcome:
    """Return the outcome as it holds after the run: a moved file is one that can be asked about."""
    return Outcome.INDEXED if outcome is Outcome.MOVED else outcome


def _changed(record: FileRecord, zone: tzinfo | None) -> date | None:
    if not record.stamp.mtime_ns:
        return None
    try:
        return datetime.fromtimestamp(record.stamp.mtime_ns / 1e9, UTC).astimezone(zone).date()
    except (ValueError, OverflowError, OSError):  # a year outside the platform's range
        return None


def _added(record: FileRecord, zone: tzinfo | None) -> date | None:
    try:
        return datetime.fromisoformat(record.ingested_at).astimezone(zone).date()
    except (ValueError, OverflowError):
        return None
