"""A list of this computer's folders to choose one, or a file, from: the server runs where the files lie."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from ui.shared.formatting import one_line
from ui.shared.i18n import file_size, tr, trn
from ui.web import html_views, session

_MAX_ENTRIES = 200  # folders, and files, of a folder that are listed
_HEIGHT_PIXELS = 320


@dataclass(frozen=True, slots=True)
class FolderContents:
    """What a folder offers."""

    above: Path | None  # the folder it lies in
    folders: tuple[Path, ...]
    files: tuple[tuple[Path, int], ...]  # those to choose, with their bytes
    others: int  # number of other files


def contents(folder: Path, within: tuple[Path, ...] | None, suffix: str = "") -> FolderContents:
    """Return what a folder holds, in the order of names; hidden entries are left out.

    Files are those with the suffix. The folder above is offered only inside ``within``. One that may not be read is
    empty.
    """
    above = folder.parent if folder.parent != folder and is_within(folder.parent, within) else None
    folders, files, others = [], [], 0
    try:
        entries = sorted(os.scandir(folder), key=lambda each: (each.name.casefold(), each.name))
    except OSError:
        entries = []
    for entry in entries:
        if entry.name.startswith("."):
            continue
        try:
            if entry.is_dir() and is_within(Path(entry.path), within):
                folders.append(Path(entry.path))
            elif entry.is_file() and suffix and entry.name.lower().endswith(suffix):
                files.append((Path(entry.path), entry.stat().st_size))
            elif entry.is_file():
                others += 1
        except OSError:
            continue
    return FolderContents(above, tuple(folders), tuple(files), others)


def is_within(path: Path, within: tuple[Path, ...] | None) -> bool:
    """Tell whether a path leads into one of these folders, its links resolved; anywhere is allowed where None."""
    real = Path(os.path.realpath(path))
    return within is None or any(real.is_relative_to(each) for each in within)


def browse(key: str, within: tuple[Path, ...] | None, take: Callable[[Path], None], suffix: str = "") -> None:
    """Draw a button that opens the list. ``take`` is called with the file of that suffix, or the folder, chosen in it.

    ``take`` is the callback of a click.
    """
    opened = st.session_state.setdefault(f"{key}-opened", 0)  # with another key it is closed
    with st.popover(tr("Browse…"), icon=":material/folder_open:", key=f"{key}-popover-{opened}"):
        folder = Path(st.session_state.get(f"{key}-at") or _first(within))
        st.html(html_views.quiet(one_line(str(folder))))
        found = contents(folder, within, suffix)
        if not suffix:
            st.button(
                tr("Choose this folder"), key=f"{key}-this", type="primary", on_click=_take, args=(key, take, folder)
            )
            if found.others:
                st.html(html_views.quiet(trn(found.others, "{n} file lies in it.", "{n} files lie in it.")))
        _entries(key, found, take)
        if suffix and not found.files:
            st.html(html_views.quiet(tr("There is no file that ends in {suffix} in this folder.", suffix=suffix)))


def _first(within: tuple[Path, ...] | None) -> Path:
    return within[0] if within else Path.home()


def _entries(key: str, found: FolderContents, take: Callable[[Path], None]) -> None:
    rows = len(found.folders) + len(found.files) + (found.above is not None)
    with st.container(height=_HEIGHT_PIXELS if rows > 7 else "content", border=False, gap=None, key=f"{key}-entries"):
        if found.above is not None:
            _entry(f"{key}-up", tr("Up one folder"), "arrow_upward", _go, key, found.above)
        for at, (file, size) in enumerate(found.files[:_MAX_ENTRIES]):
            label = session.escape_markdown(f"{file.name} ({file_size(size)})")
            _entry(f"{key}-file-{at}", label, "draft", _take, key, take, file)
        for at, folder in enumerate(found.folders[:_MAX_ENTRIES]):
            _entry(f"{key}-folder-{at}", session.escape_markdown(folder.name), "folder", _go, key, folder)
    if (more := rows - _MAX_ENTRIES) > 0:
        st.html(html_views.quiet(trn(more, "and {n} more", "and {n} more")))


def _entry(key: str, label: str, icon: str, act: Callable[..., None], *args: object) -> None:
    st.button(label, key=key, type="tertiary", icon=f":material/{icon}:", on_click=act, args=args)


def _go(key: str, folder: Path) -> None:
    st.session_state[f"{key}-at"] = str(folder)


def _take(key: str, take: Callable[[Path], None], path: Path) -> None:
    st.session_state[f"{key}-opened"] += 1
    take(path)
