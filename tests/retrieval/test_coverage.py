"""How much of a question a text holds: words, names across languages, identifiers and quoted phrases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.library.library import Library
from rag.retrieval.coverage import CoveredSentence, exact_match, holds_term, language_trust, question_coverage
from rag.retrieval.query import Query, parse_query
from rag.types import Chunk, Passage
from tests.doubles import BagEmbedder, paper

PASSAGE = Passage("d", "tram.md", "The tram line opened in 1911.", 0, 29, None, (), "en", 1.0, ("c",))


def chunk(text: str, *beside: str, language: str = "en", section: str = "") -> Chunk:
    return replace(paper("a.txt", text, language=language, section=section)[2][0], text=" ".join((text, *beside)))


def asked(question: str, library: Library, embedder: BagEmbedder) -> Query:
    return parse_query(question, library, embedder)


def test_a_sentence_that_holds_every_word_covers_the_question(library: Library, embedder: BagEmbedder) -> None:
    query = asked("When did the tram line open?", library, embedder)
    whole = "The tram line opened in 1911."
    assert question_coverage(query, chunk(whole), whole) == pytest.approx(1.0)
    assert question_coverage(query, chunk("A wet Sunday."), "A wet Sunday.") == 0.0


def test_words_above_count_in_full_and_words_beside_half(library: Library, embedder: BagEmbedder) -> None:
    query = asked("When did the tram line open?", library, embedder)
    text = "It opened in 1911."
    bare = question_coverage(query, chunk(text), text)
    beside = question_coverage(query, chunk(text, "The tram line."), text)
    above = question_coverage(query, chunk(text, section="The tram line"), text)
    assert bare < beside < above and above - bare == pytest.approx(2 * (beside - bare))


@pytest.mark.parametrize(
    ("path", "question", "language", "met"),
    [
        ("minutes 2024 04 11", "Who was absent in April?", "en", True),
        ("minutes 20240411", "Who was absent in April?", "en", True),
        ("2024 04 minutes", "¿Quién faltó en abril?", "es", True),
        ("протокол 2024 04 11", "Кого не было в апреле?", "ru", True),
        ("minutes 2024 03 09", "Who was absent in April?", "en", False),
        ("minutes 2024 041", "Who was absent in April?", "en", False),
        ("minutes 2024 04 11", "Wer fehlte im Mai?", "de", False),
    ],
)
def test_the_date_in_a_path_names_its_month(
    library: Library, embedder: BagEmbedder, path: str, question: str, language: str, met: bool
) -> None:
    query, held = asked(question, library, embedder), chunk("X.", language=language)
    dated = question_coverage(query, replace(held, context=path), "X.")
    assert (dated > question_coverage(query, replace(held, context="minutes"), "X.")) is met


def test_a_name_is_met_by_its_sound_in_another_language_only(library: Library, embedder: BagEmbedder) -> None:
    query = asked("Who is Vershinin?", library, embedder)
    (term,) = (term for term in query.terms if term.word == "vershinin")
    assert holds_term(term, "Лука Вершинин", "en", "ru")
    assert not holds_term(term, "Лука Вершинин", "en", "en")
    assert holds_term(term, "Captain Vershinin", "en", "en")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the library is only read
@given(st.text(max_size=60))
def test_coverage_is_a_share(library: Library, embedder: BagEmbedder, text: str) -> None:
    query = asked("When did the tram line open?", library, embedder)
    assert 0.0 <= question_coverage(query, chunk("The tram."), text) <= 1.0 + 1e-9
    assert 0.0 <= exact_match(query, text) <= 2.0


def test_identifiers_and_numbers_are_met_as_they_are_written(library: Library, embedder: BagEmbedder) -> None:
    query = asked("What does error E1042 mean?", library, embedder)
    assert exact_match(query, "Error E1042 is a door that stays open.") == 1.0
    assert exact_match(query, "Error E10423 is another.") == 0.0
    assert exact_match(asked("What is a tram?", library, embedder), "A tram.") == 0.0


def test_a_quoted_phrase_counts_beside_them(library: Library, embedder: BagEmbedder) -> None:
    query = asked('Where is "tram line" said?', library, embedder)
    assert exact_match(query, "The tram line opened.") == 1.0 and exact_match(query, "The line of the tram.") == 0.0


def test_similarity_is_trusted_as_far_as_the_less_known_language(library: Library, embedder: BagEmbedder) -> None:
    query = asked("When did the tram line open?", library, embedder)
    both = embedder.card.language_trust("en")
    assert language_trust(query, chunk("x"), embedder) == both
    assert language_trust(query, chunk("x", language="xx"), embedder) == min(both, embedder.card.language_trust("xx"))


def test_sentences_lie_within_and_over_each_other_in_one_document_only() -> None:
    long = CoveredSentence(PASSAGE, 0, 29, PASSAGE.text, 1.0, 1.0, 0.5)
    short, last = replace(long, start=4, end=13), replace(long, start=20, end=40)
    other = replace(long, passage=replace(PASSAGE, document_id="e"))
    assert short.within(long) and not long.within(short) and long.within(long)
    assert long.overlaps(last) and last.overlaps(long) and not short.overlaps(last)
    assert not short.within(other) and not long.overlaps(other)


def test_a_small_number_of_a_yes_no_question_is_not_looked_for(library: Library, embedder: BagEmbedder) -> None:
    quiet = "Music is turned off at 9 pm."
    assert exact_match(asked("Is it open at 9 pm?", library, embedder), quiet) == 0.0
    assert exact_match(asked("What is turned off at 9 pm?", library, embedder), quiet) == 1.0
    assert exact_match(asked("Is the tram of 1911 still running?", library, embedder), "In 1911.") == 1.0
