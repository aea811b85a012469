"""What was just added is asked about by one click, alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from ingest.report import FileOutcome, IngestReport
from rag.library.library import Library
from rag.retrieval.filters import EVERYWHERE, SearchFilter
from rag.types import Outcome
from tests.doubles import BagEmbedder, file_away, paper
from ui.web import pending_questions, routes, session
from ui.web.added_offer import added_sources, scope_of
from ui.web.library.ingest_jobs import IngestRequest, IngestResult


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", BagEmbedder().card) as held:
        for name, root in (("mill.txt", "/far/town"), ("ferry.txt", "/far/town"), ("lease.txt", "/far/own")):
            words = f"The {name} tells how the town crosses the river in spring."
            file_away(held, paper(name, words, root=root))
        yield held


def ended(*sources: str, paths: tuple[Path, ...] = ()) -> IngestResult:
    outcomes = tuple(FileOutcome(source, Outcome.INDEXED) for source in sources)
    return IngestResult(7, IngestRequest(paths), IngestReport((*outcomes, FileOutcome("blank.txt", Outcome.EMPTY))))


def test_a_folder_is_chosen_as_a_whole_and_files_one_by_one(library: Library) -> None:
    records = library.records()
    town = [record.source for record in records if record.root == "/far/town"]
    whole = ended(*town, paths=(Path("/far/town"),))
    assert set(added_sources(whole, records)) == set(town)
    assert scope_of(town, whole, records) == SearchFilter(within=("/far/town",))
    assert scope_of(town, ended(*town, paths=(Path("/a"), Path("/b"))), records) == SearchFilter(within=tuple(town))
    assert scope_of(town[:1], whole, records) == SearchFilter(within=(town[0],))
    every = [record.source for record in records]
    assert scope_of(every, whole, records) == EVERYWHERE  # then nothing needs to be chosen
    assert added_sources(ended("gone.txt"), records) == () == added_sources(IngestResult(1, IngestRequest()), records)


def script(done: object) -> None:
    from ui.web import added_offer

    added_offer.show("default", done)  # type: ignore[arg-type]


def test_one_click_leads_to_the_box_and_a_suggestion_is_asked(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "assistant_of", lambda _: SimpleNamespace(library=library))
    [source] = [record.source for record in library.records() if record.root == "/far/own"]
    page = AppTest.from_function(script, kwargs={"done": ended(source)}, default_timeout=30).run()
    assert not page.exception
    first, *suggested = page.button
    assert first.label == "Ask about it" and 1 <= len(suggested) <= 2
    words = suggested[0].label
    suggested[0].click().run()
    [asked] = page.session_state[pending_questions._PENDING]
    assert asked.scope == SearchFilter(within=(source,)) and len(asked.words) <= len(words)
    assert page.session_state[routes._REQUESTED_KEY] == "ask"
    nothing = AppTest.from_function(script, kwargs={"done": ended("gone.txt")}, default_timeout=30).run()
    assert not nothing.exception and not nothing.button
