"""The document chosen on the map, on Streamlit's own test bench; the map itself is seen in tests/browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rag.library.library import Library
from rag.retrieval.filters import SearchFilter
from rag.types import MAX_QUESTION_CHARS
from tests.doubles import BagEmbedder, file_away, paper
from ui.web import pending_questions, routes


def chosen(library: object) -> None:  # the bench takes its source alone, without the names of this file
    from ui.web.library import map as library_map

    library_map._show_document(library, library.records()[0], ())  # type: ignore[arg-type,attr-defined]


@pytest.mark.parametrize(("length", "asked"), [(3_000, True), (MAX_QUESTION_CHARS + 1, False)])
def test_a_question_about_the_document_is_asked_whole_or_kept_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int, asked: bool
) -> None:
    went: list[str] = []
    monkeypatch.setattr(routes, "request", went.append)
    with Library.open(tmp_path / "library", BagEmbedder().card) as library:
        file_away(library, paper("mill.txt", "The mill grinds rye."))
        page = AppTest.from_function(chosen, kwargs={"library": library}, default_timeout=30).run()
        [box] = page.text_input
        assert not box.max_chars
        box.set_value("a" * length)
        next(each for each in page.button if each.label == "Ask").click().run()
        [record] = library.records()
    assert not page.exception and went == ["ask"]
    words, scope = "a" * length, SearchFilter(within=(record.source,))
    wanted = [pending_questions.NewQuestion(words, scope=scope)] if asked else []
    state = page.session_state
    assert (state[pending_questions._PENDING] if asked else []) == wanted
    assert state[pending_questions._NEXT_SCOPE] == scope
    assert state[pending_questions.REFUSED_QUESTION] == ("" if asked else words)
