from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.library.library import Library
from rag.retrieval.choose import choose
from rag.retrieval.confidence import confidence
from rag.retrieval.query import parse_query
from rag.retrieval.retrieve import _candidates, retrieve
from rag.retrieval.weights import WEIGHTS
from rag.types import Turn
from tests.doubles import BagEmbedder
from tests.town import file_away


@pytest.mark.parametrize(
    ("question", "source", "words"),
    [
        ("How many stops does the tram have?", "tram.md", "fourteen stops"),
        ("¿Cuántos puestos tiene el mercado?", "mercado.md", "sesenta y cuatro puestos"),
        ("Сколько пассажиров берут на борт?", "parom.txt", "38 пассажиров"),
        ("Who is the director of the tram?", "tram.md", "Ada Lamb"),
    ],
)
def test_the_passage_that_answers_comes_first(
    question: str, source: str, words: str, library: Library, embedder: BagEmbedder
) -> None:
    query = parse_query(question, library, embedder)
    passages, ranked = retrieve(query, library, embedder, 3)
    assert passages[0].source == source
    assert words in choose(query, ranked, library)[0].text
    assert confidence(query, ranked, embedder) > 0.5


@pytest.mark.parametrize(
    "question",
    ["Which dentist sees patients on Saturdays?", "¿Dónde está la piscina municipal?", "Когда открылась больница?"],
)
def test_a_question_about_something_else_is_not_confident(
    question: str, library: Library, embedder: BagEmbedder
) -> None:
    query = parse_query(question, library, embedder)
    assert confidence(query, retrieve(query, library, embedder, 3)[1], embedder) < 0.5


def test_a_name_is_found_across_scripts(library: Library, embedder: BagEmbedder) -> None:
    embedder.card = replace(embedder.card, trust_by_language={"": 1.0, "ru": 0.0})
    query = parse_query("Who was Luka Vershinin of the Chaika?", library, embedder)
    assert retrieve(query, library, embedder, 3)[0][0].source == "parom.txt"


def test_every_sentence_stands_at_its_offsets(library: Library, embedder: BagEmbedder) -> None:
    query = parse_query("When did the tram line open?", library, embedder)
    passages, ranked = retrieve(query, library, embedder, 6)
    for passage in passages:
        document = library.document(passage.document_id)
        assert document is not None and document.text[passage.start : passage.end] == passage.text
    for sentence in ranked:
        document = library.document(sentence.passage.document_id)
        assert document is not None and document.text[sentence.start : sentence.end] == sentence.text


def test_equal_paragraphs_in_two_files_take_one_place(library: Library, embedder: BagEmbedder) -> None:
    text = "The lighthouse lamp burns whale oil and nothing else."
    for name in ("a.md", "b.md"):
        file_away(library, name, text, "en", embedder)
    query = parse_query("What does the lighthouse lamp burn?", library, embedder)
    passages, _ = retrieve(query, library, embedder, 6)
    assert sum(passage.text == text for passage in passages) == 1


def test_an_empty_library_gives_nothing(tmp_path: object, embedder: BagEmbedder, library: Library) -> None:
    for record in library.records():
        library.remove(record.id)
    query = parse_query("When did the tram line open?", library, embedder)
    assert retrieve(query, library, embedder, 3) == ([], [])
    assert confidence(query, [], embedder) == 0.0


def test_quotes_are_few_and_short(library: Library, embedder: BagEmbedder) -> None:
    query = parse_query("When did the tram line open?", library, embedder)
    chosen = choose(query, retrieve(query, library, embedder, 6)[1], library)
    assert 1 <= len(chosen) <= 3
    assert sum(len(sentence.text.split()) for sentence in chosen) <= 60 or len(chosen) == 1
    assert "1911" in chosen[0].text


def test_a_heading_is_not_quoted_where_a_sentence_says_it(library: Library, embedder: BagEmbedder) -> None:
    text = "THE OLD OBSERVATORY LAND\n\nThe land for the observatory on the hill was given by Evaristo Montalban."
    file_away(library, "land.txt", text, "en", embedder)
    query = parse_query("Who gave the land for the old observatory?", library, embedder)
    assert "Evaristo" in choose(query, retrieve(query, library, embedder, 6)[1], library)[0].text


def test_an_identifier_decides_against_all_other_words(library: Library, embedder: BagEmbedder) -> None:
    file_away(library, "words.md", "The lathe of the workshop was oiled by the joiner.", "en", embedder)
    file_away(library, "code.md", "The LX-200/7 was oiled by Ida.", "en", embedder)
    query = parse_query("Who oiled the lathe LX-200/7 of the workshop?", library, embedder)
    points = {each.chunk.text: each.score for each in _candidates(query, library, embedder, WEIGHTS)}
    code, words = (next(p for text, p in points.items() if part in text) for part in ("LX-200/7", "joiner"))
    assert code > words + 2.0


class Liking:
    """A re-ranker that likes one passage."""

    name = "liking"

    def __init__(self, words: str) -> None:
        self._words = words

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([float(self._words in text) for text in texts], dtype=np.float32)


def test_what_the_reranker_likes_comes_first(library: Library, embedder: BagEmbedder) -> None:
    query = parse_query("When did the tram line open?", library, embedder)
    assert retrieve(query, library, embedder, 3)[0][0].source == "tram.md"
    assert retrieve(query, library, embedder, 3, Liking("wet Sunday"))[0][0].source == "memories.txt"


def test_words_of_an_earlier_question_weigh_half(library: Library, embedder: BagEmbedder) -> None:
    before = "When did the tram line open?"
    alone, after = (
        {term.word: term.weight for term in parse_query(question, library, embedder, history).terms}
        for question, history in ((before, []), ("and the ferry?", [Turn("user", before)]))
    )
    assert after["tram"] == pytest.approx(alone["tram"] / 2) and after["ferry"] > after["tram"]


def test_of_two_texts_that_mean_the_same_the_one_in_the_questions_language_comes_first(
    library: Library, embedder: BagEmbedder
) -> None:
    for name, language in (("a.txt", "de"), ("b.txt", "en")):
        file_away(library, name, "The lighthouse keeper rows home every night.", language, embedder)
    weights = replace(WEIGHTS, words=0.0, words_alone=0.0, exact_match=0.0)  # what words say is measured elsewhere
    query = parse_query("When does the lighthouse keeper row home?", library, embedder)
    same = replace(query, backgrounds={})  # both stand out from the same
    found = {each.chunk.language: each.score for each in _candidates(same, library, embedder, weights)[:2]}
    assert query.language == "en" and found["en"] > found["de"]
