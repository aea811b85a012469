"""The pages that were fetched, as files among a library's uploads, and what is known of each.

The ledger names a page by its address. Beside the files lies what it has no place for: when a page was fetched, and
what its server wants to be told when it is asked again. A backup holds both.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

from ingest.web.addresses import WebAddress
from ingest.web.fetch import FetchedPage, KnownVersion
from ingest.web.media_types import in_utf8, suffix_of
from rag.library.locks import locked
from rag.settings import UPLOADS_FOLDER
from rag.storage import private_folder, write_error, write_file
from rag.types import is_address

PAGES_FILE = ".web-pages.json"  # among the uploads, whose names never begin with a dot
_WAIT_SECONDS = 5.0  # seconds that a change waits for another one
_NAME_CHARS = 60
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")
_MAX_FIELD_CHARS = 8_192  # of what is kept of one page, in any field: a backup's may be a stranger's


@dataclass(frozen=True, slots=True)
class KeptPage:
    """What is known of a page that is kept."""

    address: str  # as it was named
    final: str  # where it led
    file: str  # its name among the uploads
    sha256: str  # of that file
    fetched: str  # when this version came: ISO 8601, UTC
    etag: str = ""
    last_modified: str = ""

    @property
    def day(self) -> str:
        """The day on which it was fetched: 2026-12-01."""
        return self.fetched[:10]

    def path_in(self, library: Path) -> Path:
        """Return its file in the library of that folder."""
        return library / UPLOADS_FOLDER / self.file

    @property
    def version(self) -> KnownVersion:
        """What its server is told when it is asked again."""
        return KnownVersion(self.final, self.etag, self.last_modified)


def kept_pages(library: Path) -> dict[str, KeptPage]:
    """Return the pages kept in the library of that folder, by address; what we did not write counts for nothing."""
    try:
        rows = json.loads((library / UPLOADS_FOLDER / PAGES_FILE).read_text(encoding="utf-8"))
        pages = [KeptPage(**row) for row in rows]
    except (OSError, ValueError, TypeError, RecursionError):
        return {}
    return {page.address: page for page in pages if _is_sound(page)}


def kept_page(library: Path, address: WebAddress) -> KeptPage | None:
    """Return what is known of a page whose file is as it was kept; None where it has to be fetched again."""
    page = kept_pages(library).get(str(address))
    try:
        same = page is not None and _sha256(page.path_in(library).read_bytes()) == page.sha256
    except OSError:
        return None
    return page if same else None


def keep(library: Path, address: WebAddress, page: FetchedPage) -> KeptPage:
    """Write a page that was fetched to its file. Raises OakenError for a kind that is not read, or a full disk."""
    assert page.content is not None
    suffix = suffix_of(page.content_type, page.final)
    content = in_utf8(page.content, page.content_type, suffix)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    name = _file_name(address) + suffix
    kept = KeptPage(
        str(address), page.final, name, _sha256(content), now, etag=page.etag, last_modified=page.last_modified
    )
    path = kept.path_in(library)
    try:
        private_folder(path.parent)
        before = kept_page(library, address)
        if before is not None and (before.file, before.sha256) == (name, kept.sha256):
            kept = replace(kept, fetched=before.fetched)
        else:
            write_file(path, content)
    except OSError as error:
        raise write_error(path, error) from error
    _change(library, lambda pages: [*(each for each in pages if each.address != kept.address), kept])
    return kept


def forget(library: Path, file: str) -> None:
    """Forget the page kept in that file, if one is."""
    if any(each.file == file for each in kept_pages(library).values()):
        _change(library, lambda pages: [each for each in pages if each.file != file])


def _file_name(address: WebAddress) -> str:
    """Return a readable name that no other address has: "example.org-guide-0c1d2e3f4a"."""
    words = re.sub(r"[^\w.]+", "-", f"{address.host}{unquote(address.path.partition('?')[0])}").strip("-._")
    short = words.encode()[:_NAME_CHARS].decode(errors="ignore").removesuffix(".html").strip("-._")
    return f"{short}-{_sha256(str(address).encode())[:10]}"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _is_sound(page: KeptPage) -> bool:
    fields = asdict(page).values()
    is_text = all(isinstance(each, str) and each.isprintable() and len(each) <= _MAX_FIELD_CHARS for each in fields)
    return (
        is_text
        and is_address(page.address)
        and is_address(page.final)
        and _MOMENT.fullmatch(page.fetched) is not None
        and Path(page.file).name == page.file
        and page.file[:1] not in ("", ".")
    )


def _change(library: Path, change: Callable[[Iterable[KeptPage]], Iterable[KeptPage]]) -> None:
    path = library / UPLOADS_FOLDER / PAGES_FILE
    try:
        with locked(library / "pages.lock", _WAIT_SECONDS):
            rows = [asdict(each) for each in change(kept_pages(library).values())]
            write_file(path, json.dumps(rows, ensure_ascii=True, indent=1))
    except OSError as error:
        raise write_error(path, error) from error
