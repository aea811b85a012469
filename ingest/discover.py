"""Finds the files under the given paths. Reads names and sizes, never a file's content.

Nothing vanishes: a file that cannot be read, or is skipped for a reason a person should know, is found with that
reason. Ignored files are in ignore.py. Links are followed to files within the folder only, so there are no cycles.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.ignore import IGNORE_FILE, IgnoreRules, is_marked, is_tool_file
from rag.errors import UsageError
from rag.messages import Message, system_message
from rag.types import Outcome, document_id, mtime_ns


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file below a given path. With ``problem`` set it cannot be read, and ``reason`` says why."""

    root: str  # absolute folder it was found under
    path: str  # relative to root, with forward slashes
    source: str  # the path as given, and the part below it
    size: int = 0
    mtime_ns: int = 0
    problem: Outcome | None = None
    reason: str = ""
    target: str = ""  # where a link leads: the absolute path of the file itself
    identity: str = ""  # the document's id in a library that several machines share
    within: tuple[str, ...] | None = None  # it is read only where it lies in one of these folders; None: wherever

    @property
    def id(self) -> str:
        """The id of the document."""
        return self.identity or document_id(self.root, self.path)

    @property
    def location(self) -> Path:
        """The absolute path of the file."""
        return Path(self.root, self.path)


def discover(paths: Iterable[str | Path]) -> Iterator[FoundFile]:
    """Yield files among ``paths`` and below them: each once, in the order given, sorted within a folder.

    Raises UsageError for a path that does not exist, before the first file is found.
    """
    given = [Path(path).expanduser() for path in paths]
    for path in given:
        if not os.path.lexists(path):
            raise UsageError(
                Message("There is no file or folder {path!r}.", path=str(path)), Message("Check the path: ls")
            )
    return _all(given)


def found_at(root: str, path: str, source: str) -> FoundFile:
    """Return the file at a known path. A link may not lead out of its folder, though a person named it once.

    Nothing tells that link from one that somebody has put in a file's place since.
    """
    location = f"{root}/{path}"
    if os.path.lexists(location) and not _inside(root, location):
        return FoundFile(root, path, source, problem=Outcome.UNSUPPORTED, reason=_LEAVES)
    return _found(root, path, source)


def is_ignored(folder: Path, path: str) -> bool:
    """Tell whether an ``.oakenignore`` in ``folder`` or below ignores the relative ``path``."""
    rules = IgnoreRules()
    above = ""
    for part in path.split("/"):
        rules = rules.below(above, folder / above)
        above = f"{above}/{part}".lstrip("/")
        if rules.ignored(above if above == path else f"{above}/"):
            return True
    return False


def _all(given: list[Path]) -> Iterator[FoundFile]:
    seen: set[str] = set()
    for path in given:
        if path.is_dir():
            root = os.path.realpath(path)
            files = _below(root, path.as_posix())
        else:
            root = os.path.realpath(path.parent)
            files = iter([_found(root, path.name, path.as_posix())])
        for found in files:
            if (place := f"{found.root}/{found.path}") not in seen:
                seen.add(place)
                yield found


def _below(root: str, source: str) -> Iterator[FoundFile]:
    """Walk without recursion: folders may be nested deeper than Python calls may."""
    before = "" if source == "." else f"{source.rstrip('/')}/"
    open_folders = [_listed(root, "", before, IgnoreRules())]
    while open_folders:
        for each in open_folders[-1]:
            if isinstance(each, FoundFile):
                yield each
            else:
                open_folders.append(each)
                break
        else:
            open_folders.pop()


def _listed(root: str, folder: str, source: str, rules: IgnoreRules) -> Iterator[FoundFile | Iterator[Any]]:
    """Yield the files of a folder, and for each subfolder an iterator like this one."""
    here = f"{root}/{folder}" if folder else root
    try:
        with os.scandir(here) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        name = f"{source}{folder}" or "."
        yield FoundFile(
            root,
            folder or ".",
            name,
            problem=Outcome.FAILED,
            reason=Message("folder: {why}", why=system_message(error)),
        )
        return
    names = {entry.name for entry in entries}
    if folder and is_marked(names):
        return
    if IGNORE_FILE in names:
        rules = rules.below(folder, Path(here))
    for entry in entries:
        path = f"{folder}/{entry.name}" if folder else entry.name
        is_link = entry.is_symlink()
        is_folder = _succeeds(entry.is_dir)
        if _is_skipped(entry.name, path, rules, is_folder=is_folder):
            continue
        if is_link and (is_folder or _succeeds(entry.is_file)) and not _inside(root, entry.path):
            yield FoundFile(root, path, source + path, problem=Outcome.UNSUPPORTED, reason=_LEAVES)
        elif is_folder:
            if not is_link:  # a link that stays inside leads to files found anyway
                yield _listed(root, path, source, rules)
        else:
            yield _found(root, path, source + path, entry)


def _is_skipped(name: str, path: str, rules: IgnoreRules, *, is_folder: bool) -> bool:
    if rules.specs:
        is_excluded = rules.ignored(f"{path}/" if is_folder else path)
        if is_excluded is not None:
            return is_excluded
    return is_tool_file(name, is_folder=is_folder)


_LEAVES = Message("a link that leads out of the folder; name its target to read it")


def _found(root: str, path: str, source: str, entry: os.DirEntry[str] | None = None) -> FoundFile:
    location = f"{root}/{path}"
    try:
        status = entry.stat() if entry is not None else os.stat(location)  # noqa: PTH116 (ten thousand of them)
    except OSError as error:
        reason = Message("a link to a file that is not there") if os.path.islink(location) else system_message(error)  # noqa: PTH114
        return FoundFile(root, path, source, problem=Outcome.FAILED, reason=reason)
    if not stat.S_ISREG(status.st_mode):  # opening a named pipe would wait for ever
        return FoundFile(root, path, source, problem=Outcome.FAILED, reason=Message("not a regular file"))
    is_link = entry.is_symlink() if entry is not None else os.path.realpath(location) != location
    target = os.path.realpath(location) if is_link else ""
    return FoundFile(root, path, source, status.st_size, mtime_ns(status), target=target)


def _succeeds(test: Callable[[], bool]) -> bool:
    """Run a test; False where the system fails to tell, as for a link to itself."""
    try:
        return test()
    except OSError:
        return False


def _inside(root: str, path: str) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(root)
