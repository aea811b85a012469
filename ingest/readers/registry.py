"""Which reader reads a file: chosen by its content and its suffix. Each module is imported when its first file comes,
so that a text file does not wait for the libraries of Word files.
"""

from __future__ import annotations

import codecs
import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from ingest.readers.shared.sniff import ENCRYPTED, FOREIGN, HEAD, OLE, content_suffix, is_asciidoc, text_suffix
from ingest.readers.shared.unreadable import Unreadable
from rag.types import Document, Outcome


@dataclass(frozen=True, slots=True)
class Reader:
    """A kind of file: the module whose ``read(path)`` reads it, its media type, and whether it is a text file."""

    module: str
    media_type: str
    is_text: bool = False  # no magic bytes tell it from any other text


_OFFICE = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
_HTML = Reader("ingest.readers.markup.html_page", "text/html", True)
_TEXT = Reader("ingest.readers.shared.plain_text", "text/plain", True)
_CODE = Reader("ingest.readers.source_code", "text/x-source", True)
_WORD = Reader("ingest.readers.office.docx", f"{_OFFICE}.wordprocessingml.document")
_SLIDES = Reader("ingest.readers.office.pptx", f"{_OFFICE}.presentationml.presentation")
_SHEETS = Reader("ingest.readers.office.xlsx", f"{_OFFICE}.spreadsheetml.sheet")
_OLD_SHEETS = Reader("ingest.readers.office.xls", "application/vnd.ms-excel")
_PICTURES = {
    **dict.fromkeys((".jpg", ".jpeg"), "image/jpeg"),
    **dict.fromkeys((".tif", ".tiff"), "image/tiff"),
    **dict.fromkeys((".heic", ".heif"), "image/heic"),
    **{f".{kind}": f"image/{kind}" for kind in ("png", "gif", "bmp", "webp", "avif", "jp2")},
}
_CODE_SUFFIXES = (  # whatever is kept line by line
    ".py .pyi .js .mjs .cjs .jsx .ts .tsx .java .go .rs .c .h .cc .cpp .cxx .hpp .hh .cs .rb .php .sh .bash .zsh .kt "
    ".kts .swift .scala .pl .pm .lua .r .jl .hs .ml .mli .ex .exs .erl .clj .dart .vb .fs .pas .f90 .f .asm .s .sql "
    ".ps1 .bat .cmd .groovy .gradle .m .mm .nim .zig .v .vhd .sol .proto .graphql .tf .cmake .mk .vue .svelte .css "
    ".scss .less .el .lisp .scm .tcl .awk .sed .fish .yaml .yml .toml .ini .cfg .conf .env .properties .diff .patch "
    ".tex .bib .log .srt .vtt .ics .vcf"
).split()

READERS = {
    **dict.fromkeys(_CODE_SUFFIXES, _CODE),
    ".txt": _TEXT,
    ".text": _TEXT,
    ".md": Reader("ingest.readers.markup.markdown", "text/markdown", True),
    ".markdown": Reader("ingest.readers.markup.markdown", "text/markdown", True),
    ".html": _HTML,
    ".htm": _HTML,
    ".xhtml": _HTML,
    ".rst": Reader("ingest.readers.markup.rst", "text/x-rst", True),
    ".org": Reader("ingest.readers.markup.org", "text/org", True),
    ".adoc": Reader("ingest.readers.markup.asciidoc", "text/asciidoc", True),
    ".asciidoc": Reader("ingest.readers.markup.asciidoc", "text/asciidoc", True),
    ".csv": Reader("ingest.readers.data.csv_table", "text/csv", True),
    ".tsv": Reader("ingest.readers.data.csv_table", "text/tab-separated-values", True),
    ".tab": Reader("ingest.readers.data.csv_table", "text/tab-separated-values", True),
    ".json": Reader("ingest.readers.data.json_records", "application/json", True),
    ".geojson": Reader("ingest.readers.data.json_records", "application/json", True),
    ".jsonl": Reader("ingest.readers.data.json_records", "application/x-ndjson", True),
    ".ndjson": Reader("ingest.readers.data.json_records", "application/x-ndjson", True),
    ".ipynb": Reader("ingest.readers.markup.notebook", "application/x-ipynb+json", True),
    ".xml": Reader("ingest.readers.markup.xml_document", "application/xml", True),
    ".eml": Reader("ingest.readers.mail.eml", "message/rfc822", True),
    ".msg": Reader("ingest.readers.mail.msg", "application/vnd.ms-outlook"),
    ".rtf": Reader("ingest.readers.office.rtf", "application/rtf"),
    ".pdf": Reader("ingest.readers.pdf.reader", "application/pdf"),
    ".docx": _WORD,
    ".docm": _WORD,
    ".dotx": _WORD,
    ".pptx": _SLIDES,
    ".pptm": _SLIDES,
    ".ppsx": _SLIDES,
    ".xlsx": _SHEETS,
    ".xlsm": _SHEETS,
    ".xls": _OLD_SHEETS,
    ".doc": Reader("ingest.readers.office.doc_ppt", "application/msword"),
    ".dot": Reader("ingest.readers.office.doc_ppt", "application/msword"),
    ".ppt": Reader("ingest.readers.office.doc_ppt", "application/vnd.ms-powerpoint"),
    ".pps": Reader("ingest.readers.office.doc_ppt", "application/vnd.ms-powerpoint"),
    ".pot": Reader("ingest.readers.office.doc_ppt", "application/vnd.ms-powerpoint"),
    **{suffix: Reader("ingest.readers.image.reader", media_type) for suffix, media_type in _PICTURES.items()},
    ".epub": Reader("ingest.readers.markup.epub", "application/epub+zip"),
    ".odt": Reader("ingest.readers.office.odf", f"{_ODF}.text"),
    ".ods": Reader("ingest.readers.office.odf", f"{_ODF}.spreadsheet"),
    ".odp": Reader("ingest.readers.office.odf", f"{_ODF}.presentation"),
}


def foreign(path: Path) -> str:
    """What a file is, going by its name, if that is nothing that holds text: "sound". Else "", and it is opened."""
    suffix = path.suffix.lower()
    return "" if suffix in READERS else FOREIGN.get(suffix, "")


def read(path: Path) -> Document:
    """The document in a file. Raises Unreadable, OSError, or whatever a library raises on a damaged file."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise Unreadable(Outcome.EMPTY, "the file is empty")
    reader = READERS[_suffix(path, head)]
    document = cast("Document", importlib.import_module(reader.module).read(path))
    if not document.text.strip():
        raise Unreadable(Outcome.EMPTY, "there is no text in it")
    return document


def _suffix(path: Path, head: bytes) -> str:
    """The suffix in READERS by which the file is read. Raises Unreadable where there is none."""
    suffix = path.suffix.lower()
    claimed = READERS.get(suffix)
    found = content_suffix(path, head)
    if found == ENCRYPTED or head.startswith(b"-----BEGIN PGP MESSAGE-----"):
        raise Unreadable(Outcome.ENCRYPTED, "it is protected by a password")
    if found in READERS:
        return suffix if claimed == READERS[found] else found
    if found in (".zip", OLE) and claimed is not None and not claimed.is_text:
        return suffix  # without what its name promises: its reader says so
    if found:
        raise Unreadable(Outcome.UNSUPPORTED, f"it is {FOREIGN[found]}")
    if claimed is not None and claimed.is_text and suffix not in (".txt", ".text"):
        return suffix
    text = _text(head)
    if not text:
        if claimed is None:
            raise Unreadable(Outcome.UNSUPPORTED, "it is neither text nor of a kind that Oaken reads")
        return suffix  # damaged, most likely: its reader says so
    told = text_suffix(text)
    if claimed is None:
        return told or (".adoc" if suffix == ".asc" and is_asciidoc(text) else ".txt")
    if claimed.is_text:
        return told if told == ".eml" else suffix  # the source of a page in a .txt is meant to be seen
    return suffix if suffix == ".pdf" else told or (".tsv" if suffix == ".xls" else ".txt")


def _text(head: bytes) -> str:
    """The beginning of a text file, "" where the bytes are no text."""
    from ingest.readers.shared.plain_text import decode

    try:
        if b"\0" not in head:
            return codecs.getincrementaldecoder("utf-8")().decode(head)  # its last letter may be cut
    except UnicodeDecodeError:
        pass
    try:
        return decode(head)
    except Unreadable:
        return ""
