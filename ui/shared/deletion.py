"""Select documents by name, and remove them from the library.

The person's own files are never touched; copies that uploading made inside the library's folder are deleted with their
documents.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from ingest.content_index import repair_duplicates
from ingest.web.addresses import looks_like_address, read_address
from ingest.web.store import forget as forget_page
from rag.errors import UsageError
from rag.messages import Message
from rag.settings import UPLOADS_FOLDER
from rag.storage import expanded
from rag.text.scripts import plain
from rag.types import FileRecord
from ui.shared.folders import folder_names, root_names, sample_folder

if TYPE_CHECKING:
    from rag.library.library import Library

_MAX_LISTED_DOCUMENTS = 5  # documents that the error about an ambiguous name lists


def record_json(record: FileRecord) -> dict[str, Any]:
    """Return the JSON shape that scripts rely on for a document (``oaken list --json``)."""
    return {
        "source": record.source,
        "document_id": record.id,
        "media_type": record.media_type,
        "language": record.language,
        "pages": record.pages,
        "chunks": record.chunks,
        "outcome": record.outcome.value,
        "reason": record.reason,
        "ingested_at": record.ingested_at,
        "tags": record.tags,
    }


def match_selected(names: Iterable[str], records: Sequence[FileRecord], library: str) -> list[FileRecord]:
    """Return the records that ids, or names and paths of files and folders name; each once, in their order.

    A name may be any that Oaken prints: the source, the path below the folder that was ingested, with that folder's
    name or without, or the file's own name. Raises UsageError, before anything is done, for a name that matches none,
    and for one that leaves open which document or folder is meant.
    """
    chosen: dict[str, FileRecord] = {}
    option = "" if library == "default" else f" --library {library}"
    for name in names:
        found = next((found for found in _readings(name, records) if found), [])
        if not found:
            raise UsageError(
                f"No document {name!r} is in the library {library!r}.", f"See them with: oaken list{option}"
            )
        chosen.update((record.id, record) for record in found)
    return list(chosen.values())


def match_one(name: str, records: Sequence[FileRecord], library: str) -> FileRecord:
    """Return the one record that a name means, as :func:`match_selected` reads it. Raises UsageError."""
    found = match_selected([name], records, library)
    if len(found) > 1:
        raise _ambiguous(name, found)
    return found[0]


def sample_records(records: Iterable[FileRecord]) -> list[FileRecord]:
    """Return the documents of the sample among the records."""
    sample = Path(os.path.realpath(sample_folder()))
    return [record for record in records if Path(record.root).is_relative_to(sample)]


def _readings(name: str, records: Sequence[FileRecord]) -> Iterator[list[FileRecord]]:
    """Yield the records that a name means, the strictest reading first."""
    if not name.strip():  # no name of the current folder, of all things
        return
    yield [record for record in records if name in (record.id, record.source)]
    if looks_like_address(name):
        with contextlib.suppress(UsageError):
            address = str(read_address(name))
            yield [record for record in records if record.source == address]
    on_disk = Path(os.path.realpath(expanded(name)))
    yield [record for record in records if Path(record.root, record.path).is_relative_to(on_disk)]
    given = PurePosixPath(plain(name)).parts
    if not given:
        return
    below = [record for record in records if any(parts[: len(given)] == given for parts in _paths_below(record))]
    if len({record.root for record in below}) > 1:
        raise _ambiguous(name, below)
    yield below
    files = [record for record in records if _whole_path(record)[-len(given) :] == given]
    if len(files) > 1:
        raise _ambiguous(name, files)
    yield files


def _whole_path(record: FileRecord) -> tuple[str, ...]:
    return (*PurePosixPath(plain(record.root)).parts, *PurePosixPath(plain(record.path)).parts)


def _paths_below(record: FileRecord) -> Iterator[tuple[str, ...]]:
    """Yield the parts of the path below the folder that was ingested: without its name, with it, and as it is shown."""
    inside = PurePosixPath(plain(record.path)).parts
    yield inside
    yield (plain(PurePosixPath(record.root).name), *inside)
    yield (*_shown_root(record.root), *inside)


@cache
def _shown_root(root: str) -> tuple[str, ...]:
    """Return the parts of the name that is shown for the folder of the sample, or of dropped files, or its own path."""
    return PurePosixPath(plain(folder_names(Path(root).parent)(root))).parts


def _ambiguous(name: str, found: Sequence[FileRecord]) -> UsageError:
    named = _places(found)[:_MAX_LISTED_DOCUMENTS]
    more = [f"and {len(found) - _MAX_LISTED_DOCUMENTS} more"] if len(found) > _MAX_LISTED_DOCUMENTS else []
    return UsageError(
        Message("{name!r} matches {count} documents.", name=name, count=len(found)),
        "\n".join(["Name one of them by its place or its id:", *named, *more]),
    )


def _places(records: Sequence[FileRecord]) -> list[str]:
    """Return each record's place below the folder that was added, which begins with that folder's name."""
    roots = sorted({record.root for record in records})
    uploads = next((root for root in roots if Path(root).name == UPLOADS_FOLDER), "/")
    names = root_names(roots, Path(uploads).parent)
    return [PurePosixPath(names[record.root], record.path).as_posix() for record in records]


def forget(
    library: Library,
    records: Iterable[FileRecord],
    *,
    on_removed: Callable[[FileRecord], object] = lambda record: None,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[int, str]:
    """Remove the documents from the library and its indexes; nothing of their text stays in the ledger's files.

    Returns how many uploaded copies were deleted, and the note of ``follow``. ``on_removed`` is called with each record
    removed; ``stop`` is asked before each.
    """
    uploads = Path(os.path.realpath(library.folder / UPLOADS_FOLDER))
    copies = 0
    for record in records:
        if stop():
            break
        library.remove(record.id)
        if Path(record.root) == uploads:
            with contextlib.suppress(FileNotFoundError):
                Path(record.root, record.path).unlink()
                copies += 1
            forget_page(library.folder, record.path)
        on_removed(record)
    for record in repair_duplicates(library.records()):
        library.update_metadata(record)
    library.empty_log()
    return copies, library.follow(wait=5.0)  # what another program is at follows later
