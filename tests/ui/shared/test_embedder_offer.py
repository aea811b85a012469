"""An older library is offered the default embedder: when, and in which words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag import factory
from rag.embedding.registry import DEFAULT_EMBEDDER, MINILM
from rag.library.library import Library
from rag.library.maintenance.reembed import reembed
from rag.settings import Settings
from tests.doubles import as_filed
from tests.ui.shared.embedders import BOTH, NEW, OLD, Named, made
from ui.api.service import ApiService
from ui.cli import main as cli
from ui.shared.embedder_offer import EmbedderUpgrade, dismiss, dismissed, offer

# -- when


def test_an_older_library_is_offered_the_default_embedder(old: Library, tmp_path: Path) -> None:
    found = offer(Settings(home=tmp_path / "home"), old)
    assert found == EmbedderUpgrade("default", MINILM.name, DEFAULT_EMBEDDER.name, 0, 0)


def test_no_offer_where_there_is_nothing_to_gain(old: Library, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert offer(Settings(home=home, embedder=MINILM.name), old) is None  # somebody chose it
    assert offer(Settings(home=home, embedder=DEFAULT_EMBEDDER.name), old) is not None
    with made(home / "libraries" / "new", NEW) as library:
        assert offer(Settings(home=home), library) is None
    with made(home / "libraries" / "empty", OLD, papers=0) as library:
        assert offer(Settings(home=home), library) is None


def test_one_that_a_person_added_gives_way_only_where_it_is_weak(tmp_path: Path) -> None:
    for name, trust, offered in (("good", {"": 1.0}, False), ("narrow", {"en": 0.0, "": 1.0}, True)):
        mine = Named(replace(MINILM, name=name, trust_by_language=trust))
        with made(tmp_path / "libraries" / name, mine) as library:
            assert (offer(Settings(home=tmp_path), library) is not None) is offered


def test_unfinished_work_is_reported_and_a_dismissal_is_kept(old: Library, tmp_path: Path) -> None:
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
def test_a_terminal_shows_one_sentence_with_the_command(minutes: int, time: str) -> None:
    said = EmbedderUpgrade("letters", "all-MiniLM-L6-v2", "multilingual-e5-small", minutes).sentence
    assert time in said and said.endswith("oaken reembed --library letters") and ". " not in said
    assert EmbedderUpgrade("default", "a", "b", minutes).command == "oaken reembed"


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


def test_a_server_that_runs_takes_up_the_new_one_too(
    old: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(factory, "embedder_card", lambda _, name: BOTH[name].card)
    monkeypatch.setattr(factory, "open_embedder", lambda _, name="", **__: BOTH[name])
    settings = Settings(home=tmp_path / "home")
    service = ApiService.open(settings, ["default"])
    first = service.libraries.assistant()
    assert first.embedder is OLD and service.libraries.assistant() is first
    reembed(old.folder, NEW, as_filed)
    second = service.libraries.assistant()
    assert second.embedder is NEW and second.search("Where is sundial n1?")
    service.close()
