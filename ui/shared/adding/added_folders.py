"""The folders that a person added to a library by their path, and which of them the page keeps it in step with.

They lie in a file beside the ledger. No backup holds it: what a stranger's backup names is not watched here.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.errors import OakenError
from rag.library.locks import locked
from rag.settings import UPLOADS_FOLDER
from rag.storage import private_folder, write_error, write_file
from rag.types import FileRecord
from ui.shared.folders import sample_folder

FOLDERS_FILE = "folders.json"
_LOCK_SECONDS = 5.0  # seconds that a change waits for another one


@dataclass(frozen=True, slots=True)
class AddedFolder:
    """A folder by its path without links, and whether it is watched."""

    path: str
    watched: bool = False


def noted(library: Path) -> list[AddedFolder]:
    """Return the folders noted in the library of that folder, by path; a file that is not ours counts for nothing."""
    try:
        held = json.loads((library / FOLDERS_FILE).read_text(encoding="utf-8"))
        return [AddedFolder(path, watched is True) for path, watched in sorted(held.items())]
    except (OSError, ValueError, AttributeError):
        return []


def added(library: Path, records: Iterable[FileRecord]) -> list[AddedFolder]:
    """Return the folders that were added: those noted, and those that documents of folders below them give away."""
    known = {each.path: each for each in noted(library)}
    own = {os.path.realpath(library / UPLOADS_FOLDER)}
    sample = Path(os.path.realpath(sample_folder()))
    roots = {record.root for record in records if "/" in record.path} - own
    found = [*known.values(), *(AddedFolder(root) for root in roots - known.keys())]
    return sorted((each for each in found if not Path(each.path).is_relative_to(sample)), key=lambda each: each.path)


def watched(library: Path) -> tuple[Path, ...]:
    """Return the folders to keep the library in step with."""
    return tuple(Path(each.path) for each in noted(library) if each.watched)


def note_added(library: Path, paths: Iterable[Path]) -> None:
    """Note those of the paths that are folders. Nothing is lost where that cannot be written."""
    fresh = {os.path.realpath(path.expanduser()) for path in paths if path.expanduser().is_dir()}
    if fresh - {each.path for each in noted(library)}:
        with contextlib.suppress(OakenError, OSError):
            _change(library, lambda held: [*held, *(AddedFolder(path) for path in sorted(fresh - _paths(held)))])


def set_watched(library: Path, path: str, *, on: bool) -> None:
    """Begin or end to watch a folder. Raises LibraryBusyError or OakenError where that cannot be written."""

    def changed(held: Sequence[AddedFolder]) -> list[AddedFolder]:
        every = held if path in _paths(held) else [*held, AddedFolder(path)]
        return [replace(each, watched=on) if each.path == path else each for each in every]

    _change(library, changed)


def forget_added(library: Path, path: str) -> None:
    """Forget a folder: it is neither listed nor watched. Raises as :func:`set_watched`."""
    _change(library, lambda held: [each for each in held if each.path != path])


def _paths(held: Iterable[AddedFolder]) -> set[str]:
    return {each.path for each in held}


def _change(library: Path, change: Callable[[Sequence[AddedFolder]], Iterable[AddedFolder]]) -> None:
    path = library / FOLDERS_FILE
    try:
        private_folder(library)
        with locked(library / "folders.lock", _LOCK_SECONDS):
            now = {each.path: each.watched for each in change(noted(library))}
            write_file(path, json.dumps(now, ensure_ascii=True, indent=2))
    except OSError as error:
        raise write_error(path, error) from error
