from __future__ import annotations

import pytest

from rag.library.library import Library
from rag.retrieval.followup import depends_on_previous
from rag.retrieval.query import parse_query, proper_names
from rag.types import Turn
from tests.doubles import BagEmbedder


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("When did the tram line open?", "en"),
        ("¿Cuántos puestos tiene el mercado?", "es"),
        ("cuantos puestos tiene el mercado", "es"),
        ("Сколько пассажиров берут на паром?", "ru"),
    ],
)
def test_the_language_is_detected(question: str, language: str, library: Library, embedder: BagEmbedder) -> None:
    assert parse_query(question, library, embedder).language == language


def test_what_a_reader_is_asked_of_a_follow_up(library: Library) -> None:
    before = [Turn("user", "How much is the rent?"), Turn("assistant", "820 euros.")]
    asks = parse_query("And until when does the lease run?", library, BagEmbedder(), before)
    assert asks.read_as == "And until when does the lease run?" and asks.answer_type is not None
    assert asks.answer_type.name == "when"
    for bare in ("Why?", "And in winter?"):
        assert parse_query(bare, library, BagEmbedder(), before).read_as.startswith("How much is the rent?")


def test_function_words_are_left_out_and_rare_words_weigh_most(library: Library, embedder: BagEmbedder) -> None:
    query = parse_query("What does the zeppelin do on the tram line?", library, embedder)
    weights = {term.word: term.weight for term in query.terms}
    assert set(weights) == {"zeppelin", "tram", "line"}
    assert weights["zeppelin"] > weights["tram"]


def test_a_question_of_function_words_alone_keeps_them(library: Library, embedder: BagEmbedder) -> None:
    assert [term.word for term in parse_query("What is it?", library, embedder).terms] == ["what", "is", "it"]


def test_names_and_numbers_travel_between_languages(library: Library, embedder: BagEmbedder) -> None:
    query = parse_query("Что делал Remedios Carrasco в 1974 году?", library, embedder)
    assert {term.word for term in query.terms if term.cross_language_weight is not None} == {
        "remedios",
        "carrasco",
        "1974",
    }


def test_of_german_nouns_only_those_that_documents_hold_do(library: Library, embedder: BagEmbedder) -> None:
    asked = "Hat Remedios Carrasco in der Tram einen Fehler im Vertrag von 1974 gefunden?"
    query = parse_query(asked, library, embedder)
    assert query.language == "de"
    assert {term.word for term in query.terms if term.cross_language_weight is not None} == {
        "remedios",
        "carrasco",
        "tram",
        "1974",
    }


def test_proper_names_are_capitals_within_a_sentence() -> None:
    assert proper_names("The tram of Cerro Alto. Then it stops.") == ["cerro", "alto"]


@pytest.mark.parametrize(
    ("question", "language", "expected"),
    [
        ("And who paid for it?", "en", True),
        ("¿Y cuánto cuesta?", "es", True),
        ("А кто её построил?", "ru", True),
        ("When did the tram line open?", "en", False),
        ("¿Cuántos puestos tiene el mercado de los jueves?", "es", False),
        ("Сколько пассажиров берут на паром «Чайка»?", "ru", False),
    ],
)
def test_a_question_that_leans_on_the_one_before(question: str, language: str, expected: bool) -> None:
    assert depends_on_previous(question, language) is expected


def test_a_leaning_question_takes_the_words_of_the_one_before(library: Library, embedder: BagEmbedder) -> None:
    history = [Turn("user", "When did the tram line open?"), Turn("assistant", "In 1911.")]
    leaning = parse_query("And who directs it?", library, embedder, history)
    alone = parse_query("Which captain commands the ferry Chaika?", library, embedder, history)
    assert {"tram", "line"} <= {term.word for term in leaning.terms}
    assert "tram" not in {term.word for term in alone.terms}
