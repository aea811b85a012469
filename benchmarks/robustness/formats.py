"""Read a folder of files of every kind: ``python -m benchmarks.robustness.formats FOLDER [--expected FOLDER]``.

Runs every file through the parser, prints its outcome and the reason, then a table by format: files, outcomes, and the
share of the expected words that are in the text (each word as often as it is expected). What is expected of a file is,
in this order: the text of the elements in ``--expected`` under the file's name (``NAME.json``), the text file of the
same name beside it (one text saved in many formats), what ``pypdf`` reads of the text layer of a PDF, or for a picture
of the PDF of its name, and what ``unstructured`` itself reads, if it can (``pip install "unstructured[all formats but
pdf and image]" pypandoc_binary`` for all).
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pypdf import PdfReader

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from ingest.parse import Parsed, Parser

WORD = re.compile(r"\w+")
PEER = """
import json, sys, warnings
warnings.simplefilter("ignore")
from ingest.readers.shared.unstructured_offline import prepare
prepare()
from unstructured.partition.auto import partition
for line in sys.stdin:
    path, out = json.loads(line)
    try:
        text = "\\n".join(element.text for element in partition(path, languages=["eng"], strategy="fast"))
    except BaseException as error:
        text = None
    with open(out, "w") as file:
        json.dump(text, file)
    print("done", flush=True)
"""
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
}
PICTURES = frozenset(".bmp .heic .jpeg .jpg .png .tiff".split())


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file, what was read of it, and how much of what was expected."""

    path: Path
    parsed: Parsed
    seconds: float
    expected: str = ""  # where the expectation comes from
    recall: float | None = None
    missing: tuple[str, ...] = ()


def main(arguments: Sequence[str] | None = None) -> None:
    """Read, compare, print."""
    parser = benchmark_parser("benchmarks.robustness.formats", __doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--expected", type=Path)
    parser.add_argument("--only", default="", help="suffixes, by commas")
    parser.add_argument("--skip", default="", help="suffixes, by commas: long scans, say")
    parser.add_argument("--missing", action="store_true", help="print words that were expected and not found")
    options = parse_options(parser, arguments)
    only, skip = ({f".{each.lstrip('.')}" for each in some.split(",") if each} for some in (options.only, options.skip))
    files = [path for path in sorted(options.folder.rglob("*")) if path.is_file()]
    files = [path for path in files if path.suffix.lower() not in skip and (not only or path.suffix.lower() in only)]
    given = expectations(options.expected) if options.expected else {}
    rows = []
    with Parser() as worker, Peer() as peer:
        for path in files:
            begun = time.perf_counter()
            parsed = worker.parse(path)
            seconds = time.perf_counter() - begun
            source, text = expected_of(path, given, peer if parsed.document else None, files, parsed)
            rows.append(compared(path, parsed, seconds, source, text))
            show(rows[-1], options.folder, options.missing)
    publish(options, "formats", "Formats: words recovered", COLUMNS, by_format(rows), notes(rows))


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
    path: Path, given: dict[str, str], peer: Peer | None, files: list[Path], parsed: Parsed
) -> tuple[str, str | None]:
    """Return where the expectation comes from, and the text."""
    if path.name in given:
        return "expected", given[path.name]
    twin = path.with_suffix(".txt")
    if twin != path and twin.exists() and path.stem.endswith("_mult"):
        return "twin", twin.read_text()
    if peer is not None and path.suffix.lower() in PICTURES:
        layer = next((each for each in files if each.stem == path.stem and each.suffix.lower() == ".pdf"), None)
        pages = parsed.document.pages if parsed.document else None
        return "its PDF", text_layer(layer, pages or 1) if layer else None
    if peer is not None and path.suffix.lower() == ".pdf":
        return "pypdf", text_layer(path)
    if peer is not None and path.suffix.lower() in PEER_READS:
        return "unstructured", peer.text(path)
    return "", None


def text_layer(path: Path, most: int | None = None) -> str | None:
    """Return what pypdf reads of a PDF's first pages; None where it cannot."""
    try:
        return "\n".join(page.extract_text() for page in PdfReader(path).pages[:most])
    except Exception as error:  # of many kinds; the file is then not compared
        print(f"pypdf cannot read {path.name}: {error}", file=sys.stderr)
        return None


def compared(path: Path, parsed: Parsed, seconds: float, source: str, text: str | None) -> FileRow:
    """Return the file with the share of the expected words that were read."""
    wanted = words_of(text or "")
    if parsed.document is None or not wanted:
        return FileRow(path, parsed, seconds)
    got = words_of(parsed.document.text)
    missing = wanted - got
    recall = 1 - missing.total() / wanted.total()
    return FileRow(path, parsed, seconds, source, recall, tuple(word for word, _ in missing.most_common(12)))


def words_of(text: str) -> Counter[str]:
    """Return how often each word is in a text."""
    return Counter(WORD.findall(unicodedata.normalize("NFKC", text).lower()))  # pypdf leaves "fi" as one letter


def show(row: FileRow, folder: Path, missing: bool) -> None:
    """Print one file."""
    shown = f"{row.parsed.outcome.value:<12} {row.path.relative_to(folder)}"
    if row.recall is not None:
        shown += f"  {row.recall:.3f} of {row.expected}"
    shown += f"  ({row.parsed.reason})" if row.parsed.reason else ""
    print(f"{shown}  {row.seconds:.2f} s", flush=True)
    if missing and row.missing:
        print(f"    missing: {' '.join(row.missing)}")


def by_format(rows: Sequence[FileRow]) -> list[dict[str, Cell]]:
    """Return one row for each format."""
    groups: dict[str, list[FileRow]] = defaultdict(list)
    for row in rows:
        groups[row.path.suffix.lower().lstrip(".") or "(none)"].append(row)
    table = []
    for name, group in sorted(groups.items()):
        outcomes = Counter(row.parsed.outcome.value for row in group)
        counted = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
        recalls = [row.recall for row in group if row.recall is not None]
        mean, least = (statistics.mean(recalls), min(recalls)) if recalls else (None, None)
        table.append(dict(zip(COLUMNS, (name, len(group), counted, len(recalls), mean, least), strict=True)))
    return table


def notes(rows: Sequence[FileRow]) -> str:
    """Return what the table does not have: recall by what it is measured against, missing reasons, the slowest file."""
    parts = []
    for source in ("expected", "twin", "pypdf", "its PDF", "unstructured"):
        if recalls := [row.recall for row in rows if row.expected == source and row.recall is not None]:
            parts.append(f"{statistics.mean(recalls):.3f} against {source} ({len(recalls)} files)")
    silent = [row for row in rows if row.parsed.document is None and not row.parsed.reason]
    slowest = max((row.seconds for row in rows), default=0.0)
    parts.append(f"{len(rows)} files, {len(silent)} without a reason, the slowest {slowest:.1f} s")
    return "; ".join(parts) + "."


class Peer:
    """``unstructured`` in a process of its own, started when first asked, and again when it dies or hangs."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._folder = tempfile.TemporaryDirectory()

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    def text(self, path: Path) -> str | None:
        """Return what it reads of a file; None where it cannot."""
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-c", PEER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        out = Path(self._folder.name, "text.json")
        assert self._process.stdin and self._process.stdout
        try:
            self._process.stdin.write(json.dumps([str(path.resolve()), str(out)]) + "\n")
            self._process.stdin.flush()
            lines: Iterable[str] = iter(self._process.stdout.readline, "")
            if not any(line.strip() == "done" for line in lines):
                return None
        except BrokenPipeError:
            return None
        found = json.loads(out.read_text())
        words = WORD.findall(found) if isinstance(found, str) else []
        letters = sum(len(word) == 1 for word in words)
        return found if words and letters * 2 < len(words) else None  # else UTF-16 read byte by byte


if __name__ == "__main__":
    main()
