"""The ending under which a page is kept, and its encoding where only the server told it."""

from __future__ import annotations

import pytest

from ingest.readers.registry import READERS
from ingest.web import media_types
from ingest.web.media_types import in_utf8, suffix_of
from rag.errors import OakenError

SITE = "https://example.org"


@pytest.mark.parametrize(
    ("content_type", "path", "suffix"),
    [
        ("text/html; charset=utf-8", "/main.py", ".html"),
        ("TEXT/HTML", "/", ".html"),
        ("application/xhtml+xml", "/x", ".html"),
        ("application/pdf", "/download?id=3", ".pdf"),
        ("text/plain", "/readme", ".txt"),
        ("text/plain; charset=utf-8", "/readme.md?raw=1", ".md"),
        ("application/octet-stream", "/lease.docx", ".docx"),
        ("", "/notes.rst", ".rst"),
    ],
)
def test_the_ending_is_the_server_s_or_else_the_address_s(content_type: str, path: str, suffix: str) -> None:
    assert suffix_of(content_type, SITE + path) == suffix


@pytest.mark.parametrize(
    ("content_type", "path"),
    [
        ("video/mp4", "/film.html"),
        ("application/octet-stream", "/x.exe"),
        ("", "/"),
        ("application/zip", "/a.zip"),
        ("no/no\r\nX: y", "/"),
    ],
)
def test_what_is_not_read_is_refused(content_type: str, path: str) -> None:
    with pytest.raises(OakenError, match="a file of a kind that is not read"):
        suffix_of(content_type, SITE + path)


def test_each_ending_has_a_reader() -> None:
    assert set(media_types._SUFFIXES.values()) <= READERS.keys()


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "utf-16", "ISO-8859-5"])
def test_an_encoding_that_the_server_alone_told_is_kept(charset: str) -> None:
    words = "Мельница стоит у плотины"
    assert in_utf8(words.encode(charset), f"text/html; charset={charset}", ".html").decode("utf-8-sig") == words


@pytest.mark.parametrize("charset", ["utf-8", "", "no-such", "punycode", "unicode_escape", "zlib", "cp99999"])
def test_everything_else_stays_as_it_came(charset: str) -> None:
    content = "Мельница".encode()
    assert in_utf8(content, f"text/html; charset={charset}", ".html") == content
    assert in_utf8(b"%PDF-1.7 \xe9", "application/pdf; charset=latin1", ".pdf") == b"%PDF-1.7 \xe9"
    assert in_utf8(b"\xff\xfe\xff", "text/html; charset=gb2312", ".html") == b"\xff\xfe\xff"
