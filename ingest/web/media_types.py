"""What kind of file a page is, by what its server says of it: the ending under which it is kept and read."""

from __future__ import annotations

import codecs
import re
from email.message import Message as Headers
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from ingest.readers.registry import READERS
from rag.errors import OakenError
from rag.messages import Message

_OFFICE, _ODF = "application/vnd.openxmlformats-officedocument", "application/vnd.oasis.opendocument"
_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/calendar": ".ics",
    "text/rtf": ".rtf",
    "application/rtf": ".rtf",
    "application/pdf": ".pdf",
    "application/json": ".json",
    "application/ld+json": ".json",
    "text/xml": ".xml",
    "application/xml": ".xml",
    "application/rss+xml": ".xml",
    "application/atom+xml": ".xml",
    "application/epub+zip": ".epub",
    "application/msword": ".doc",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.ms-powerpoint": ".ppt",
    f"{_OFFICE}.wordprocessingml.document": ".docx",
    f"{_OFFICE}.spreadsheetml.sheet": ".xlsx",
    f"{_OFFICE}.presentationml.presentation": ".pptx",
    f"{_ODF}.text": ".odt",
    f"{_ODF}.spreadsheet": ".ods",
    f"{_ODF}.presentation": ".odp",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/tiff": ".tiff",
}
_BY_NAME = ("", "text/plain", "application/octet-stream", "binary/octet-stream")  # the address says more
# Not each codec of Python's: one for host names takes time that grows with the square of the length.
_TOLD_CHARSET = re.compile(
    r"(windows|cp|iso)[-_]?[\d-]+|latin-?1|koi8-[ru]|x?-?mac[a-z-]*|gb\d+|gbk|big5(-hkscs)?|shift[-_]jis|euc-(jp|kr)|utf-16(le|be)?"
)
_TEXT_SUFFIXES = (".html", ".md", ".txt", ".csv", ".tsv")  # kept as UTF-8 where only the server told the encoding


def suffix_of(content_type: str, address: str) -> str:
    """Return the ending for a content type at an address. Raises OakenError where no reader takes such a file."""
    kind = _parsed(content_type).get_content_type() if content_type.strip() else ""
    suffix = _SUFFIXES.get(kind, "")
    if kind in _BY_NAME:
        named = PurePosixPath(unquote(urlsplit(address).path)).suffix.lower()
        suffix = named if named in READERS else ".txt" if kind == "text/plain" else ""
    if suffix not in READERS:
        raise OakenError(
            Message("{address} is a file of a kind that is not read: {kind}.", address=address, kind=kind or "?"),
            Message("Add the address of a page, a PDF or another document."),
        )
    return suffix


def in_utf8(content: bytes, content_type: str, suffix: str) -> bytes:
    """Return a text in UTF-8 with its mark, where the server told another encoding: a file has no place for that.

    What the encoding does not fit stays as it came.
    """
    charset = str(_parsed(content_type).get_content_charset() or "")
    if suffix not in _TEXT_SUFFIXES or not _TOLD_CHARSET.fullmatch(charset.lower()):
        return content
    try:
        return codecs.BOM_UTF8 + content.decode(charset).removeprefix("\ufeff").encode()
    except (LookupError, ValueError):
        return content


def _parsed(content_type: str) -> Headers:
    headers = Headers()
    headers["content-type"] = content_type.replace("\n", " ").replace("\r", " ")
    return headers
