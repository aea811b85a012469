"""Readers of a file, Oaken's and other libraries', each in a process of its own: ``python format_readers.py READER``.

For each line on its input, a JSON pair of a file and a path to write to, it writes there what the reader gave (its
text, headings, rows, tables, language and processor seconds). Imports nothing of Oaken's but its readers, so that
it also runs in a checkout of an earlier commit, and with another interpreter that has the other libraries.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LANGUAGE_CODES = {"eng": "en", "fra": "fr", "spa": "es", "deu": "de", "rus": "ru", "kor": "ko", "zho": "zh"}
LANGUAGE_CODES |= {"ita": "it", "por": "pt", "jpn": "ja", "heb": "he", "ell": "el", "nld": "nl", "tur": "tr"}
_HEADING = re.compile(r"#{1,6} +(.+?)(?: +#+)?$")
_RULE = re.compile(r"\|?[\s:|-]*-[\s:|-]*")
_CELL_ENDS = re.compile(r"(?<!\\)\|")
_ESCAPED = re.compile(r"\\([\W_])")

Grid = list[list[str]]


def oaken() -> Callable[[Path], dict[str, Any]]:
    """Return Oaken's readers; their rows are text, each with its labels."""
    from ingest.readers import read
    from ingest.readers.shared.unstructured_offline import prepare

    prepare()

    def reading(path: Path) -> dict[str, Any]:
        document = read(path)
        of_kind = {
            kind: [document.text[each.start : each.end] for each in document.elements if each.kind == kind]
            for kind in ("title", "row")
        }
        return {
            "text": document.text,
            "headings": of_kind["title"],
            "rows": of_kind["row"],
            "language": document.language,
        }

    return reading


def unstructured() -> Callable[[Path], dict[str, Any]]:
    """Return ``unstructured`` with its strategy "fast", without spaCy's model from the network."""
    from ingest.readers.shared.unstructured_offline import prepare

    prepare()
    from unstructured.partition.auto import partition

    def reading(path: Path) -> dict[str, Any]:
        elements = partition(str(path), strategy="fast")
        languages = [code for each in elements for code in each.metadata.languages or ()]
        most = max(set(languages), key=languages.count) if languages else ""
        return {
            "text": "\n".join(each.text for each in elements),
            "headings": [each.text for each in elements if each.category == "Title"],
            "tables": [grid for each in elements for grid in html_tables(each.metadata.text_as_html or "")],
            "language": LANGUAGE_CODES.get(most, most),
        }

    return reading


def markitdown() -> Callable[[Path], dict[str, Any]]:
    """Return ``markitdown``, which turns a file into Markdown and tells no language."""
    from markitdown import MarkItDown

    converter = MarkItDown()

    def reading(path: Path) -> dict[str, Any]:
        text = converter.convert(str(path)).text_content
        plain = _ESCAPED.sub(r"\1", text)
        headings = [_ESCAPED.sub(r"\1", found[1]) for line in text.splitlines() if (found := _HEADING.match(line))]
        return {"text": plain, "headings": headings, "tables": markdown_tables(text)}

    return reading


def pypdf() -> Callable[[Path], dict[str, Any]]:
    """Return ``pypdf``'s text of PDFs."""
    from pypdf import PdfReader

    return lambda path: {"text": "\n".join(page.extract_text() for page in PdfReader(path).pages)}


def pdfplumber() -> Callable[[Path], dict[str, Any]]:
    """Return ``pdfplumber``'s text and tables of PDFs."""
    import pdfplumber as library

    def reading(path: Path) -> dict[str, Any]:
        with library.open(path) as pdf:
            pages = [(page.extract_text() or "", page.extract_tables()) for page in pdf.pages]
        tables = [[[cell or "" for cell in row] for row in table] for _, found in pages for table in found]
        return {"text": "\n".join(text for text, _ in pages), "tables": tables}

    return reading


def tesseract() -> Callable[[Path], dict[str, Any]]:
    """Return tesseract's own text of pictures, in the languages that Oaken asks it for."""
    _find("tesseract")
    return lambda path: {"text": _printed("tesseract", str(path), "-", "-l", "eng+spa+rus")}


def rapidocr() -> Callable[[Path], dict[str, Any]]:
    """Return ``rapidocr_onnxruntime``'s text of pictures, by the models that its package holds."""
    from rapidocr_onnxruntime import RapidOCR

    engine = RapidOCR()

    def reading(path: Path) -> dict[str, Any]:
        found, _ = engine(str(path))
        return {"text": "\n".join(text for _, text, _ in found or ())}

    return reading


def catdoc() -> Callable[[Path], dict[str, Any]]:
    """Return the text that the programs catdoc and catppt find in older office files."""
    programs = {".doc": "catdoc", ".ppt": "catppt"}
    for name in programs.values():
        _find(name)
    return lambda path: {"text": _printed(programs[path.suffix.lower()], "-d", "utf-8", str(path))}


def _find(program: str) -> None:
    if shutil.which(program) is None:
        raise FileNotFoundError(program)


def _printed(*command: str) -> str:
    return subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8", "replace")


READERS = {
    each.__name__: each for each in (oaken, unstructured, markitdown, pypdf, pdfplumber, tesseract, rapidocr, catdoc)
}
PICTURES = frozenset(".bmp .heic .jpeg .jpg .png .tiff".split())
# Readers of some kinds of file alone, and what the others do not read: a picture without OCR.
ONLY = {
    "pypdf": frozenset({".pdf"}),
    "pdfplumber": frozenset({".pdf"}),
    "tesseract": PICTURES,
    "rapidocr": PICTURES,
    "catdoc": frozenset({".doc", ".ppt"}),
}
NO_HEADINGS = frozenset(ONLY)
NO_ROWS = NO_HEADINGS - {"pdfplumber"}
NO_LANGUAGE = frozenset({"markitdown", *ONLY})


class HtmlTables(HTMLParser):
    """Collects the tables of HTML as grids; a cell over several columns stands in each of them."""

    def __init__(self) -> None:
        super().__init__()
        self.grids: list[Grid] = []
        self._open: list[Grid] = []
        self._cell: list[str] | None = None
        self._span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell."""
        if tag == "table":
            self._open.append([])
            self.grids.append(self._open[-1])
        elif tag == "tr" and self._open:
            self._end_cell()
            self._open[-1].append([])
        elif tag in ("td", "th") and self._open and self._open[-1]:
            self._end_cell()
            span = dict(attrs).get("colspan") or "1"
            self._cell, self._span = [], min(int(span), 50) if span.isdecimal() else 1
        elif tag in ("br", "p", "div"):
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        """End a cell or a table."""
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()
        if tag == "table" and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Add to the cell."""
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is not None and self._open and self._open[-1]:
            self._open[-1][-1].extend([" ".join("".join(self._cell).split())] * self._span)
        self._cell = None


def html_tables(html: str) -> list[Grid]:
    """Return the tables of HTML."""
    parser = HtmlTables()
    parser.feed(html)
    return parser.grids


def markdown_tables(text: str) -> list[Grid]:
    """Return the pipe tables of Markdown, their rules left out."""
    grids: list[Grid] = [[]]
    for line in map(str.strip, text.splitlines()):
        if not line.startswith("|"):
            grids.append([])
        elif not _RULE.fullmatch(line):
            cells = _CELL_ENDS.split(line.removeprefix("|").removesuffix("|"))
            grids[-1].append([_ESCAPED.sub(r"\1", cell).strip() for cell in cells])
    return [grid for grid in grids if grid]


class ReaderProcess:
    """A reader in a process, started when first asked, and again when it dies. Use as a context manager."""

    def __init__(self, name: str, python: str = sys.executable, checkout: Path = ROOT) -> None:
        self.name = name
        self._command = [python, "-P", __file__, name]
        self._checkout = checkout.resolve()
        self._process: subprocess.Popen[str] | None = None
        self._folder = tempfile.TemporaryDirectory()

    def __enter__(self) -> ReaderProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self._folder.cleanup()

    def _end(self) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def is_installed(self) -> bool:
        """Tell whether its library can be imported."""
        return self._line("") == "ready"

    def read(self, path: Path) -> dict[str, Any] | None:
        """Return what it reads of a file; None where it cannot."""
        out = Path(self._folder.name, "reading.json")
        out.unlink(missing_ok=True)
        if self._line(json.dumps([str(path.resolve()), str(out)])) != "done" or not out.exists():
            return None
        found: dict[str, Any] | None = json.loads(out.read_text(encoding="utf-8"))
        return found

    def _line(self, asked: str) -> str:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                cwd=self._folder.name,
                env=os.environ | {"PYTHONPATH": str(self._checkout)},
            )
        assert self._process.stdin and self._process.stdout
        try:
            self._process.stdin.write(asked + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return ""
        return self._process.stdout.readline().strip()


def processor_seconds() -> float:
    """Return the processor seconds of this process and of the programs that it has started and that have ended."""
    each = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in each)


def main() -> None:
    """Answer until there are no more lines."""
    warnings.simplefilter("ignore")
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what libraries print
    reading_of = READERS[sys.argv[1]]()
    for line in sys.stdin:
        if not line.strip():
            print("ready", file=answers)
            continue
        path, out = json.loads(line)
        begun = processor_seconds()
        try:
            reading: dict[str, Any] | None = reading_of(Path(path))
        except Exception:  # of many kinds: it cannot read the file
            reading = None
        if reading is not None:
            reading["seconds"] = processor_seconds() - begun
        Path(out).write_text(json.dumps(reading), encoding="utf-8")
        print("done", file=answers)


if __name__ == "__main__":
    main()
