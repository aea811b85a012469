"""An answer in a notebook."""

from __future__ import annotations

from rag.answer.notebook_html import answer_html
from rag.library.library import Library
from rag.types import Answer, AnswerStatus
from tests.answer.assistants import assistant
from tests.doubles import BagEmbedder
from tests.town import file_away
from tests.ui.quoted import COMPARED


def test_half_a_character_leaves_an_answer_that_a_notebook_can_store(library: Library, embedder: BagEmbedder) -> None:
    asked, _ = assistant(library, embedder, "The tram line opened in 1911.")
    answer = asked.ask("When did the tram\ud800 line open\udcff?")
    assert "1911" in answer._repr_html_()
    assert answer._repr_html_().encode() and repr(answer).encode()


def test_the_answer_shows_itself_and_no_text_becomes_markup(library: Library, embedder: BagEmbedder) -> None:
    file_away(library, "<b>x</b>.md", "The zeppelin <script>alert(1)</script> landed in 1930.", "en", embedder)
    asked, _ = assistant(library, embedder, "The zeppelin <img src=x onerror=alert(2)> landed in 1930.")
    answer = asked.ask("When did the zeppelin land?")
    html = answer._repr_html_()
    assert "<script" not in html and "<img" not in html and "<b>x" not in html
    assert "1930" in html and "[1]" in html and "not in your documents" in html
    assert "do not say" in answer_html(asked.ask("Which dentist sees patients on Saturdays?"))


def test_a_half_of_the_question_that_has_no_answer_is_named() -> None:
    note = "Your documents do not say: who <b>paid</b>"
    assert note.replace("<b>", "&lt;b&gt;").replace("</b>", "&lt;/b&gt;") in answer_html(
        Answer("Who and when?", AnswerStatus.QUOTED, 0.9, note=note)
    )


def test_two_documents_stand_side_by_side() -> None:
    html = answer_html(COMPARED)
    assert "<th>old.md (2021)</th><th>new.md (2024)</th>" in html and html.count("<td>") == 4
