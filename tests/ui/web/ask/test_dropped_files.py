"""Files dropped into the question box: read first, then asked about, and what could not be read is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st

from ingest.report import IngestReport
from rag.answer.assistant import Assistant
from rag.errors import UsageError
from rag.library.library import Library
from rag.retrieval.filters import SearchFilter
from rag.settings import DEFAULT_LIBRARY, UPLOADS_FOLDER, library_folder
from rag.types import AnswerStatus
from tests.doubles import BagEmbedder, file_away, paper
from tests.town import TEXTS, filed_folder
from ui.web import pending_questions, session
from ui.web.ask import dropped_files
from ui.web.library import add_files, ingest_progress


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[session.OpenLibrary]:
    """A library on doubles, in a page without anything asked."""
    monkeypatch.setenv("OAKEN_HOME", str(tmp_path))
    st.session_state.clear()
    ingest_progress.runs.clear()
    embedder = BagEmbedder()
    folder = filed_folder(library_folder(tmp_path, session.library_name()), embedder, TEXTS)
    with Library.open(folder, embedder.card) as library:
        yield session.OpenLibrary(Assistant(library, embedder))
    pending_questions.chats().close()
    st.session_state.clear()
    ingest_progress.runs.clear()


def dropped(name: str, content: bytes) -> Any:
    return SimpleNamespace(name=name, getvalue=lambda: content)


def reads(ready: session.OpenLibrary, *texts: str) -> Callable[..., Any]:
    """Reading that files away what the copies hold; ``texts`` are those that have any."""

    def work(_: str, request: Any) -> Callable[..., IngestReport]:
        def run(*_: object) -> IngestReport:
            for path in request.paths:
                if path.name in texts:
                    held = paper(path.name, path.read_text(), root=str(path.parent))
                    file_away(ready.assistant.library, held)
            ready.assistant.library.follow()
            return IngestReport()

        return run

    return work


def over() -> None:
    for lane in ingest_progress.live(DEFAULT_LIBRARY):
        for job in lane:
            assert job.wait(30)


def test_a_question_waits_for_its_files_and_is_put_to_them_alone(
    ready: session.OpenLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(add_files, "_work", reads(ready, "mill.txt"))
    dropped_files.submit(" What does the mill grind? ", [dropped("mill.txt", b"The mill grinds rye in autumn.")])
    dropped_files.take_in()
    dropped_files.take_in()  # another run takes nothing in twice
    copy = library_folder(tmp_path, DEFAULT_LIBRARY) / UPLOADS_FOLDER / "mill.txt"
    assert copy.read_bytes() == b"The mill grinds rye in autumn."
    over()
    pending_questions.run_pending(ready)
    [exchange] = pending_questions.chats().path(st.session_state[pending_questions.CHAT])
    assert exchange.question.text == "What does the mill grind?"
    assert exchange.question.scope == SearchFilter(within=(str(copy),))


def test_files_without_a_question_are_chosen_for_the_next_one(
    ready: session.OpenLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(add_files, "_work", reads(ready, "mill.txt"))
    dropped_files.submit("", [dropped("mill.txt", b"The mill grinds rye.")])
    dropped_files.take_in()
    over()
    pending_questions.run_pending(ready)
    assert pending_questions.chats().list() == []
    [place] = (pending_questions.take_next_scope() or SearchFilter()).within
    assert place.endswith("mill.txt") and pending_questions.take_next_scope() is None


def test_a_question_whose_files_have_no_text_is_kept_to_be_edited(
    ready: session.OpenLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(add_files, "_work", reads(ready))
    dropped_files.submit("What is it?", [dropped("empty.txt", b"")])
    dropped_files.take_in()
    over()
    with pytest.raises(UsageError, match="Nothing was read"):
        pending_questions.run_pending(ready)
    assert st.session_state[pending_questions.REFUSED_QUESTION] == "What is it?"
    assert pending_questions.chats().list() == []
    pending_questions.run_pending(ready)  # once


def test_a_file_that_is_refused_says_why_and_the_question_is_asked_all_the_same(ready: session.OpenLibrary) -> None:
    dropped_files.submit("When did the tram line open?", [dropped("a.pdf", b"no pdf")])
    dropped_files.take_in()
    assert st.session_state["dropped-refused"] == (
        ("a.pdf", "it has the extension .pdf but is not a PDF; correct its extension, or save it again, and add that"),
    )
    assert not ingest_progress.live(DEFAULT_LIBRARY)
    pending_questions.run_pending(ready)
    chat = st.session_state[pending_questions.CHAT]
    for writing in pending_questions.answers().live().values():
        *_, last = writing.views()
        assert last.over
    [exchange] = pending_questions.chats().path(chat)
    reply = pending_questions.shown(exchange)
    assert reply is not None and reply.answer is not None and reply.answer.status is not AnswerStatus.NOT_FOUND
    dropped_files.forget_refused()
    assert "dropped-refused" not in st.session_state


def test_a_question_that_waits_can_be_taken_back(ready: session.OpenLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped: list[bool] = []

    def work(_: str, request: Any) -> Callable[..., IngestReport]:
        def run(_: object, stop: Callable[[], bool]) -> IngestReport:
            while not stop():
                pass
            stopped.append(True)
            return IngestReport(stopped=True)

        return run

    monkeypatch.setattr(add_files, "_work", work)
    dropped_files.submit("What is it?", [dropped("mill.txt", b"The mill grinds rye.")])
    dropped_files.take_in()
    pending_questions.run_pending(ready)
    job = pending_questions.being_read()
    assert job is not None and pending_questions.chats().list() == []
    dropped_files._cancel(job)
    assert job.wait(30) and stopped
    assert pending_questions.being_read() is None
    assert st.session_state[pending_questions.REFUSED_QUESTION] == "What is it?"
