"""The offer of a better embedder on the page Library, and the change in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from rag import factory
from rag.embedding.registry import DEFAULT_EMBEDDER
from rag.library.library import Library
from tests.ui.shared.embedders import BOTH, NEW, OLD
from ui.shared.embedder_offer import EmbedderUpgrade
from ui.web import session
from ui.web.library import embedder_section, ingest_progress


def test_the_page_says_what_it_gains_and_what_is_done_already() -> None:
    whole = EmbedderUpgrade("default", "a", "b", 3)
    assert embedder_section.offer_text(whole) == [
        "Match questions and documents in any language by meaning: this takes about 3 minutes, and you can keep asking "
        "meanwhile."
    ]
    assert embedder_section.offer_text(replace(whole, begun=2))[1] == "2 documents are done already."
    assert "less than a minute" in embedder_section.offer_text(replace(whole, minutes=0))[0]


@pytest.fixture
def pages(old: Library, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What pages share, over the doubles."""
    monkeypatch.setattr(factory, "embedder_card", lambda _, name: BOTH[name].card)
    monkeypatch.setattr(session, "open_embedder", lambda _, name, **__: BOTH[name])
    monkeypatch.setattr(session, "model_loader", lambda settings: lambda: None)
    held = (session._cached_assistant, session._writer, session._embedder, session._reranker, ingest_progress.runs)
    for each in held:
        each.clear()
    yield
    NEW.gate.set()
    over()
    for each in held:
        each.clear()


def over(name: str = "default") -> None:
    until(lambda: not ingest_progress.runs().live(name))


def until(true: Callable[[], bool]) -> None:
    waited = threading.Event()
    for _ in range(3000):
        if true():
            return
        waited.wait(0.01)
    pytest.fail("it does not come about")


@pytest.mark.usefixtures("pages")
def test_answers_go_on_by_the_old_one_and_pages_take_up_the_new_one() -> None:
    page = session.assistant_of("default")
    NEW.gate.clear()
    taking = embedder_section.change("default", DEFAULT_EMBEDDER.name)
    until(lambda: bool(page.library.holder()))
    assert page.search("Where is sundial n1?") and page.is_current
    NEW.gate.set()
    over()
    (ended,) = ingest_progress.runs().ended("default")
    assert ended.problem is None and ingest_progress.summary(ended).endswith("are now matched by meaning.")
    assert not page.is_current and session.assistant_of("default").embedder is NEW
    assert session.assistant_of("default").search("Where is sundial n1?")[0].source.endswith("1.txt")
    assert taking.progress is not None and ingest_progress.pace(taking.progress)[0] == "3 of 3 documents"


@pytest.mark.usefixtures("pages")
def test_it_stops_when_asked_and_resumes_from_there() -> None:
    NEW.gate.clear()
    taking = embedder_section.change("default", DEFAULT_EMBEDDER.name)
    assert embedder_section.change("default", DEFAULT_EMBEDDER.name) is taking  # a second click doubles nothing
    until(lambda: bool(session.assistant_of("default").library.holder()))
    taking.stop()
    NEW.gate.set()
    over()
    (ended,) = ingest_progress.runs().ended("default")
    assert ingest_progress.summary(ended).startswith("Stopped.") and session.assistant_of("default").embedder is OLD
    embedder_section.change("default", DEFAULT_EMBEDDER.name)
    over()
    (ended,) = ingest_progress.runs().ended("default")  # that it was stopped once is no news any more
    assert ended.report is not None and not ended.report.stopped
    assert session.assistant_of("default").embedder is NEW


@pytest.mark.usefixtures("pages")
def test_it_waits_for_another_program_that_writes_the_library(old: Library) -> None:
    with old.writing():
        taking = embedder_section.change("default", DEFAULT_EMBEDDER.name)
        until(lambda: "is filling the library" in taking.busy)
    over()
    assert session.assistant_of("default").embedder is NEW


def page() -> None:
    from ui.web.library import embedder_section

    embedder_section.show()


@pytest.mark.usefixtures("pages")
def test_the_offer_is_shown_until_it_is_followed_or_dismissed() -> None:
    at = AppTest.from_function(page, default_timeout=30).run()
    assert [each.label for each in at.button] == ["Switch", "Not now"] and not at.exception
    at.button(key="reembed-not").click().run()
    assert not at.button and not at.exception
    assert not AppTest.from_function(page, default_timeout=30).run().button  # nor on another page
    session.assistant_of("default").library.ledger.prefer("embedder_offer", "")
    at = AppTest.from_function(page, default_timeout=30).run()
    at.button(key="reembed").click().run()
    over()
    assert not at.run().button and session.assistant_of("default").embedder is NEW
