"""One assistant for each library and all sessions of the page, as long as it is the right one."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rag.errors import EmbedderMismatchError, LibraryNotFoundError, ModelNotFoundError
from rag.library.db.ledger import remembered
from rag.library.library import Library
from rag.library.maintenance.reembed import reembed
from rag.settings import Settings
from tests.doubles import BagEmbedder, ScriptedModel, as_filed, paper, papers_folder
from ui.web import session as module

OLD, NEW = BagEmbedder(), BagEmbedder(64, 96, "other-words")
EMBEDDERS = {each.card.name: each for each in (OLD, NEW)}
MODELS = [ScriptedModel("one"), ScriptedModel("two")]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home with two libraries on doubles: ``default`` and ``manuals``."""

    def open_one(settings: Settings, name: str) -> Library:
        folder = settings.home / "libraries" / name
        return Library.open(folder, EMBEDDERS[remembered(folder / "ledger.sqlite")].card)

    monkeypatch.setenv("OAKEN_HOME", str(tmp_path))
    monkeypatch.setattr(module, "open_library", open_one)
    monkeypatch.setattr(module, "open_embedder", lambda settings, name: EMBEDDERS[name])
    monkeypatch.setattr(module, "model_loader", lambda settings: lambda: MODELS[0])
    for name, words in (("default", "The sundial tells time."), ("manuals", "The pump needs oil.")):
        papers_folder(tmp_path / "libraries" / name, OLD, paper(f"{name}.txt", words))
    _clear()
    yield tmp_path
    _clear()
    gc.collect()


def _clear() -> None:
    for each in (module._cached_assistant, module._writer, module._embedder, module._reranker):
        each.clear()


def test_a_library_re_embedded_by_another_process_is_reopened(home: Path) -> None:
    first = module.open_for_page().assistant
    assert module.open_for_page().assistant.library is first.library and first.is_current
    reembed(home / "libraries" / "default", NEW, as_filed)
    with pytest.raises(EmbedderMismatchError, match="embedded with other-words") as caught:
        first.search("Where is the sundial?")
    assert "Open the library again" in caught.value.hint and not first.is_current
    second = module.open_for_page().assistant
    assert second.embedder is NEW and second.search("Where is the sundial?")
    assert module.open_for_page().assistant.library is second.library


def test_waiting_shows_that_the_embedder_is_prepared_first(home: Path) -> None:
    assert module._waiting_for("default").startswith("Preparing the embedding model")
    (home / "models" / "embedders" / OLD.card.name).mkdir(parents=True)
    assert module._waiting_for("default") == "Opening your library…"


def test_each_library_is_opened_once_and_all_have_the_same_models(home: Path) -> None:
    one, other = module.assistant_of("default"), module.assistant_of("manuals")
    assert one.library is not other.library
    assert one.embedder is other.embedder
    assert module.assistant_of("default") is one
    assert [each.source for each in other.library.records()] == ["/papers/manuals.txt"]
    with pytest.raises(LibraryNotFoundError):
        module.assistant_of("nowhere")


def test_an_evicted_one_is_closed_when_no_page_uses_it_any_more(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[object] = []
    monkeypatch.setattr(module, "_close_all", lambda *parts: closed.append(parts))
    answering = module.assistant_of("default")
    module._cached_assistant.clear()
    gc.collect()
    assert closed == []
    assert answering.search("Where is the sundial?")
    for part in (answering.library.chroma, answering.library.words, answering.library.ledger):
        part.close()
    del answering, part
    gc.collect()
    assert len(closed) == 1


def test_a_model_that_is_chosen_writes_in_every_library_from_then_on(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = module.open_for_page().assistant
    monkeypatch.setattr(module, "model_loader", lambda settings: lambda: MODELS[1])
    module.change_model()
    after = module.open_for_page().assistant
    assert before._model is not None and before._model() is MODELS[0]  # what it is writing, it writes to the end
    assert after._model is not None and after._model() is MODELS[1]
    assert after.library is before.library


def test_without_a_model_there_are_quotes_and_the_reason(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(settings: Settings) -> object:
        raise ModelNotFoundError("The model is gone.", "oaken models")

    monkeypatch.setattr(module, "model_loader", gone)
    assert "The model is gone." in module.open_for_page().without_prose
    with pytest.raises(ModelNotFoundError):
        module.change_model()


def page() -> None:
    import streamlit as st

    from ui.web import session

    session.use_library(session.library_name())
    st.write(session.library_name())
    name = st.text_input("name")
    if st.button("use"):
        session.use_library(name)
        st.rerun()


def shown(at: AppTest) -> str:
    assert not at.exception
    return at.markdown[0].value


def test_a_tab_shows_the_library_of_its_address_until_another_is_chosen(home: Path) -> None:
    at = AppTest.from_function(page, default_timeout=30)
    assert shown(at.run()) == "default"
    assert "library" not in at.query_params
    at.text_input[0].set_value("manuals")
    at.button[0].click().run()
    assert shown(at) == "manuals"
    assert at.query_params["library"] == "manuals"
    again = AppTest.from_function(page, default_timeout=30)  # another tab, or this one after a reload
    again.query_params["library"] = "manuals"
    assert shown(again.run()) == "manuals"


@pytest.mark.parametrize("name", ["../../etc", "a b", "", ".hidden", "x" * 65])
def test_an_address_that_names_no_library_shows_the_app_s_own(home: Path, name: str) -> None:
    at = AppTest.from_function(page, default_timeout=30)
    at.query_params["library"] = name
    assert shown(at.run()) == "default"


def clicked() -> None:
    import streamlit as st

    from rag.errors import UsageError
    from ui.web import session

    def refuse(why: str) -> None:
        if why:
            raise UsageError(why, "Try another.")

    st.button("bad", key="bad", on_click=session.attempt, args=("there", refuse, "No such name."))
    st.button("good", key="good", on_click=session.attempt, args=("there", refuse, ""))
    st.button("leave", key="leave", on_click=st.session_state.update, args=({session._VISIT: "another"},))
    session.show_problem("there")


def test_what_prevents_a_click_is_told_until_the_next_click_or_visit() -> None:
    page = AppTest.from_function(clicked, default_timeout=30).run()
    page.button(key="bad").click().run()
    assert "No such name." in page.run().error[0].value  # the page draws itself again at any time
    page.button(key="good").click().run()
    assert not page.error
    page.button(key="bad").click().run()
    page.button(key="leave").click().run()
    assert not page.error and not page.exception
