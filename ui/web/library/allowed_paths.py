"""Which files may be added by their path: any, or only those of folders that were named when the page was started.

Knows no Streamlit.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rag.errors import UsageError
from rag.messages import Message
from ui.web.server.launcher import FOLDERS_VARIABLE

Folders = tuple[Path, ...] | None  # None: any path may be added

NO_PATHS = Message(
    "Other computers can reach this page. So nothing can be added by its path, unless a folder is named for that when "
    "Oaken is started: {command}",
    command="oaken ui --folder DIR",
)


def allowed_folders() -> Folders:
    """Return the folders that ``oaken ui`` named for adding by path, their links resolved."""
    told = os.environ.get(FOLDERS_VARIABLE, "")
    return tuple(map(Path, json.loads(told))) if told else None


def may_add_by_path() -> bool:
    """Tell whether any file may be added by its path."""
    return allowed_folders() != ()


def folder_list(folders: tuple[Path, ...]) -> str:
    """Return the folders as a line for a person."""
    return ", ".join(str(folder) for folder in folders)


def allowed_path(given: str, folders: Folders) -> Path:
    """Return the file or folder that a person named. Raises UsageError where there is none, or it may not be added.

    Within ``folders`` the path is returned with its links resolved, and a relative path is tried in each of them. What
    lies outside is refused in the same words whether it exists or not.
    """
    named = _expanded(given)
    if folders is None:
        path = named.absolute()
        if not os.path.lexists(path):
            raise UsageError(Message("There is no file or folder {path!r}.", path=str(path)), f"ls {path.parent}")
        return path
    if not folders:
        raise UsageError(NO_PATHS)
    inside = list(_inside(named, folders))
    if not inside:
        raise UsageError(
            Message("Only what lies in these folders can be added by its path: {folders}", folders=folder_list(folders))
        )
    found = [path for path in inside if os.path.lexists(path)]
    if not found:
        raise UsageError(Message("There is no file or folder {path!r}.", path=str(inside[0])))
    return found[0]


def confined(
    paths: Sequence[Path], named: Folders, own: Sequence[Path], held: Iterable[str]
) -> tuple[Sequence[Path], Folders]:
    """Return the paths of a request that waited, as they lead now, and the folders that its files must lie in.

    Who may write to a named folder can put a link into it meanwhile. ``own`` are the uploads and the sample, which may
    be read as well, ``held`` the folders of the documents that are read again. Raises UsageError as allowed_path.
    """
    if named is None:
        return paths, None
    folders = (*named, *(Path(os.path.realpath(folder)) for folder in own))
    return [allowed_path(str(path), folders) for path in paths], (*folders, *map(Path, dict.fromkeys(held)))


def _expanded(given: str) -> Path:
    with contextlib.suppress(RuntimeError):  # "~name" of an unknown user
        return Path(given).expanduser()
    return Path(given)


def _inside(named: Path, folders: tuple[Path, ...]) -> Iterator[Path]:
    for folder in folders:
        with contextlib.suppress(OSError, ValueError):  # a NUL in it
            path = Path(os.path.realpath(folder / named))
            if any(path.is_relative_to(each) for each in folders):
                yield path
