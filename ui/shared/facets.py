"""Facets that group documents on the library's map and in its charts: folder, language, type, year. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from itertools import takewhile
from pathlib import Path, PurePosixPath

from rag.grounding.code_blocks import code_language
from rag.messages import marked
from rag.types import FileRecord
from ui.shared import i18n
from ui.shared.folders import root_names
from ui.shared.formatting import one_line
from ui.shared.i18n import tr

_SOURCE_CODE = marked("Source code")
_TYPE_EXTENSIONS = {
    marked("PDF"): "pdf",
    marked("Word"): "doc dot docx docm dotx",
    marked("Slides"): "ppt pps pot pptx pptm ppsx odp",
    marked("Tables"): "xls xlsx xlsm ods csv tsv tab",
    marked("Web page"): "html htm xhtml",
    marked("Markdown"): "md markdown rst org",
    marked("Plain text"): "txt text log",
    marked("Mail"): "eml msg",
    marked("E-book"): "epub",
    marked("Picture"): "png jpg jpeg tif tiff heic heif webp bmp gif",
    marked("Data"): "json geojson jsonl ndjson xml",
    marked("Notebook"): "ipynb",
    marked("Other text document"): "odt rtf",
}
_KIND_OF = {f".{ending}": kind for kind, endings in _TYPE_EXTENSIONS.items() for ending in endings.split()}


def kind(record: FileRecord) -> str:
    """Return the file's type in the page's language; its extension where the type is unknown."""
    ending = PurePosixPath(record.path).suffix.lower()
    if ending in _KIND_OF:
        return tr(_KIND_OF[ending])
    if code_language(record.path):
        return tr(_SOURCE_CODE)
    return one_line(ending.lstrip(".")).upper() or tr("No extension")


def language(record: FileRecord) -> str:
    """Return the name of the document's language in the page's own; its code where we have no name for it."""
    return language_name(record.language) or tr("Language unknown")


def language_name(code: str, *, in_sentence: bool = False) -> str:
    """Return a language's name in the page's own; its code where CLDR has no name for it, "" for none.

    It begins with a capital, but ``in_sentence`` only where the page's language writes it so.
    """
    from babel import Locale

    name = str(Locale.parse(i18n.language()).languages.get(code, ""))
    return (name if in_sentence else name[:1].upper() + name[1:]) or one_line(code)


def year(record: FileRecord, zone: tzinfo | None = None) -> str:
    """Return the year in which the file was last changed; "" where that cannot be told."""
    if record.stamp.mtime_ns <= 0:
        return ""
    try:
        return str(datetime.fromtimestamp(record.stamp.mtime_ns / 1e9, UTC).astimezone(zone).year)
    except (ValueError, OverflowError, OSError):  # a file from no year there is
        return ""


def folders(records: Sequence[FileRecord], library: Path) -> dict[str, str]:
    """Map each document id to the folder that tells it apart: the first below what all files of a root have in common.

    Roots are named where there are several; uploads and the sample have names of their own.
    """
    by_root: dict[str, list[FileRecord]] = {}
    for record in records:
        by_root.setdefault(record.root, []).append(record)
    names = root_names(list(by_root), library)
    found: dict[str, str] = {}
    for root, root_records in by_root.items():
        parts = [PurePosixPath(record.path).parts[:-1] for record in root_records]
        common = sum(1 for _ in takewhile(lambda level: len(set(level)) == 1, zip(*parts, strict=False)))
        for record, folder in zip(root_records, parts, strict=True):
            below = folder[common : common + 1]
            shown = [names[root], *below] if len(by_root) > 1 or not below else below
            found[record.id] = one_line("/".join(shown))
    return found
