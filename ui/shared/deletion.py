"""Select documents by name, and remove them from the library.

The person's own files are never touched; copies that uploading made inside the library's folder are deleted with their
documents.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.content_index import repair_duplicates
from rag.errors import UsageError
from rag.settings import UPLOADS_FOLDER
from rag.types import FileRecord

if TYPE_CHECKING:
    from rag.library.library import Library


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
    }


def match_selected(names: Iterable[str], records: Sequence[FileRecord], library: str) -> list[FileRecord]:
    """Return the records that ids, sources, or paths of files and folders name; each once, in their order.

    Raises UsageError for a name that matches none, before anything is done.
    """
    chosen: dict[str, FileRecord] = {}
    for name in names:
        path = Path(os.path.realpath(Path(name).expanduser()))
        found = [record for record in records if record.id == name or record.source == name]
        found = found or [record for record in records if Path(record.root, record.path).is_relative_to(path)]
        if not found:
            option = "" if library == "default" else f" --library {library}"
            raise UsageError(
                f"No document {name!r} is in the library {library!r}.", f"See them with: oaken list{option}"
            )
        chosen.update((record.id, record) for record in found)
    return list(chosen.values())


def forget(
    library: Library,
    records: Iterable[FileRecord],
    *,
    on_removed: Callable[[FileRecord], object] = lambda record: None,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[int, str]:
    """Remove the documents from the library and its indexes.

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
        on_removed(record)
    for record in repair_duplicates(library.records()):
        library.update_metadata(record)
    return copies, library.follow(wait=5.0)  # what another program is at follows later
