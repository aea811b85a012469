"""An older library is offered the default embedder: when, in which words, and how it is changed in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rag import factory
from rag.embedding.registry import DEFAULT, MINILM
from rag.interfaces import EmbedderCard, Vectors
from rag.library.library import Library
from rag.library.maintenance.reembed import reembed
from rag.settings import Settings
from tests.doubles import BagEmbedder, as_filed, file_away, paper
from ui.api.service import ApiService
from ui.cli import main as cli
from ui.shared.embedder_offer import EmbedderUpgrade, dismiss, dismissed, offer
from ui.web import session
from ui.web.library import embedder_offer as library_offer
from ui.web.library import ingest_progress


class Named(BagEmbedder):
    """A bag of words under the card of a real embedder, which a test may hold up."""

    def __init__(self, card: EmbedderCard) -> None:
        super().__init__()
        self.card = replace(card, dimension=self.card.dimension)
        self.gate = threading.Event()
        self.gate.set()

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        assert self.gate.wait(30)
        return super().embed_documents(texts)


OLD, NEW = Named(MINILM), Named(DEFAULT)
BOTH = {each.card.name: each for each in (OLD, NEW)}


def made(folder: Path, embedder: BagEmbedder, papers: int = 3) -> Library:
    library = Library.open(folder, embedder.card)
    for n in range(papers):
        file_away(library, paper(f"{n}.txt", f"Sundial n{n} tells time."), embedder)
    library.follow()
    return library


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Library]:
    with made(tmp_path / "home" / "libraries" / "default", OLD) as library:
        yield library


# -- when


def test_an_older_library_is_offered_the_default_embedder(old: Library, tmp_path: Path) -> None:
    found = offer(Settings(home=tmp_path / "home"), old)
    assert found == EmbedderUpgrade("default", MINILM.name, DEFAULT.name, 0, 0)


def test_no_offer_where_there_is_nothing_to_gain(old: Library, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert offer(Settings(home=home, embedder=MINILM.name), old) is None  # somebody chose it
    assert offer(Settings(home=home, embedder=DEFAULT.name), old) is not None
    with made(home / "libraries" / "new", NEW) as library:
        assert offer(Settings(home=home), library) is None
    with made(home / "libraries" / "empty", OLD, papers=0) as library:
        assert offer(Settings(home=home), library) is None


def test_one_that_a_person_added_gives_way_only_where_it_is_weak(tmp_path: Path) -> None:
    for name, trust, offered in (("good", {"": 1.0}, False), ("narrow", {"en": 0.0, "": 1.0}, True)):
        mine = Named(replace(MINILM, name=name, trust=trust))
        with made(tmp_path / "libraries" / name, mine) as library:
            assert (offer(Settings(home=tmp_path), library) is not None) is offered


def test_what_was_begun_is_told_and_what_was_dismissed_is_kept(old: Library, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    first = offer(settings, old)
    assert first is not None and not dismissed(old, first)
    done = len(NEW.embedded)
    assert reembed(old.folder, NEW, as_filed, stop=lambda: len(NEW.embedded) > done).stopped
    begun = offer(settings, old)
    assert begun is not None and begun.begun == 1
    dismiss(old, begun)
    with Library.open(old.folder, OLD.card) as again:
        assert dismissed(again, begun) and not dismissed(again, replace(begun, then="a better one"))


# -- in which words


@pytest.mark.parametrize(
    ("minutes", "time"), [(0, "less than a minute"), (1, "about a minute"), (12, "about 12 minutes")]
)
def test_a_terminal_is_told_in_one_sentence_with_the_command(minutes: int, time: str) -> None:
    said = EmbedderUpgrade("letters", "all-MiniLM-L6-v2", "multilingual-e5-small", minutes).sentence
    assert time in said and said.endswith("oaken reembed --library letters") and ". " not in said
    assert EmbedderUpgrade("default", "a", "b", minutes).command == "oaken reembed"


def test_the_page_says_what_it_gains_and_what_is_done_already() -> None:
    whole = EmbedderUpgrade("default", "a", "b", 3)
    assert library_offer.offer_text(whole) == [
        "Let questions and documents in any language meet by meaning: it takes about 3 minutes, and answers go on "
        "meanwhile."
    ]
    assert library_offer.offer_text(replace(whole, begun=2))[1] == "2 documents are done already."
    assert "less than a minute" in library_offer.offer_text(replace(whole, minutes=0))[0]


def test_the_estimate_grows_with_the_library(old: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(old.ledger, "size", lambda: 100_000)
    found = offer(Settings(home=tmp_path), old)
    assert found is not None and 15 < found.minutes < 90


def test_doctor_says_it_and_ingest_unless_it_was_dismissed(
    old: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(factory, "embedder_card", lambda _, name: BOTH[name].card)
    monkeypatch.setattr(factory, "open_embedder", lambda _, name="", **__: BOTH[name])
    (tmp_path / "a.txt").write_text("The ferry leaves at noon.")

    def said(*arguments: str) -> str:
        cli.run([*arguments])
        return "".join(capsys.readouterr())

    assert "oaken reembed" in said("ingest", str(tmp_path / "a.txt"))
    assert "oaken reembed" not in said("ingest", str(tmp_path / "a.txt"), "--json")
    assert "oaken reembed" in said("doctor", "--json")
    found = offer(Settings(home=tmp_path / "home"), old)
    assert found is not None
    dismiss(old, found)
    assert "oaken reembed" not in said("ingest", str(tmp_path / "a.txt"))
    assert "oaken reembed" in said("doctor", "--json")


# -- in the background


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
    taking = library_offer.change("default", DEFAULT.name)
    until(lambda: bool(page.library.holder()))
    assert page.search("Where is sundial n1?") and page.is_current
    NEW.gate.set()
    over()
    (ended,) = ingest_progress.runs().ended("default")
    assert ended.problem is None and ingest_progress.summary(ended).endswith("meet by meaning now.")
    assert not page.is_current and session.assistant_of("default").embedder is NEW
    assert session.assistant_of("default").search("Where is sundial n1?")[0].source.endswith("1.txt")
    assert taking.progress is not None and ingest_progress.pace(taking.progress)[0] == "3 of 3 documents"


@pytest.mark.usefixtures("pages")
def test_it_stops_when_told_and_goes_on_from_there() -> None:
    NEW.gate.clear()
    taking = library_offer.change("default", DEFAULT.name)
    assert library_offer.change("default", DEFAULT.name) is taking  # a second click doubles nothing
    until(lambda: bool(session.assistant_of("default").library.holder()))
    taking.stop()
    NEW.gate.set()
    over()
    (ended,) = ingest_progress.runs().ended("default")
    assert ingest_progress.summary(ended).startswith("Stopped.") and session.assistant_of("default").embedder is OLD
    library_offer.change("default", DEFAULT.name)
    over()
    (ended,) = ingest_progress.runs().ended("default")  # that it was stopped once is no news any more
    assert ended.report is not None and not ended.report.stopped
    assert session.assistant_of("default").embedder is NEW


@pytest.mark.usefixtures("pages")
def test_it_waits_for_another_program_that_fills_the_library(old: Library) -> None:
    with old.writing():
        taking = library_offer.change("default", DEFAULT.name)
        until(lambda: "is filling the library" in taking.busy)
    over()
    assert session.assistant_of("default").embedder is NEW


def test_a_server_that_runs_takes_up_the_new_one_too(
    old: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(factory, "embedder_card", lambda _, name: BOTH[name].card)
    monkeypatch.setattr(factory, "open_embedder", lambda _, name="", **__: BOTH[name])
    settings = Settings(home=tmp_path / "home")
    service = ApiService.open(settings, "default")
    first = service.assistant
    assert first.embedder is OLD and service.assistant is first
    reembed(old.folder, NEW, as_filed)
    assert service.assistant.embedder is NEW and service.assistant.search("Where is sundial n1?")
    service.close()


def page() -> None:
    from ui.web.library import embedder_offer as library_offer

    library_offer.show()


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
