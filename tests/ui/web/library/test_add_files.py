"""Files dropped on the page: no page waits for what is read; the rest is seen in tests/browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ingest import pipeline
from ingest.report import FileOutcome, IngestReport
from ingest.web import fetch as web_fetch
from rag.settings import DEFAULT_LIBRARY, UPLOADS_FOLDER, library_folder
from rag.types import Outcome
from tests.ingest.web.page_server import PageServer, serving
from ui.web import confirm, pending_questions, session
from ui.web.library import add_files, ingest_progress
from ui.web.library.ingest_jobs import IngestRequest


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """What reading waits for; no library is opened."""
    opened = threading.Event()

    def held(paths: Any, *_: object, stop: Callable[[], bool], **__: object) -> IngestReport:
        while not opened.wait(0.01) and not stop():
            pass
        return IngestReport()

    library = SimpleNamespace(folder=library_folder(tmp_path, DEFAULT_LIBRARY), records=list)
    monkeypatch.setenv("OAKEN_HOME", str(tmp_path))
    monkeypatch.setattr(pipeline, "ingest", held)
    monkeypatch.setattr(add_files, "_make", lambda _: None)
    monkeypatch.setattr(session, "assistant_of", lambda _: SimpleNamespace(library=library, embedder=None))
    ingest_progress.runs.clear()
    yield opened
    opened.set()
    over()
    ingest_progress.runs.clear()


def over() -> None:
    waited = threading.Event()
    for _ in range(3000):
        if not ingest_progress.live(DEFAULT_LIBRARY):
            return
        waited.wait(0.01)
    pytest.fail("it goes on for ever")


def page() -> None:
    from ui.web.library import add_files, ingest_progress

    add_files.show()
    ingest_progress.show()


def drawn() -> AppTest:
    shown = AppTest.from_function(page, default_timeout=30).run()
    assert not shown.exception
    return shown


def test_no_page_waits_for_an_upload_that_is_being_read(gate: threading.Event, tmp_path: Path) -> None:
    first = drawn()
    first.file_uploader[0].upload("mill.txt", b"The mill grinds rye.").run()
    first.button(key="add-files").click().run()  # returns, though nothing was read
    assert not first.exception and ingest_progress.live(DEFAULT_LIBRARY)
    copy = library_folder(tmp_path, DEFAULT_LIBRARY) / UPLOADS_FOLDER / "mill.txt"
    assert copy.read_bytes() == b"The mill grinds rye."
    other = drawn()
    (tmp_path / "ferry.txt").write_text("The ferry crosses at six.")
    other.text_input[0].set_value(str(tmp_path / "ferry.txt"))
    other.button(key="add-path").click().run()
    [lane] = ingest_progress.live(DEFAULT_LIBRARY)
    assert not gate.is_set() and len(lane) == 2, "the second waits its turn, its page does not"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PageServer]:
    """A web server; the rule of what is public is replaced by its one port."""
    with serving() as running:
        monkeypatch.setattr(web_fetch, "INTERNET", running.network)
        yield running


def given(address: str) -> AppTest:
    shown = drawn()
    shown.text_input(key="address-0").set_value(address)
    shown.button(key="add-address").click().run()
    assert not shown.exception
    return shown


def test_a_web_page_is_fetched_apart_from_the_page_and_read_from_its_copy(
    gate: threading.Event, server: PageServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Any] = []
    monkeypatch.setattr(pipeline, "ingest", lambda paths, *_, **more: read.append((paths, more)) or IngestReport())
    server.page("/mill", "<p>The mill stands by the weir.")
    address = server.url("/mill")
    given(address)
    over()
    [ended] = ingest_progress.runs().ended(DEFAULT_LIBRARY)
    assert ended.problem is None and ended.request == IngestRequest(addresses=(address,))
    [(paths, more)] = read
    [(copy, source)] = more["addresses"].items()
    assert source == address and [*paths] == [copy]
    assert copy.parent == library_folder(tmp_path, DEFAULT_LIBRARY) / UPLOADS_FOLDER
    assert "pages.example" in ingest_progress.request_text(ended.request)


def test_what_a_site_refuses_is_told_in_words(gate: threading.Event, server: PageServer, tmp_path: Path) -> None:
    given(server.url("/none"))
    over()
    assert any("There is no page at" in each.value for each in drawn().error)
    assert not library_folder(tmp_path, DEFAULT_LIBRARY).exists()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://localhost:8501/", "on this computer or in a local network"),
        ("192.168.1.1", "on this computer or in a local network"),
        ("file:///etc/passwd", "only http and https are fetched"),
        ("https://me:secret@example.org/", "a user name or a password"),
    ],
)
def test_an_address_that_is_not_fetched_is_refused_where_it_was_given(
    gate: threading.Event, server: PageServer, address: str, said: str
) -> None:
    shown = given(address)
    over()
    told = [each.value for each in (shown.error or drawn().error)]
    assert any(said in each for each in told), told
    assert server.asked == []


def test_offline_the_page_fetches_nothing(
    gate: threading.Event, server: PageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAKEN_OFFLINE", "1")
    [told] = given(server.url("/mill")).error
    assert "set to be offline" in told.value and server.resolved == [] and not ingest_progress.live(DEFAULT_LIBRARY)


@pytest.mark.parametrize(("waiting", "holder", "jobs"), [({"1"}, "", 1), (set(), "", 0), ({"1"}, "oaken ingest", 0)])
def test_what_an_ingest_left_without_vectors_is_embedded_once_unless_another_program_is_at_it(
    gate: threading.Event, monkeypatch: pytest.MonkeyPatch, waiting: set[str], holder: str, jobs: int
) -> None:
    pending = SimpleNamespace(documents=waiting)
    library = SimpleNamespace(pending=lambda: pending, holder=lambda: holder, folder=Path("/nowhere"), records=list)
    monkeypatch.setattr(session, "assistant_of", lambda _: SimpleNamespace(library=library, embedder=None))
    monkeypatch.setattr(add_files, "note_added", lambda *_: None)
    add_files.resume.clear()
    for _ in range(2):
        add_files.resume(DEFAULT_LIBRARY)
    lanes = ingest_progress.live(DEFAULT_LIBRARY)
    assert [job.request for lane in lanes for job in lane] == [IngestRequest(vectors=True)] * jobs
    add_files.resume.clear()


def beginning() -> None:
    from ui.web.library import ingest_progress

    ingest_progress.problems()


@pytest.mark.parametrize("drawing", [page, beginning])
def test_how_files_were_added_is_forgotten_with_the_last_of_them(
    gate: threading.Event, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drawing: Callable[[], None]
) -> None:
    files = [FileOutcome(f"/p/{name}", Outcome.EMPTY, "there is no text in it") for name in ("mill.txt", "ferry.txt")]
    there = [SimpleNamespace(source=each.source) for each in files]
    library = SimpleNamespace(folder=library_folder(tmp_path, DEFAULT_LIBRARY), records=lambda: there)
    monkeypatch.setattr(session, "assistant_of", lambda _: SimpleNamespace(library=library, embedder=None))
    ingest_progress.runs().add(DEFAULT_LIBRARY, IngestRequest(read_again=("1",)), lambda *_: IngestReport(tuple(files)))
    over()

    def told() -> str:
        shown = AppTest.from_function(drawing, default_timeout=30).run()
        assert not shown.exception
        return " ".join(each.proto.body for each in shown.get("html"))

    assert "0 of 2 files are ready." in told()
    del there[0]
    assert "0 of 2 files are ready." in told()
    del there[0]
    assert "files are ready" not in told() and ingest_progress.runs().ended(DEFAULT_LIBRARY) == ()


def removing_a_document() -> None:
    from types import SimpleNamespace

    from ui.web.library import table

    table._confirm_removal([SimpleNamespace(id="1", source="docs/mill.txt", path="mill.txt")])  # type: ignore[list-item]


def removing_a_folder() -> None:
    from types import SimpleNamespace

    from ui.web.library import folders_section

    held: Any = [SimpleNamespace(id="1", root="/papers", path="mill.txt")]
    each: Any = SimpleNamespace(path="/papers")
    folders_section._confirm(SimpleNamespace(), each, "papers", held)  # type: ignore[arg-type]


@pytest.mark.parametrize("drawing", [removing_a_document, removing_a_folder])
def test_before_a_removal_it_says_that_conversations_keep_their_quotes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drawing: Callable[[], None]
) -> None:
    monkeypatch.setenv("OAKEN_HOME", str(tmp_path))
    monkeypatch.setattr(confirm, "component", lambda _: lambda **_: None)
    folder = library_folder(tmp_path, DEFAULT_LIBRARY)

    def told() -> str:
        shown = AppTest.from_function(drawing, default_timeout=30).run()
        assert not shown.exception and shown.button(
            key="cancel-" + ("folder" if "folder" in str(drawing) else "remove")
        )
        return " ".join(each.proto.body for each in shown.get("html"))

    assert "Conversations keep" not in told() and not folder.exists()
    kept = pending_questions.chats()
    try:
        assert "Conversations keep" not in told()
        kept.new()
        assert "Conversations keep what they quoted" in told()
    finally:
        kept.close()
        pending_questions.forget_chats(folder)
