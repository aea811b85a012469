"""What a file itself marks as headings and tables, read by simple parsers that share nothing with Oaken's readers.

Headings: h1 to h6 in HTML and EPUB, Markdown's, reStructuredText's and Org's own marks, heading styles in Word and
OpenDocument files, the titles of slides, the bookmarks of a PDF. Tables: of CSV, Excel, Word, PowerPoint, OpenDocument,
HTML and Markdown. A table's labels are its first row with the most filled cells, if they are words of
two letters or more, differ from each other and none is a number; tables without such a row are left out, those of two
columns too (a form has them as well) but for CSV and Markdown, and so are dates and formatted numbers in Excel, which
each reader may write in its own way. Languages were told by eye.
"""

from __future__ import annotations

import csv
import re
import unicodedata
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from openpyxl import load_workbook
from pypdf import PdfReader

from benchmarks.robustness.format_readers import Grid, html_tables, markdown_tables

WORD = re.compile(r"\w+")
MAX_LABEL_CHARS = 60
FIRST_IS_HEADER = (".csv", ".tsv", ".md")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_FENCED = re.compile(r"^ {0,3}(```|~~~).*?(?:^ {0,3}\1|\Z)", re.MULTILINE | re.DOTALL)
_MARKDOWN = re.compile(r"^ {0,3}#{1,6} +(.+?)(?: +#+)?$|^(\S.*)\n(?:=+|-{3,}) *$", re.MULTILINE)
_MARKDOWN_SIGNS = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*`]+|<[^>]*>")
_UNDERLINED = re.compile(r"^(\S.*)\n([=\-~^\"'#*+.:_`])\2{2,} *$", re.MULTILINE)
_ORG = re.compile(r"^\*+ +(.+)$", re.MULTILINE)
_NUMBER = re.compile(r"[\d.,%()\s$€£+-]*")
_WHOLE = re.compile(r"(\d)\.0+\b")
PROSE = frozenset("doc docx eml epub htm html md msg odt org pdf ppt pptx rst rtf txt".split())
LEAST_WORDS = 20  # of a text whose language is asked for
SEVERAL = ("eng_spa", "eng_afr_spa", "UDHR_first_article_all")  # files in several languages begin so
LANGUAGES = {
    "email-no-utf8-2008-07-16.062410.eml": "he",
    "fake-html-lang-de.html": "de",
    "fr_olap.pdf": "fr",
    "korean-text-with-tables.pdf": "ko",
    "loremipsum-flat.pdf": "la",
}  # those that are not in English


class _Headings(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if re.fullmatch("h[1-6]", tag):
            self._inside = tag
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[-1] += data


def key(text: str) -> str:
    """Return a text's words alone, as they are compared: lower case, 4.0 as 4."""
    return " ".join(WORD.findall(_WHOLE.sub(r"\1", unicodedata.normalize("NFKC", text).lower())))


def headings(path: Path) -> list[str]:
    """Return the headings that a file marks; none where it is damaged or its format has none."""
    try:
        return [each for each in _headings(path, path.suffix.lower()) if key(each)]
    except Exception:  # of many kinds, on damaged files
        return []


def _headings(path: Path, suffix: str) -> list[str]:
    if suffix in (".html", ".htm"):
        return _html_headings(_decoded(path))
    if suffix == ".epub":
        with zipfile.ZipFile(path) as book:
            pages = [name for name in book.namelist() if name.endswith(("html", "htm"))]
            return [each for name in pages for each in _html_headings(book.read(name).decode("utf-8", "replace"))]
    if suffix == ".md":
        found = [each[1] or each[2] for each in _MARKDOWN.finditer(_FENCED.sub("", _decoded(path)))]
        return [_MARKDOWN_SIGNS.sub(r"\1", each) for each in found]
    if suffix == ".rst":
        return [each[1] for each in _UNDERLINED.finditer(_decoded(path))]
    if suffix == ".org":
        return [each[1] for each in _ORG.finditer(_decoded(path))]
    if suffix == ".pdf":
        return list(_bookmarks(PdfReader(path).outline))
    if suffix == ".odt":
        return ["".join(each.itertext()) for each in _part(path, "content.xml").iter(f"{_TEXT}h")]
    if suffix == ".docx":
        styles = {
            style.get(f"{_W}styleId"): style.find(f"{_W}name").get(f"{_W}val", "").lower()  # type: ignore[union-attr]
            for style in _part(path, "word/styles.xml").iter(f"{_W}style")
        }
        marked = [(paragraph, paragraph.find(f"{_W}pPr/{_W}pStyle")) for paragraph in _document(path).iter(f"{_W}p")]
        return [
            _words(paragraph, f"{_W}t")
            for paragraph, style in marked
            if style is not None and re.match(r"heading \d|title$", styles.get(style.get(f"{_W}val"), ""))
        ]
    if suffix == ".pptx":
        shapes = [shape for slide in _slides(path) for shape in slide.iter(f"{_P}sp")]
        kinds = [(shape, shape.find(f"{_P}nvSpPr/{_P}nvPr/{_P}ph")) for shape in shapes]
        return [
            _words(shape, f"{_A}t")
            for shape, kind in kinds
            if kind is not None and kind.get("type") in ("title", "ctrTitle")
        ]
    return []


def _html_headings(page: str) -> list[str]:
    parser = _Headings()
    parser.feed(page)
    return parser.found


def _bookmarks(outline: Iterable[Any]) -> Iterator[str]:
    for each in outline:
        if isinstance(each, list):
            yield from _bookmarks(each)
        else:
            yield str(each.title)


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace").replace("\r\n", "\n")


def _part(path: Path, name: str) -> ElementTree.Element:
    with zipfile.ZipFile(path) as archive:
        return ElementTree.fromstring(archive.read(name))


def _document(path: Path) -> ElementTree.Element:
    return _part(path, "word/document.xml")


def _slides(path: Path) -> list[ElementTree.Element]:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if re.fullmatch(r"ppt/slides/slide\d+\.xml", name)]
        return [ElementTree.fromstring(archive.read(name)) for name in names]


def _words(node: ElementTree.Element, tag: str) -> str:
    return "".join(each.text or "" for each in node.iter(tag))


def labelled_rows(path: Path) -> list[list[tuple[str, str]]]:
    """Return the rows of a file's tables as pairs of label and cell, as :func:`key` has them."""
    try:
        grids = _grids(path, path.suffix.lower())
    except Exception:  # of many kinds, on damaged files
        return []
    least = 2 if path.suffix.lower() in FIRST_IS_HEADER else 3
    return [row for grid in grids for row in _pairs(grid, least)]


def _grids(path: Path, suffix: str) -> list[Grid]:
    if suffix in (".csv", ".tsv"):
        text = _decoded(path)
        return [list(csv.reader(text.splitlines(), csv.Sniffer().sniff(text[:5_000], ",;\t|")))]
    if suffix in (".html", ".htm"):
        return html_tables(_decoded(path))
    if suffix == ".md":
        return markdown_tables(_FENCED.sub("", _decoded(path)))
    if suffix == ".xlsx":
        return [[list(map(_cell, row)) for row in sheet.iter_rows()] for sheet in load_workbook(path, data_only=True)]
    if suffix == ".docx":
        return [_grid(table, _W, "t") for table in _document(path).iter(f"{_W}tbl")]
    if suffix == ".pptx":
        return [_grid(table, _A, "t") for slide in _slides(path) for table in slide.iter(f"{_A}tbl")]
    if suffix == ".odt":
        rows = [table.iter(f"{_TABLE}table-row") for table in _part(path, "content.xml").iter(f"{_TABLE}table")]
        return [
            [["".join(cell.itertext()) for cell in row.iter(f"{_TABLE}table-cell")] for row in each] for each in rows
        ]
    return []


def _grid(table: ElementTree.Element, space: str, text: str) -> Grid:
    return [
        [
            " ".join(_words(paragraph, space + text) for paragraph in cell.iter(f"{space}p"))
            for cell in row.iter(f"{space}tc")
        ]
        for row in table.iter(f"{space}tr")
    ]


def _cell(cell: Any) -> str:
    if isinstance(cell.value, str):
        return cell.value
    return str(cell.value) if isinstance(cell.value, int) and cell.number_format == "General" else ""


def _pairs(grid: Grid, least: int) -> list[list[tuple[str, str]]]:
    widths = [sum(bool(cell.strip()) for cell in row) for row in grid]
    if max(widths, default=0) < least:
        return []
    at = widths.index(max(widths))
    labels = [key(cell) for cell in grid[at]]
    named = [label for label in labels if label]
    if len(set(named)) < len(named) or any(
        not 1 < len(label) <= MAX_LABEL_CHARS or _NUMBER.fullmatch(label) for label in named
    ):
        return []
    rows = [
        [(label, key(cell)) for label, cell in zip(labels, row, strict=False) if label and key(cell)]
        for row in grid[at + 1 :]
    ]
    return [row for row in rows if len(row) > 1]


def found_rows(truth: Sequence[Sequence[tuple[str, str]]], reading: Mapping[str, Any]) -> int:
    """Count the rows that a reader gives with the right label for each cell.

    A row of Oaken's holds its labels, a wide one in parts. In a reader's table a label counts in any row above, in the
    column of the cell.
    """
    held: defaultdict[str, list[str]] = defaultdict(list)
    for row in map(key, whole_rows(reading.get("rows", ()))):
        for word in set(row.split()):
            held[word].append(f" {row} ")
    pairs: list[set[tuple[str, str]]] = []
    for grid in reading.get("tables", ()):
        above: defaultdict[int, set[str]] = defaultdict(set)
        for cells in ([key(cell) for cell in row] for row in grid):
            pairs.append({(label, cell) for at, cell in enumerate(cells) for label in above[at]})
            for at, cell in enumerate(cells):
                above[at].add(cell)
    by_pair: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for at, each in enumerate(pairs):
        for pair in each:
            by_pair[pair].append(at)
    return sum(_is_found(row, held, pairs, by_pair) for row in truth)


def whole_rows(texts: Iterable[str]) -> Iterator[str]:
    """Yield rows of text, the parts of a wide one together: they begin with one cell, and share no other label."""
    whole, first = "", ""
    taken: set[str] = set()
    for text in texts:
        begins, _, rest = text.partition(" | ")
        labels = {cell.partition(": ")[0] for cell in rest.split(" | ") if ": " in cell}
        if begins == first and labels and taken and labels.isdisjoint(taken):
            whole += f" | {rest}"
            taken |= labels
            continue
        if whole:
            yield whole
        whole, first, taken = text, begins, labels
    if whole:
        yield whole


def _is_found(
    row: Sequence[tuple[str, str]],
    held: dict[str, list[str]],
    pairs: Sequence[set[tuple[str, str]]],
    by_pair: dict[tuple[str, str], list[int]],
) -> bool:
    rarest = min((held.get(word, []) for _, cell in row for word in cell.split()), key=len)
    if any(
        all(f" {label} {cell} " in text or (label == cell and f" {cell} " in text) for label, cell in row)
        for text in rarest
    ):
        return True
    return any(all(pair in pairs[at] for pair in row) for at in min((by_pair.get(pair, []) for pair in row), key=len))


def found_headings(truth: Sequence[str], given: Iterable[str]) -> int:
    """Count the headings of the truth that a reader gives as headings, each as often as it is marked."""
    return (Counter(map(key, truth)) & Counter(map(key, given))).total()


def shown_headings(titles: Iterable[str], texts: Sequence[str]) -> list[str]:
    """Return the headings whose words stand in any of these texts, each as often as there."""
    keys = [f" {key(text)} " for text in texts]
    seen = Counter[str]()
    shown = []
    for title in titles:
        words = f" {key(title)} "
        seen[words] += 1
        if any(text.count(words) >= seen[words] for text in keys):
            shown.append(title)
    return shown


def language_of(path: Path) -> str:
    """Return the language of a file's prose; "" for tables and records, and for files in several languages."""
    if path.suffix.lower().lstrip(".") not in PROSE or path.name.startswith(SEVERAL):
        return ""
    return LANGUAGES.get(path.name, "en")


def agreed_words(texts: Sequence[Counter[str]]) -> Counter[str]:
    """Return the words that two at least of these texts hold, each as often as both do."""
    agreed = Counter[str]()
    for at, one in enumerate(texts):
        for other in texts[at + 1 :]:
            agreed |= one & other
    return agreed


def agreed_order(words: Sequence[str], others: Sequence[Sequence[str]]) -> float | None:
    """Return the share of neighbours that come in a text in the order which two others give; None where none do.

    Words count that each of the three holds once: neighbours are such words with no other such word between them.
    """
    own = _places(words)
    places = [_places(each) for each in others]
    kept = total = 0
    for at, one in enumerate(places):
        for other in places[at + 1 :]:
            shared = [word for word in one if word in other and word in own]
            agreed = [pair for pair in pairwise(shared) if other[pair[0]] < other[pair[1]]]
            total += len(agreed)
            kept += sum(own[before] < own[after] for before, after in agreed)
    return kept / total if total else None


def _places(words: Sequence[str]) -> dict[str, int]:
    """Return where each word stands that is there once, in order."""
    counts = Counter(words)
    return {word: at for at, word in enumerate(words) if counts[word] == 1}
