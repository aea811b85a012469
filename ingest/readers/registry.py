"""The table of readers: a file's reader is chosen by its content and its suffix.

Each module is imported when its first file comes, so that a text file does not wait for the libraries of Word files.
"""

from __future__ import annotations

import codecs
import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from ingest.readers.shared.decoding.text_decoding import counting_damage, decode, with_damage
from ingest.readers.shared.left_out import counting, with_counts
from ingest.readers.shared.sniff import (
    CHAT_SUFFIX,
    ENCRYPTED,
    FOREIGN,
    HEAD_BYTES,
    MESSAGES,
    OLE,
    content_suffix,
    is_asciidoc,
    text_suffix,
)
from ingest.readers.shared.unreadable import FILE_IS_EMPTY, UnreadableError
from rag.messages import Message
from rag.types import Document, Outcome


@dataclass(frozen=True, slots=True)
class ReaderEntry:
    """A kind of file: the module whose ``read(path)`` reads it, its media type, and whether it is a text file."""

    module: str
    media_type: str
    is_text: bool = False  # no magic bytes distinguish it from other text


_OPENXML_TYPE = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
_HTML_READER = ReaderEntry("ingest.readers.markup.html_page", "text/html", True)
_TEXT = ReaderEntry("ingest.readers.plain_text", "text/plain", True)
_CODE_READER = ReaderEntry("ingest.readers.source_code", "text/x-source", True)
_DOCX_READER = ReaderEntry("ingest.readers.office.docx", f"{_OPENXML_TYPE}.wordprocessingml.document")
_PPTX_READER = ReaderEntry("ingest.readers.office.pptx", f"{_OPENXML_TYPE}.presentationml.presentation")
_XLSX_READER = ReaderEntry("ingest.readers.office.xlsx", f"{_OPENXML_TYPE}.spreadsheetml.sheet")
_OLD_SHEETS = ReaderEntry("ingest.readers.office.xls", "application/vnd.ms-excel")
_PICTURES = {
    **dict.fromkeys((".jpg", ".jpeg"), "image/jpeg"),
    **dict.fromkeys((".tif", ".tiff"), "image/tiff"),
    **dict.fromkeys((".heic", ".heif"), "image/heic"),
    **{f".{kind}": f"image/{kind}" for kind in ("png", "gif", "bmp", "webp", "avif", "jp2")},
}
_CODE_SUFFIXES = (  # source and configuration files, read line by line
    ".py .pyi .js .mjs .cjs .jsx .ts .tsx .java .go .rs .c .h .cc .cpp .cxx .hpp .hh .cs .rb .php .sh .bash .zsh .kt "
    ".kts .swift .scala .pl .pm .lua .r .jl .hs .ml .mli .ex .exs .erl .clj .dart .vb .fs .pas .f90 .f .asm .s .sql "
    ".ps1 .bat .cmd .groovy .gradle .m .mm .nim .zig .v .vhd .sol .proto .graphql .tf .cmake .mk .vue .svelte .css "
    ".scss .less .el .lisp .scm .tcl .awk .sed .fish .diff .patch .bib .log"
).split()
_ARCHIVE_READER = "ingest.readers.archive"
_SETTINGS_READER = "ingest.readers.data.settings_file"
_XML_READER = "ingest.readers.markup.xml_document"
_PACKED_SUFFIXES = ".gz .tgz .bz2 .tbz .tbz2 .xz .txz".split()
_SETTINGS_TYPES = {
    **dict.fromkeys((".yaml", ".yml"), "text/x-yaml"),
    ".toml": "text/x-toml",
    **dict.fromkeys((".ini", ".cfg", ".conf", ".env", ".properties"), "text/x-ini"),
}
_XML_TYPES = {
    ".xml": "application/xml",
    ".fb2": "application/x-fictionbook+xml",
    ".enex": "application/enex+xml",
    ".rss": "application/rss+xml",
    ".atom": "application/atom+xml",
}

READERS = {
    **dict.fromkeys(_CODE_SUFFIXES, _CODE_READER),
    ".txt": _TEXT,
    ".text": _TEXT,
    ".md": ReaderEntry("ingest.readers.markup.markdown", "text/markdown", True),
    ".markdown": ReaderEntry("ingest.readers.markup.markdown", "text/markdown", True),
    ".html": _HTML_READER,
    ".htm": _HTML_READER,
    ".xhtml": _HTML_READER,
    ".rst": ReaderEntry("ingest.readers.markup.rst", "text/x-rst", True),
    ".org": ReaderEntry("ingest.readers.markup.org", "text/org", True),
    ".adoc": ReaderEntry("ingest.readers.markup.asciidoc", "text/asciidoc", True),
    ".asciidoc": ReaderEntry("ingest.readers.markup.asciidoc", "text/asciidoc", True),
    ".csv": ReaderEntry("ingest.readers.data.csv_table", "text/csv", True),
    ".tsv": ReaderEntry("ingest.readers.data.csv_table", "text/tab-separated-values", True),
    ".tab": ReaderEntry("ingest.readers.data.csv_table", "text/tab-separated-values", True),
    ".json": ReaderEntry("ingest.readers.data.json_records", "application/json", True),
    ".geojson": ReaderEntry("ingest.readers.data.json_records", "application/json", True),
    ".jsonl": ReaderEntry("ingest.readers.data.json_records", "application/x-ndjson", True),
    ".ndjson": ReaderEntry("ingest.readers.data.json_records", "application/x-ndjson", True),
    ".ipynb": ReaderEntry("ingest.readers.markup.notebook", "application/x-ipynb+json", True),
    **{suffix: ReaderEntry(_XML_READER, media_type, True) for suffix, media_type in _XML_TYPES.items()},
    **{suffix: ReaderEntry(_SETTINGS_READER, media_type, True) for suffix, media_type in _SETTINGS_TYPES.items()},
    ".plist": ReaderEntry(_SETTINGS_READER, "application/x-plist", True),
    ".ics": ReaderEntry("ingest.readers.data.calendar_contacts", "text/calendar", True),
    ".vcf": ReaderEntry("ingest.readers.data.calendar_contacts", "text/vcard", True),
    ".tex": ReaderEntry("ingest.readers.markup.latex", "text/x-tex", True),
    ".srt": ReaderEntry("ingest.readers.markup.subtitles", "application/x-subrip", True),
    ".vtt": ReaderEntry("ingest.readers.markup.subtitles", "text/vtt", True),
    CHAT_SUFFIX: ReaderEntry("ingest.readers.data.chat", "text/x-chat", True),
    ".eml": ReaderEntry("ingest.readers.mail.eml", "message/rfc822", True),
    ".mbox": ReaderEntry("ingest.readers.mail.mbox", "application/mbox", True),
    ".mhtml": ReaderEntry("ingest.readers.mail.mhtml", "multipart/related", True),
    ".mht": ReaderEntry("ingest.readers.mail.mhtml", "multipart/related", True),
    ".zip": ReaderEntry(_ARCHIVE_READER, "application/zip"),
    ".tar": ReaderEntry(_ARCHIVE_READER, "application/x-tar"),
    **{suffix: ReaderEntry(_ARCHIVE_READER, "application/x-compressed") for suffix in _PACKED_SUFFIXES},
    ".msg": ReaderEntry("ingest.readers.mail.msg", "application/vnd.ms-outlook"),
    ".tnef": ReaderEntry("ingest.readers.mail.tnef", "application/vnd.ms-tnef"),
    ".rtf": ReaderEntry("ingest.readers.office.rtf", "application/rtf"),
    ".pdf": ReaderEntry("ingest.readers.pdf.reader", "application/pdf"),
    ".docx": _DOCX_READER,
    ".docm": _DOCX_READER,
    ".dotx": _DOCX_READER,
    ".pptx": _PPTX_READER,
    ".pptm": _PPTX_READER,
    ".ppsx": _PPTX_READER,
    ".xlsx": _XLSX_READER,
    ".xlsm": _XLSX_READER,
    ".xls": _OLD_SHEETS,
    ".doc": ReaderEntry("ingest.readers.office.doc_ppt", "application/msword"),
    ".dot": ReaderEntry("ingest.readers.office.doc_ppt", "application/msword"),
    ".ppt": ReaderEntry("ingest.readers.office.doc_ppt", "application/vnd.ms-powerpoint"),
    ".pps": ReaderEntry("ingest.readers.office.doc_ppt", "application/vnd.ms-powerpoint"),
    ".pot": ReaderEntry("ingest.readers.office.doc_ppt", "application/vnd.ms-powerpoint"),
    **{suffix: ReaderEntry("ingest.readers.image.reader", media_type) for suffix, media_type in _PICTURES.items()},
    ".epub": ReaderEntry("ingest.readers.markup.epub", "application/epub+zip"),
    ".odt": ReaderEntry("ingest.readers.office.odf", f"{_ODF}.text"),
    ".ods": ReaderEntry("ingest.readers.office.odf", f"{_ODF}.spreadsheet"),
    ".odp": ReaderEntry("ingest.readers.office.odf", f"{_ODF}.presentation"),
}


def unsupported_kind(path: Path) -> str:
    """Return the kind of a file that holds no text, by its name: "sound". "" for others, which are opened."""
    suffix = path.suffix.lower()
    return "" if suffix in READERS else FOREIGN.get(suffix, "")


def read(path: Path) -> Document:
    """Read a file. Raises UnreadableError, OSError, or whatever a library raises on a damaged file."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise UnreadableError(Outcome.EMPTY, Message(FILE_IS_EMPTY))
    reader = READERS[_suffix(path, head)]
    with counting() as left_out, counting_damage() as damaged:
        document = cast("Document", importlib.import_module(reader.module).read(path))
    if not document.text.strip():
        raise UnreadableError(Outcome.EMPTY, Message("there is no text in it"))
    return with_damage(with_counts(document, left_out), damaged)


def _suffix(path: Path, head: bytes) -> str:
    """Return the suffix in READERS by which the file is read. Raises UnreadableError where there is none."""
    suffix = path.suffix.lower()
    claimed = READERS.get(suffix)
    found = content_suffix(path, head)
    if found == ENCRYPTED or head.startswith(b"-----BEGIN PGP MESSAGE-----"):
        raise UnreadableError(Outcome.ENCRYPTED, Message("it is protected by a password"))
    if found in (".zip", OLE) and claimed is not None and not claimed.is_text and claimed.module != _ARCHIVE_READER:
        return suffix  # the content does not match the name: its reader says so
    if found in READERS:
        return suffix if claimed == READERS[found] else found
    if found:
        raise UnreadableError(Outcome.UNSUPPORTED, Message("it is {what}", what=FOREIGN[found]))
    if claimed is not None and claimed.is_text and suffix not in (".txt", ".text"):
        return suffix
    text = _text(head)
    if not text:
        if claimed is None:
            raise UnreadableError(
                Outcome.UNSUPPORTED, Message("it is neither text nor a type of file that Oaken reads")
            )
        return suffix  # damaged, most likely: its reader says so
    by_content = text_suffix(text)
    if claimed is None:
        return by_content or (".adoc" if suffix == ".asc" and is_asciidoc(text) else ".txt")
    if claimed.is_text:
        return by_content if by_content in MESSAGES else suffix  # the source of a page in a .txt is meant to be seen
    return suffix if suffix == ".pdf" else by_content or (".tsv" if suffix == ".xls" else ".txt")


def _text(head: bytes) -> str:
    """Return the beginning of a text file, "" where the bytes are not text."""
    try:
        if b"\0" not in head:
            return codecs.getincrementaldecoder("utf-8")().decode(head)  # its last character may be cut
    except UnicodeDecodeError:
        pass
    try:
        return decode(head)
    except UnreadableError:
        return ""
