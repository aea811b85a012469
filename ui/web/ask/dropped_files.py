"""Files dropped or pasted into the question box: taken into the library like an upload, then asked about.

The question waits until they are read, and is put to them alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from rag.retrieval.filters import SearchFilter
from ui.shared.adding.uploads import DroppedFile
from ui.shared.formatting import one_line
from ui.shared.i18n import tr
from ui.web import html_views, pending_questions
from ui.web.library import add_files, ingest_progress
from ui.web.library.ingest_jobs import IngestJob, IngestRequest
from ui.web.server.whole_clicks import uninterrupted

_DROPPED, _REFUSED_FILES = "dropped", "dropped-refused"  # in the session
_ADDED_POLL_SECONDS = 0.5  # between two looks at the files being read


@dataclass(frozen=True, slots=True)
class _Dropped:
    """Files and the question that came with them, "" for none."""

    words: str
    files: tuple[DroppedFile, ...]


def submit(words: str, files: Sequence[Any]) -> None:
    """Store the files of the box and its question for the next run, before anything is drawn."""
    held = tuple(DroppedFile(file.name, file.getvalue()) for file in files)
    st.session_state[_DROPPED] = _Dropped(words.strip(), held)


def take_in() -> None:
    """Begin to read what was dropped. Raises LibraryError where it cannot be stored."""
    with uninterrupted():  # the files are in the library or still wait
        _take_in(st.session_state.pop(_DROPPED, None))


def _take_in(dropped: _Dropped | None) -> None:
    if dropped is None:
        return
    kept = add_files.keep_files(dropped.files)
    st.session_state[_REFUSED_FILES] = kept.refused
    if not kept.paths:
        pending_questions.submit_question(dropped.words)
        return
    job = add_files.ingest_paths(IngestRequest(kept.paths, refused=kept.refused))
    scope = SearchFilter(within=tuple(map(str, kept.paths)))
    pending_questions.submit(pending_questions.NewQuestion(dropped.words, scope=scope, reading=job))


def show() -> None:
    """Draw which files are being read, and why some were refused."""
    for name, why in st.session_state.get(_REFUSED_FILES, ()):
        words = tr("{name} was not added: {why}", name=one_line(name), why=why)
        st.html(f'<p class="oaken-refused" dir="auto">{html_views.text(words)}</p>')
    if (waiting := pending_questions.being_read()) is not None:
        _follow(waiting)


@st.fragment(run_every=_ADDED_POLL_SECONDS)
def _follow(job: IngestJob) -> None:
    """Watch the files being read; the page runs again once they are, and asks."""
    if job.over:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", key="reading-files"):
        st.html(html_views.quiet(f"{ingest_progress.request_text(job.request)}…"), width="content")
        st.button(tr("Cancel"), key="forget-waiting", type="tertiary", on_click=_cancel, args=(job,))


def _cancel(job: IngestJob) -> None:
    job.stop()
    pending_questions.forget_waiting()


def forget_refused() -> None:
    """Forget why files were refused: the next question was asked."""
    st.session_state.pop(_REFUSED_FILES, None)
