"""Read a folder of files of every kind: ``python -m benchmarks.robustness.formats FOLDER [--expected FOLDER]``.

Runs every file through the parser, prints its outcome and the reason, then tables by format: files, outcomes, and the
share of the expected words that are in the text (each word as often as it is expected). What is expected of a file is,
in this order: the text of the elements in ``--expected`` under the file's name (``NAME.json``), the text file of the
same name beside it (one text saved in many formats), what ``pypdf`` reads of the text layer of a PDF, or for a picture
of the PDF of its name, and what ``unstructured`` itself reads, if it can.

Reads every file with other libraries too (format_readers.py), as far as they are installed for ``--python``
(``pip install "unstructured[all formats but image]" pypandoc_binary "markitdown[all]" pdfplumber``), and with the
readers of an earlier checkout (``--before``), one after the other, and compares what format_truth.py finds marked in
the file itself: rows with the right labels, headings, the language.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from benchmarks.robustness.format_readers import (
    NO_HEADINGS,
    NO_LANGUAGE,
    NO_ROWS,
    ONLY_PDF,
    READERS,
    ReaderProcess,
)
from benchmarks.robustness.format_truth import (
    LEAST_WORDS,
    agreed_words,
    found_headings,
    found_rows,
    headings,
    labelled_rows,
    language_of,
)
from ingest.parse import Parsed, Parser
from rag.types import Outcome

WORD = re.compile(r"\w+")
PEER_READS = frozenset(
    ".csv .docx .eml .epub .htm .html .json .md .msg .ndjson .odt .org .pptx .rst .rtf .tsv .txt .xls .xlsx "
    ".xml".split()
)
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
PICTURES = frozenset(".bmp .heic .jpeg .jpg .png .tiff".split())
MISREAD = frozenset({"fake-html-cp1252.html"})  # unstructured reads, and expects, "trčs" for "très"
MAX_PEER_PAGES = 100  # of a PDF; longer ones are read by Oaken alone
LONG_SECONDS = 10.0  # processor seconds from which on a file is not read again
WITHOUT = {"rows": NO_ROWS, "headings": NO_HEADINGS, "language": NO_LANGUAGE}

Reading = Mapping[str, Any]


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


def main(arguments: Sequence[str] | None = None) -> None:
    """Read, compare, print."""
    parser = benchmark_parser("benchmarks.robustness.formats", __doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--expected", type=Path)
    parser.add_argument("--only", default="", help="suffixes, by commas")
    parser.add_argument("--skip", default="", help="suffixes, by commas: long scans, say")
    parser.add_argument("--missing", action="store_true", help="print words that were expected and not found")
    parser.add_argument("--readers", default=",".join(READERS), help="readers to compare, by commas")
    parser.add_argument("--python", type=Path, default=Path(sys.executable), help="interpreter with the libraries")
    parser.add_argument("--before", type=Path, help="checkout of an earlier commit, whose readers are compared")
    parser.add_argument("--cache", type=Path, help="file to keep what was compared, and to go on from")
    parser.add_argument("--rounds", type=int, default=2, help="how often each file is read; the best time counts")
    options = parse_options(parser, arguments)
    only, skip = ({f".{each.lstrip('.')}" for each in some.split(",") if each} for some in (options.only, options.skip))
    files = [path for path in sorted(options.folder.rglob("*")) if path.is_file()]
    files = [path for path in files if path.suffix.lower() not in skip and (not only or path.suffix.lower() in only)]
    given = expectations(options.expected) if options.expected else {}
    done = cached_rows(options.cache)
    rows = []
    with ExitStack() as stack, Parser() as worker:
        readers = {"oaken": ReaderProcess("oaken")}
        if options.before:
            readers["before"] = ReaderProcess("oaken", checkout=options.before)
        others = [name for name in options.readers.split(",") if name != "oaken"]
        readers |= {name: ReaderProcess(name, str(options.python)) for name in others}
        for reader in readers.values():
            stack.enter_context(reader)
        absent = [name for name, reader in readers.items() if not reader.is_installed()]
        readers = {name: reader for name, reader in readers.items() if name not in absent}
        for path in files:
            if (name := str(path.relative_to(options.folder))) in done:
                rows.append(done[name])
                continue
            begun = time.perf_counter()
            parsed = worker.parse(path)
            seconds = time.perf_counter() - begun
            readings = readings_of(path, readers, options.rounds)
            source, text = expected_of(path, given, readings, files, parsed)
            marked, found = measured(path, readings)
            rows.append(compared(name, parsed, seconds, source, text, marked, found))
            show(rows[-1], options.missing)
            if options.cache:
                with options.cache.open("a", encoding="utf-8") as cache:
                    cache.write(json.dumps(asdict(rows[-1])) + "\n")
    names = list(readers)
    note = f" Not installed and left out: {', '.join(absent)}." if absent else ""
    note += f" `before`: the readers of {options.before.name}." if options.before else ""
    note += f" PDFs of over {MAX_PEER_PAGES} pages and pictures: Oaken alone." if len(names) > 1 else ""
    publish(options, "formats", "Formats: words recovered", COLUMNS, by_format(rows), notes(rows))
    if len(names) > 1:
        publish_peers(options, rows, names, note)


def cached_rows(cache: Path | None) -> dict[str, FileRow]:
    """Return the files that an interrupted run has compared, by name."""
    lines = cache.read_text(encoding="utf-8").splitlines() if cache and cache.exists() else []
    return {row.name: row for row in (FileRow(**json.loads(line)) for line in lines)}


def readings_of(path: Path, readers: Mapping[str, ReaderProcess], rounds: int) -> dict[str, dict[str, Any]]:
    """Return what each reader reads of a file, with its least time; those that cannot read it are left out."""
    found: dict[str, dict[str, Any]] = {}
    names = [name for name in readers if name not in ONLY_PDF or path.suffix.lower() == ".pdf"]
    if path.suffix.lower() in PICTURES or pages_of(path) > MAX_PEER_PAGES:
        names = [name for name in names if name in ("oaken", "before")]
    for number in range(rounds):
        for name in names if number % 2 == 0 else names[::-1]:
            if number and found.get(name, {"seconds": LONG_SECONDS})["seconds"] >= LONG_SECONDS:
                continue
            if reading := readers[name].read(path):
                least = min(reading["seconds"], found.get(name, reading)["seconds"])
                found[name] = reading | {"seconds": least}
    return found


def pages_of(path: Path) -> int:
    """Return how many pages a PDF has; 0 for other files."""
    try:
        return len(PdfReader(path).pages) if path.suffix.lower() == ".pdf" else 0
    except Exception:  # of many kinds, on damaged files
        return 0


def measured(path: Path, readings: Mapping[str, Reading]) -> tuple[dict[str, int], dict[str, dict[str, float]]]:
    """Return what is to be found in a file, and what of it each reader has found."""
    titles, table_rows, language = headings(path), labelled_rows(path), language_of(path)
    words = {name: words_of(reading["text"]) for name, reading in readings.items()}
    if not language or max((each.total() for each in words.values()), default=0) < LEAST_WORDS:
        language = ""
    marked = {"headings": len(titles), "rows": len(table_rows), "language": int(bool(language))}
    found: dict[str, dict[str, float]] = {}
    for name, reading in readings.items():
        agreed = agreed_words([each for other, each in words.items() if other not in (name, "before")][:4])
        if name == "before":
            agreed = agreed_words([each for other, each in words.items() if other not in ("oaken", "before")][:4])
        found[name] = {
            "headings": found_headings(titles, reading.get("headings", ())),
            "rows": found_rows(table_rows, reading),
            "language": int(bool(language) and reading.get("language") == language),
            "seconds": reading["seconds"],
        }
        if agreed:
            found[name]["words"] = 1 - (agreed - words[name]).total() / agreed.total()
    return marked, found


def expectations(folder: Path) -> dict[str, str]:
    """Return the text of the elements expected of each file name."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*.json")):
        if "chunk" in path.parent.name or "embed" in path.parent.name:  # cut, and cut texts overlap
            continue
        elements = json.loads(path.read_text())
        if isinstance(elements, list):
            found.setdefault(path.stem, "\n".join(str(each.get("text") or "") for each in elements))
    return found


def expected_of(
    path: Path, given: dict[str, str], readings: Mapping[str, Reading], files: list[Path], parsed: Parsed
) -> tuple[str, str | None]:
    """Return where the expectation comes from, and the text."""
    if path.name in MISREAD:
        return "", None
    if path.name in given:
        return "expected", given[path.name]
    twin = path.with_suffix(".txt")
    if twin != path and twin.exists() and path.stem.endswith("_mult"):
        return "twin", twin.read_text()
    if parsed.document is None:
        return "", None
    if path.suffix.lower() in PICTURES:
        layer = next((each for each in files if each.stem == path.stem and each.suffix.lower() == ".pdf"), None)
        return "its PDF", text_layer(layer, parsed.document.pages or 1) if layer else None
    if path.suffix.lower() == ".pdf":
        return "pypdf", text_layer(path)
    if path.suffix.lower() in PEER_READS and "unstructured" in readings:
        return "unstructured", without_bytes(readings["unstructured"]["text"])
    return "", None


def without_bytes(text: str) -> str | None:
    """Return a text; None where it is UTF-16 read byte by byte."""
    words = WORD.findall(text)
    return text if sum(len(word) == 1 for word in words) * 2 < len(words) else None


def text_layer(path: Path, most: int | None = None) -> str | None:
    """Return what pypdf reads of a PDF's first pages; None where it cannot."""
    try:
        return "\n".join(page.extract_text() for page in PdfReader(path).pages[:most])
    except Exception as error:  # of many kinds; the file is then not compared
        print(f"pypdf cannot read {path.name}: {error}", file=sys.stderr)
        return None


def compared(
    name: str,
    parsed: Parsed,
    seconds: float,
    source: str,
    text: str | None,
    marked: Mapping[str, int],
    found: Mapping[str, Mapping[str, float]],
) -> FileRow:
    """Return the file with the share of the expected words that were read."""
    wanted = words_of(text or "")
    if parsed.document is None or not wanted:
        return FileRow(name, parsed.outcome.value, str(parsed.reason), seconds, readers=found, marked=marked)
    got = words_of(parsed.document.text)
    missing = wanted - got
    recall = 1 - missing.total() / wanted.total()
    words = tuple(word for word, _ in missing.most_common(12))
    return FileRow(name, parsed.outcome.value, str(parsed.reason), seconds, source, recall, words, found, marked)


def words_of(text: str) -> Counter[str]:
    """Return how often each word is in a text."""
    return Counter(WORD.findall(unicodedata.normalize("NFKC", text).lower()))  # pypdf leaves "fi" as one letter


def show(row: FileRow, missing: bool) -> None:
    """Print one file."""
    shown = f"{row.outcome:<12} {row.name}"
    if row.recall is not None:
        shown += f"  {row.recall:.3f} of {row.expected}"
    shown += f"  ({row.reason})" if row.reason else ""
    print(f"{shown}  {row.seconds:.2f} s", flush=True)
    if missing and row.missing:
        print(f"    missing: {' '.join(row.missing)}")


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
    if not wanted or reader in WITHOUT[measure]:
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

    def words(group: Sequence[FileRow], reader: str) -> float | None:
        known = [row.readers.get(reader, {}) for row in group if Path(row.name).name not in MISREAD]
        shares = [found["words"] for found in known if "words" in found]
        return statistics.mean(shares) if shares else None

    def seconds(group: Sequence[FileRow], reader: str) -> float | None:
        read = [row.readers[reader]["seconds"] for row in group if reader in row.readers]
        return sum(read) if read else None

    columns, table = of_readers(".3f", words)
    told = "Share of the words that at least two of the other readers give, of the files that the reader can read."
    if table:
        publish(options, "formats_words", "Formats: words that two others agree on", columns, table, told + note)
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
    publish(options, "formats_structure", "Formats: rows, headings, language", structure, whole, told + note)
    columns, table = of_readers(".2f", seconds)
    ratios: dict[str, Cell] = {"format": "times Oaken's, of the files that both read", "files": len(rows)}
    for name in names:
        both = [row.readers for row in rows if {"oaken", name} <= row.readers.keys()]
        oaken = sum(each["oaken"]["seconds"] for each in both)
        ratios[name] = sum(each[name]["seconds"] for each in both) / oaken if oaken else None
    told = f"Best of {options.rounds} readings one after the other, of one where it takes {LONG_SECONDS:.0f} s."
    publish(options, "formats_seconds", "Formats: processor seconds", columns, [*table, ratios], told + note)


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


if __name__ == "__main__":
    main()
