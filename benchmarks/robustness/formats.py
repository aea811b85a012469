"""Read a folder of files of every kind: ``python -m benchmarks.robustness.formats FOLDER [--expected FOLDER]``.

Runs every file through the parser, prints its outcome and the reason, then tables by format: files, outcomes, and the
share of the expected words that are in the text (each word as often as it is expected). What is expected of a file is,
in this order: the text of the elements in ``--expected`` under the file's name (``NAME.json``), the text file of the
same name beside it (one text saved in many formats), what ``pypdf`` reads of the text layer of a PDF, or for a picture
of the PDF of its name, and what ``unstructured`` itself reads, if it can.

Reads every file with other libraries too (format_readers.py), as far as they are installed for ``--python``
(``pip install "unstructured[all formats but pdf and image]" pypandoc_binary "markitdown[all]" pdfplumber
rapidocr-onnxruntime``), with tesseract and catdoc alone, and with the readers of an earlier checkout (``--before``),
one after the other, and compares what format_truth.py finds marked in the file itself: rows with the right labels,
headings, the language. A PDF does not say what is a heading or a label: ``--printed-from`` takes that from the files
that format_prints.py printed.
"""

from __future__ import annotations

import json
import re
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from benchmarks.results import benchmark_parser, parse_options, publish
from benchmarks.robustness.format_readers import ONLY, PICTURES, READERS, ReaderProcess
from benchmarks.robustness.format_tables import (
    COLUMNS,
    LONG_SECONDS,
    MISREAD,
    FileRow,
    by_format,
    notes,
    publish_peers,
)
from benchmarks.robustness.format_truth import (
    LEAST_WORDS,
    WORD,
    agreed_order,
    agreed_words,
    found_headings,
    found_rows,
    headings,
    labelled_rows,
    language_of,
    shown_headings,
)
from ingest.parse import Parsed, Parser

PEER_READS = frozenset(
    ".csv .docx .eml .epub .htm .html .json .md .msg .ndjson .odt .org .pptx .rst .rtf .tsv .txt .xls .xlsx "
    ".xml".split()
)
MAX_PEER_PAGES = 100  # of a PDF; longer ones are read by Oaken alone

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")

Reading = Mapping[str, Any]


def main(arguments: Sequence[str] | None = None) -> None:
    """Read, compare, print."""
    parser = benchmark_parser("benchmarks.robustness.formats", __doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--expected", type=Path)
    parser.add_argument("--only", default="", help="suffixes, by commas")
    parser.add_argument("--skip", default="", help="suffixes, by commas: long scans, say")
    parser.add_argument("--max-pages", type=int, default=10_000, help="leave out longer PDFs: 400 scans, say")
    parser.add_argument("--missing", action="store_true", help="print words that were expected and not found")
    parser.add_argument("--readers", default=",".join(READERS), help="readers to compare, by commas")
    parser.add_argument("--python", type=Path, default=Path(sys.executable), help="interpreter with the libraries")
    parser.add_argument("--before", type=Path, help="checkout of an earlier commit, whose readers are compared")
    parser.add_argument("--cache", type=Path, help="file to keep what was compared, and to go on from")
    parser.add_argument("--printed-from", type=Path, help="the originals of a folder that format_prints.py made")
    parser.add_argument("--name", default="formats", help="what the results' names begin with")
    parser.add_argument("--rounds", type=int, default=3, help="how often each file is read; the best time counts")
    options = parse_options(parser, arguments)
    only, skip = ({f".{each.lstrip('.')}" for each in some.split(",") if each} for some in (options.only, options.skip))
    everything = [path for path in sorted(options.folder.rglob("*")) if path.is_file()]
    files = [
        path for path in everything if path.suffix.lower() not in skip and (not only or path.suffix.lower() in only)
    ]
    files = [path for path in files if pages_of(path) <= options.max_pages]
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
            source, text = expected_of(path, given, readings, everything, parsed)
            original = original_of(path, options.printed_from)
            marked, found = measured(original, readings, printed=options.printed_from is not None)
            rows.append(compared(name, parsed, seconds, source, text, marked, found))
            show(rows[-1], options.missing)
            if options.cache:
                with options.cache.open("a", encoding="utf-8") as cache:
                    cache.write(json.dumps(asdict(rows[-1])) + "\n")
    names = list(readers)
    note = f" Not installed and left out: {', '.join(absent)}." if absent else ""
    note += f" `before`: the readers of {options.before.name}." if options.before else ""
    note += f" PDFs of over {MAX_PEER_PAGES} pages: Oaken alone." if len(names) > 1 else ""
    publish(options, options.name, "Formats: words recovered", COLUMNS, by_format(rows), notes(rows))
    if len(names) > 1:
        publish_peers(options, rows, names, note)


def cached_rows(cache: Path | None) -> dict[str, FileRow]:
    """Return the files that an interrupted run has compared, by name."""
    lines = cache.read_text(encoding="utf-8").splitlines() if cache and cache.exists() else []
    return {row.name: row for row in (FileRow(**json.loads(line)) for line in lines)}


def readings_of(path: Path, readers: Mapping[str, ReaderProcess], rounds: int) -> dict[str, dict[str, Any]]:
    """Return what each reader reads of a file, with its least time; those that cannot read it are left out."""
    found: dict[str, dict[str, Any]] = {}
    names = [name for name in readers if path.suffix.lower() in ONLY.get(name, (path.suffix.lower(),))]
    if pages_of(path) > MAX_PEER_PAGES:
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


def original_of(path: Path, folder: Path | None) -> Path:
    """Return the file whose marks tell what is to be found: what a file was printed or saved from, or itself."""
    if folder is not None:
        return next(iter(folder.rglob(path.stem)), path)
    newer = path.with_name(f"{path.name}x")
    return newer if path.suffix.lower() in (".doc", ".ppt") and newer.exists() else path


def measured(
    path: Path, readings: Mapping[str, Reading], *, printed: bool = False
) -> tuple[dict[str, int], dict[str, dict[str, float]]]:
    """Return what is to be found in a file, and what of it each reader has found.

    Of a file that was ``printed``, those of its headings that any reader sees: LibreOffice may leave some out.
    """
    titles, table_rows, language = headings(path), labelled_rows(path), language_of(path)
    titles = shown_headings(titles, [reading["text"] for reading in readings.values()]) if printed else titles
    lists = {name: word_list(reading["text"]) for name, reading in readings.items()}
    words = {name: Counter(each) for name, each in lists.items()}
    if not language or max((each.total() for each in words.values()), default=0) < LEAST_WORDS:
        language = ""
    marked = {"headings": len(titles), "rows": len(table_rows), "language": int(bool(language))}
    found: dict[str, dict[str, float]] = {}
    for name, reading in readings.items():
        own = ("oaken", "before") if name in ("oaken", "before") else (name, "before")
        others = [other for other in readings if other not in own][:4]
        found[name] = {
            "headings": found_headings(titles, reading.get("headings", ())),
            "rows": found_rows(table_rows, reading),
            "language": int(bool(language) and reading.get("language") == language),
            "seconds": reading["seconds"],
        }
        if agreed := agreed_words([words[other] for other in others]):
            found[name]["words"] = 1 - (agreed - words[name]).total() / agreed.total()
        if (order := agreed_order(lists[name], [lists[other] for other in others])) is not None:
            found[name]["order"] = order
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
    return Counter(word_list(text))


def word_list(text: str) -> list[str]:
    """Return the words of a text in their order; 7,904 as a sheet shows it is the 7904 that it holds."""
    plain = unicodedata.normalize("NFKC", text).lower()  # pypdf leaves "fi" as one letter
    return WORD.findall(_THOUSANDS.sub("", plain))


def show(row: FileRow, missing: bool) -> None:
    """Print one file."""
    shown = f"{row.outcome:<12} {row.name}"
    if row.recall is not None:
        shown += f"  {row.recall:.3f} of {row.expected}"
    shown += f"  ({row.reason})" if row.reason else ""
    print(f"{shown}  {row.seconds:.2f} s", flush=True)
    if missing and row.missing:
        print(f"    missing: {' '.join(row.missing)}")


if __name__ == "__main__":
    main()
