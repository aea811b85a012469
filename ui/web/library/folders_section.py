"""The folders that were added by their path: watched or not, scanned again, removed."""

from __future__ import annotations

import threading
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import streamlit as st

from ingest.watch import WatchEvent
from rag.library.library import Library
from rag.settings import library_folder, library_names, load
from rag.types import FileRecord
from ui.shared.adding import added_folders
from ui.shared.adding.added_folders import AddedFolder
from ui.shared.folders import place_names
from ui.shared.formatting import one_line
from ui.shared.i18n import show_message, tr, trn
from ui.web import html_views, session
from ui.web.confirm import confirm
from ui.web.library import add_files, library_views
from ui.web.library.allowed_paths import allowed_folders
from ui.web.library.ingest_jobs import IngestRequest
from ui.web.library.watching import FolderWatchers, Watch
from ui.web.page_words import on_page

_LOOK_SECONDS = 5.0  # seconds between two looks at a library that is kept in step


@st.cache_resource(show_spinner=False)
def _watchers() -> FolderWatchers:
    """Return the watches of this app, begun for what is watched of every library."""
    running = FolderWatchers()
    home = load().home
    for name in library_names(home):
        _keep(running, name, home)
    return running


def keep_in_step() -> None:
    """Have the watched folders of all libraries watched, from the first page that the app shows."""
    _watchers()


def let_go(name: str) -> None:
    """Stop watching for a library that is renamed or deleted."""
    _watchers().keep(name, (), _watch_of(name))


def follow(name: str) -> None:
    """Watch what is noted of a library, and nothing else."""
    _keep(_watchers(), name, load().home)


def _keep(running: FolderWatchers, name: str, home: Path) -> None:
    running.keep(name, [each for each in added_folders.watched(library_folder(home, name)) if _is_allowed(each)],
                 _watch_of(name))  # fmt: skip


def _is_allowed(folder: Path) -> bool:
    allowed = allowed_folders()
    return allowed is None or any(folder.is_relative_to(each) for each in allowed)


def _watch_of(name: str) -> Watch:
    def watch(folders: Sequence[Path], stop: threading.Event) -> Iterator[WatchEvent]:
        from ingest.watch import watch as keep_library_in_step

        assistant = session.assistant_of(name)
        events = keep_library_in_step(
            folders, assistant.library, assistant.embedder, stop=stop, within=allowed_folders()
        )
        for event in events:
            yield event
            if not assistant.is_current:  # it was re-embedded: begin again with its new embedder
                return

    return watch


def show(library: Library) -> None:
    """Draw the folders of a library; nothing where none was added."""
    records = library.records()
    restored = library.restored_roots()
    folders = [each for each in added_folders.added(library.folder, records) if each.path not in restored]
    if not folders:
        return
    name = session.library_name()
    number = sum(each.watched for each in folders)
    title = trn(len(folders), "{n} folder", "{n} folders")
    if number:
        title += " · " + trn(number, "{n} watched", "{n} watched")
        _redraw_when_changed(library)
    with st.expander(title, icon=":material/folder_eye:", key="added-folders"):
        st.html(
            html_views.quiet(
                tr("A watched folder is kept in step while Oaken runs: new, changed and deleted files are noticed.")
            )
        )
        if (trouble := _watchers().trouble(name)) is not None:
            words = " ".join(show_message(on_page(each)) for each in (trouble.message, trouble.hint) if each)
            st.warning(session.escape_markdown(words), icon=":material/sync_problem:")
        called = place_names({*(record.root for record in records), *(each.path for each in folders)}, library.folder)
        counts = _counts(folders, records)
        for each in folders:
            _folder(library, each, called(each.path), counts[each.path], records)


def _counts(folders: Sequence[AddedFolder], records: Sequence[FileRecord]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for record in records:
        for each in folders:
            counts[each.path] += Path(record.root, record.path).is_relative_to(each.path)
    return counts


def _folder(library: Library, each: AddedFolder, called: str, count: int, records: Sequence[FileRecord]) -> None:
    name, key = session.library_name(), f"{zlib.crc32(each.path.encode(errors='surrogateescape')):x}"
    with st.container(horizontal=True, vertical_alignment="center", key=f"folder-{key}"):
        there = trn(count, "{n} document", "{n} documents") if Path(each.path).is_dir() else tr("not found now")
        st.html(library_views.folder(one_line(called), there, one_line(each.path)), width="stretch")
        barred = not _is_allowed(Path(each.path))
        st.toggle(
            tr("Watch"), each.watched, key=f"watch-{key}-{each.watched}", disabled=barred,
            on_change=_watch, args=(library, each, name),
        )  # fmt: skip
        st.button(
            tr("Scan now"), key=f"scan-{key}", icon=":material/sync:",
            on_click=session.attempt, args=("folders", add_files.ingest_paths, IngestRequest((Path(each.path),))),
        )  # fmt: skip
        if st.button(tr("Remove folder…"), key=f"out-{key}", icon=":material/delete:"):
            _confirm(library, each, called, records)


def _watch(library: Library, each: AddedFolder, name: str) -> None:
    added_folders.set_watched(library.folder, each.path, on=not each.watched)
    follow(name)


def _confirm(library: Library, each: AddedFolder, called: str, records: Sequence[FileRecord]) -> None:
    inside = [record.id for record in records if Path(record.root, record.path).is_relative_to(each.path)]

    def draw() -> None:
        st.html(
            html_views.quiet(
                trn(len(inside), "{n} document is removed from the library. Its file stays where it is.",
                    "{n} documents are removed from the library. Their files stay where they are.")
            )
        )  # fmt: skip
        if inside:
            add_files.quotes_stay()

    def act() -> None:
        added_folders.forget_added(library.folder, each.path)
        follow(session.library_name())
        if inside:
            add_files.remove_documents(inside)

    confirm(tr("Remove the folder {name} from the library?", name=called), draw, tr("Remove"), act, key="folder")


@st.fragment(run_every=_LOOK_SECONDS)
def _redraw_when_changed(library: Library) -> None:
    """Draw the page again once the watch has changed the library."""
    now = str(library.ledger.last_change())
    key = f"seen-change-{library.folder.name}"
    if st.session_state.setdefault(key, now) != now and not library.holder():
        st.session_state[key] = now
        st.rerun()
