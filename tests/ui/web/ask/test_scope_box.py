"""Where a question is asked, on Streamlit's own test bench."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rag.conversation.chats.models import StoredExchange, StoredQuestion
from rag.library.library import Library
from rag.retrieval.filters import EVERYWHERE, SearchFilter
from tests.doubles import BagEmbedder, file_away, paper


def script(library: object, path: object, begin: object = None) -> None:  # its source alone is run
    import streamlit as st

    from ui.web import pending_questions
    from ui.web.ask import scope_box

    if begin is not None and "begun" not in st.session_state:
        st.session_state["begun"] = True
        pending_questions.begin_in(begin)  # type: ignore[arg-type]
    key = scope_box.scope_key(library, path)  # type: ignore[arg-type]
    scope_box.show(library, path, disabled=False)  # type: ignore[arg-type]
    st.session_state["told"] = scope_box.chosen(key)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", BagEmbedder().card) as held:
        file_away(held, paper("mill.txt", "The mill grinds rye."))
        file_away(held, paper("ferry.md", "The ferry crosses at six."))
        yield held


def page(library: Library, scope: SearchFilter | None = None, begin: SearchFilter | None = None) -> AppTest:
    question = StoredQuestion("q", "c", None, "When?", "", scope or EVERYWHERE)
    path = [] if scope is None else [StoredExchange(question, ("q",), (), -1)]
    shown = AppTest.from_function(script, kwargs={"library": library, "path": path, "begin": begin}).run(timeout=30)
    assert not shown.exception
    return shown


def test_everything_is_asked_until_something_is_chosen(library: Library) -> None:
    shown = page(library)
    assert shown.session_state["told"] == EVERYWHERE
    [box] = shown.multiselect
    assert {"Document · ferry.md", "Document · mill.txt", "Kind of file · Plain text (.txt)"} <= set(box.options)
    box.set_value([each for each in shown.session_state["scope-offered"][1] if each.endswith("mill.txt")]).run()
    [record] = [each for each in library.records() if each.path == "mill.txt"]
    assert shown.session_state["told"] == SearchFilter(within=(record.source,))


def test_a_question_that_follows_is_asked_where_the_one_before_was(library: Library) -> None:
    asked = SearchFilter(within=("gone.pdf",), types=("md",))
    shown = page(library, asked)
    assert shown.session_state["told"] == asked
    assert "Document · gone.pdf" in shown.multiselect[0].options  # it can be unselected, though it is no longer there
    shown.multiselect[0].set_value([]).run()
    assert shown.session_state["told"] == EVERYWHERE


def test_what_was_chosen_elsewhere_begins_a_conversation(library: Library) -> None:
    begin = SearchFilter(within=(library.records()[0].source,))
    shown = page(library, begin=begin)
    assert shown.session_state["told"] == begin
    assert shown.run().session_state["told"] == begin
