"""Fetched pages are files among the uploads, and what is known of each is believed only as we wrote it."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from ingest.web.addresses import read_address
from ingest.web.fetch import FetchedPage
from ingest.web.store import PAGES_FILE, forget, keep, kept_page, kept_pages
from rag.errors import OakenError

ADDRESS = read_address("https://example.org/guide/the-mill.html?part=2")


def page(content: bytes = b"<p>The mill", **more: str) -> FetchedPage:
    told: dict[str, Any] = {"content_type": "text/html", "etag": '"v1"'} | more
    return FetchedPage(str(ADDRESS), content, **told)


def test_a_page_is_kept_with_where_and_when_it_came_from(tmp_path: Path) -> None:
    kept = keep(tmp_path, ADDRESS, page())
    assert kept.path_in(tmp_path).read_bytes() == b"<p>The mill"
    assert kept.file.startswith("example.org-guide-the-mill-") and kept.file.endswith(".html")
    assert kept_pages(tmp_path) == {str(ADDRESS): kept} and kept_page(tmp_path, ADDRESS) == kept
    assert kept.day == kept.fetched[:10] and kept.version.etag == '"v1"'
    for path in (tmp_path / "uploads").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_day_is_that_of_the_version_and_a_changed_page_takes_its_place(tmp_path: Path) -> None:
    first = keep(tmp_path, ADDRESS, page())
    known = tmp_path / "uploads" / PAGES_FILE
    known.write_text(known.read_text().replace(first.fetched, "2020-05-01T00:00:00+00:00"))
    same = keep(tmp_path, ADDRESS, page(etag='"v2"'))
    assert (same.day, same.etag) == ("2020-05-01", '"v2"')
    new = keep(tmp_path, ADDRESS, page(b"<p>The weir"))
    assert new.file == first.file and new.day > "2020-05-01" and len(kept_pages(tmp_path)) == 1


def test_two_addresses_have_two_files(tmp_path: Path) -> None:
    other = read_address("https://example.org/guide/the-mill.html?part=3")
    assert keep(tmp_path, ADDRESS, page()).file != keep(tmp_path, other, page()).file
    assert len(kept_pages(tmp_path)) == 2


@pytest.mark.parametrize("path", ["/", "/" + "ä" * 200, "/../../etc/passwd", "/%2e%2e%2f%00", "/-.-", "/CON"])
def test_any_path_gives_a_plain_name(tmp_path: Path, path: str) -> None:
    kept = keep(tmp_path, read_address(f"https://example.org{path}"), page())
    assert kept.path_in(tmp_path).parent == tmp_path / "uploads" and len(kept.file.encode()) < 100
    assert not kept.file.startswith(".") and kept.file.isprintable()


def test_a_file_that_is_no_longer_as_it_was_kept_is_fetched_anew(tmp_path: Path) -> None:
    kept = keep(tmp_path, ADDRESS, page())
    kept.path_in(tmp_path).write_bytes(b"other")
    assert kept_page(tmp_path, ADDRESS) is None
    kept.path_in(tmp_path).unlink()
    assert kept_page(tmp_path, ADDRESS) is None


def test_a_page_is_forgotten_with_its_document(tmp_path: Path) -> None:
    kept = keep(tmp_path, ADDRESS, page())
    forget(tmp_path, "other.html")
    assert kept_pages(tmp_path)
    forget(tmp_path, kept.file)
    assert kept_pages(tmp_path) == {}


SOUND = {
    "address": "https://example.org/",
    "final": "https://example.org/",
    "file": "a.html",
    "sha256": "0" * 64,
    "fetched": "2026-12-01T00:00:00+00:00",
    "etag": "",
    "last_modified": "",
}


@pytest.mark.parametrize(
    "change",
    [
        {"address": "javascript:alert(1)"},
        {"final": "file:///etc/passwd"},
        {"file": "../ledger.sqlite"},
        {"file": "/etc/passwd"},
        {"file": ".."},
        {"file": ""},
        {"file": PAGES_FILE},
        {"fetched": "yesterday <script>"},
        {"etag": "x\r\nHost: evil.example"},
        {"etag": "x" * 10_000},
        {"sha256": 5},
        {"more": "x"},
    ],
)
def test_what_we_did_not_write_counts_for_nothing(tmp_path: Path, change: dict[str, object]) -> None:
    (tmp_path / "uploads").mkdir()
    file = tmp_path / "uploads" / PAGES_FILE
    file.write_text(json.dumps([SOUND]))
    assert len(kept_pages(tmp_path)) == 1
    file.write_text(json.dumps([SOUND | change]))
    assert kept_pages(tmp_path) == {}


@pytest.mark.parametrize("text", ["", "{}", "[1]", "null", "[" * 100_000, "\udcff"])
def test_a_file_that_is_none_of_ours_is_no_page(tmp_path: Path, text: str) -> None:
    (tmp_path / "uploads").mkdir()
    (tmp_path / "uploads" / PAGES_FILE).write_bytes(text.encode(errors="surrogateescape"))
    assert kept_pages(tmp_path) == {}


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "uploads").write_text("a file")
    with pytest.raises(OakenError, match="cannot be written"):
        keep(tmp_path, ADDRESS, page())
