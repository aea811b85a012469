from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rag.answer.assistant import Assistant
from rag.conversation.about_library import library_answers
from rag.conversation.about_library.library_answers import answer_about_library
from rag.conversation.about_library.library_questions import parse_library_question
from rag.conversation.about_library.listing import DocumentList
from rag.evaluation.evaluate import is_quoted_in
from rag.library.library import Library
from rag.messages import Message
from rag.retrieval.filters import SearchFilter
from rag.types import AnswerStatus, FileRecord, FileStamp, Outcome
from tests.conversation.answers import assistant, paths, told
from tests.doubles import BagEmbedder

NOW = datetime(2024, 11, 27, 12, 0, tzinfo=UTC)


def test_how_many_and_which(library: Library, embedder: BagEmbedder) -> None:
    asked, _ = assistant(library, embedder)
    assert "4 documents" in asked.ask("How many documents are there?").reply
    assert "2 " in asked.ask("¿Cuántos markdown hay?").reply
    assert {record.source for record in asked.ask("List my txt files").documents} == {"memories.txt", "parom.txt"}
    assert asked.ask("List my PDFs").documents == ()


def test_what_is_new(library: Library, embedder: BagEmbedder) -> None:
    question = parse_library_question("What is new since May?")
    assert question is not None
    answer = answer_about_library(
        question, "What is new since May?", DocumentList(library), NOW
    )  # the fixture's files have no date
    assert answer is not None and answer.documents == () and "2024-05-01" in answer.reply
    asked, _ = assistant(library, embedder)
    assert len(asked.ask("What's new?").documents) == 4
    assert asked.ask("What is new since the flood?", prose=False).status is not AnswerStatus.TOLD  # no date: a question


@pytest.mark.parametrize(
    ("question", "words", "reply"),
    [
        ("What does tram.md say about the director?", "Its director is Dr. Ada Lamb.", "tram.md says of"),
        ("¿Qué dice mercado sobre los puestos?", "sesenta y cuatro puestos", "Esto dice mercado.md"),
        ("Что говорится в parom.txt о пассажирах?", "не более 38 пассажиров", "сказано"),
    ],
)
def test_what_a_document_says_of_something(
    library: Library, embedder: BagEmbedder, question: str, words: str, reply: str
) -> None:
    asked, _ = assistant(library, embedder)
    answer = asked.ask(question)
    assert answer.status is AnswerStatus.TOLD and reply in answer.reply
    assert [words in quote.quote for quote in answer.quotes] == [True]
    assert all(is_quoted_in(quote, library) for quote in answer.quotes)


@pytest.mark.parametrize(
    "question", ["What does the captain say about the tram line?", "What does tram.md say about zeppelins?"]
)
def test_where_no_document_is_meant_or_it_is_silent_all_are_searched(
    library: Library, embedder: BagEmbedder, question: str
) -> None:
    asked, _ = assistant(library, embedder)
    assert asked.ask(question, prose=False).status is not AnswerStatus.TOLD


@pytest.mark.parametrize(
    ("question", "file", "words"),
    [
        ("What is boiler.txt about?", "boiler.txt", "Boiler manual"),
        ("What is the lease of the mill house about?", "leases/lease_mill.md", "Lease of the mill house"),
        ("¿De qué trata horario_museo.txt?", "horario_museo.txt", "El museo abre"),
        ("О чём договор о печи?", "2023/dogovor_pech.txt", "Договор на ремонт печи"),
        ("what's in the kiln lease document about?", "leases/lease_kiln.md", "Lease of the kiln yard"),
    ],
)
def test_what_a_document_is_about(office: Assistant, question: str, file: str, words: str) -> None:
    answer = told(office, question)
    assert paths(answer) == [file] and answer.reply.startswith(f"{file}: {words}") and answer.quotes


def test_only_the_documents_in_the_scope_are_listed(office: Assistant) -> None:
    answer = told(office, "list all documents", scope=SearchFilter(languages=("es",)))
    assert paths(answer) == ["horario_museo.txt"]


def test_an_empty_library_says_so(tmp_path: Path, embedder: BagEmbedder) -> None:
    with Library.open(tmp_path / "none", embedder.card) as library:
        asked, _ = assistant(library, embedder)
        for question in ("what is in here?", "list all documents", "whats the latest file", "what is new?"):
            assert asked.ask(question).reply == "Your library is empty."


def _not_read(path: str, outcome: Outcome, reason: str) -> FileRecord:
    return FileRecord(path, path, "/srv/secret", path, FileStamp(1, 1), outcome, reason)


def test_files_that_were_not_read_are_told_with_the_reason(library: Library, embedder: BagEmbedder) -> None:
    asked, _ = assistant(library, embedder)
    assert told(asked, "Which files could not be read?").reply == "Every file was read."
    library.store_without_text(_not_read("scans/torn.pdf", Outcome.FAILED, Message("the file may be damaged")))
    assert told(asked, "What files failed?").reply.splitlines() == [
        "One file could not be read:",
        "- scans/torn.pdf: the file may be damaged",
    ]
    library.store_without_text(_not_read("film.mkv", Outcome.UNSUPPORTED, ""))
    reply = told(asked, "Welche Dateien konnten nicht gelesen werden?").reply
    assert reply.startswith("2 Dateien") and "- film.mkv: unsupported" in reply
    assert "torn.pdf" in told(asked, "Which PDFs could not be read?").reply
    assert "film.mkv" not in told(asked, "¿Qué PDF no se pudieron leer?").reply
    assert "torn.pdf" in told(asked, "Which files in the folder scans could not be read?").reply


@pytest.mark.parametrize("question", ["What is in here?", "How many documents are there?"])
def test_an_overview_does_not_hide_what_was_not_read(library: Library, embedder: BagEmbedder, question: str) -> None:
    asked, _ = assistant(library, embedder)
    library.store_without_text(_not_read("torn.pdf", Outcome.FAILED, ""))
    assert told(asked, question).reply.splitlines()[-1] == "Beside them: one file that gave no text."


def test_a_library_of_unread_files_is_not_empty(tmp_path: Path, embedder: BagEmbedder) -> None:
    with Library.open(tmp_path / "none", embedder.card) as library:
        library.store_without_text(_not_read("torn.pdf", Outcome.FAILED, "it is torn"))
        asked, _ = assistant(library, embedder)
        assert asked.ask("What is in here?").reply == "One file could not be read:\n- torn.pdf: it is torn"


def test_no_line_ends_with_one_more() -> None:
    assert library_answers._first_few("en", list("abcd")) == list("abcd")
    assert library_answers._first_few("en", list("abcde")) == ["a", "b", "c", "and 2 more"]
