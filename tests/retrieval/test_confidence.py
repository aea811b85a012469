from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rag.library.library import Library
from rag.retrieval.confidence import confidence, verdict
from rag.retrieval.coverage import CoveredSentence
from rag.retrieval.query import Query, parse_query
from rag.retrieval.retrieve import retrieve
from rag.types import AnswerVerdict
from tests.doubles import BagEmbedder


@pytest.fixture
def found(library: Library, embedder: BagEmbedder) -> tuple[Query, list[CoveredSentence]]:
    query = parse_query("When did the tram line open?", library, embedder)
    return query, retrieve(query, library, embedder, 3)[1]


@pytest.mark.parametrize("part", ["around", "similarity"])
def test_what_stands_out_less_is_less_sure(
    part: str, found: tuple[Query, list[CoveredSentence]], embedder: BagEmbedder
) -> None:
    query, ranked = found
    lower = [replace(each, **{part: (getattr(each, part) or 0.0) - 0.3}) for each in ranked]
    assert confidence(query, lower, embedder) < confidence(query, ranked, embedder) - 0.01


def test_words_that_are_not_met_make_it_less_sure(
    found: tuple[Query, list[CoveredSentence]], embedder: BagEmbedder
) -> None:
    query, ranked = found
    unmet = [replace(each, coverage=0.0) for each in ranked]
    assert confidence(query, unmet, embedder) < confidence(query, ranked, embedder)


def test_in_another_language_words_that_are_not_met_count_less(
    found: tuple[Query, list[CoveredSentence]], embedder: BagEmbedder
) -> None:
    query, ranked = found
    abroad = [replace(each, passage=replace(each.passage, language="ru")) for each in ranked]

    def sure(sentences: list[CoveredSentence], coverage: float) -> float:
        return confidence(query, [replace(each, coverage=coverage) for each in sentences], embedder)

    assert sure(ranked, 0.0) < sure(ranked, 0.2)
    assert sure(abroad, 0.0) == sure(abroad, 0.2) < sure(abroad, 0.6)


def test_a_language_that_the_embedder_does_not_know_is_judged_by_words(
    found: tuple[Query, list[CoveredSentence]], embedder: BagEmbedder
) -> None:
    query, ranked = found
    embedder.card = replace(embedder.card, trust_by_language={"": 0.0})
    blind = [replace(each, around=-1.0, similarity=-1.0, coverage=0.95) for each in ranked]
    assert confidence(query, blind, embedder) > 0.9
    assert confidence(query, [replace(each, coverage=0.3) for each in blind], embedder) < 0.1


def test_the_kind_of_thing_asked_for_makes_it_surer_and_vetoes_nothing(
    found: tuple[Query, list[CoveredSentence]], embedder: BagEmbedder
) -> None:
    query, ranked = found
    assert query.answer_type is not None
    without = [replace(each, answer_type_match=0.0) for each in ranked]
    near = [replace(each, answer_type_match=0.0, coverage=1.0, similarity=0.95, around=0.95) for each in ranked]
    assert confidence(query, without, embedder) < confidence(query, ranked, embedder)
    assert verdict(confidence(query, near, embedder)) is AnswerVerdict.ANSWERED


def test_a_name_that_the_passage_does_not_hold_makes_it_less_sure(library: Library, embedder: BagEmbedder) -> None:
    held, other = (
        parse_query(f"When did the tram line to {name} open?", library, embedder)
        for name in ("the Observatory", "Zanzibar")
    )
    ranked = retrieve(held, library, embedder, 3)[1]
    assert confidence(replace(other, terms=other.terms), ranked, embedder) < confidence(held, ranked, embedder)


@pytest.mark.parametrize(
    ("sure", "expected"),
    [(0.0, "NOT_SAID"), (0.29, "NOT_SAID"), (0.31, "PARTLY"), (0.59, "PARTLY"), (0.6, "ANSWERED"), (1.0, "ANSWERED")],
)
def test_three_states(sure: float, expected: str) -> None:
    assert verdict(sure) is AnswerVerdict[expected]


def test_a_question_without_words_is_answered_by_nothing(library: Library, embedder: BagEmbedder) -> None:
    query = parse_query("When did the tram line open?", library, embedder)
    ranked = retrieve(query, library, embedder, 3)[1]
    assert confidence(replace(query, terms=()), ranked, embedder) == 0.0


def test_a_sample_is_the_same_for_the_same_content_and_bounded(library: Library) -> None:
    sample = library.sample()
    assert set(sample) == set(library.languages())
    assert sum(map(len, sample.values())) == library.ledger.size()
    few = library.ledger.sample_vectors(1)
    assert all(len(rows) == 1 for rows in few.values())
    for language, rows in few.items():
        assert (np.abs(sample[language] - rows[0]).max(axis=1) == 0).any()
    assert all((library.sample()[language] == rows).all() for language, rows in sample.items())


def test_what_the_reader_sees_makes_it_surer(found: tuple[Query, list[CoveredSentence]], embedder: BagEmbedder) -> None:
    query, ranked = found
    seen, unseen = ([replace(each, answer_probability=sure) for each in ranked] for sure in (1.0, 0.0))
    without = confidence(query, ranked, embedder)
    assert confidence(query, unseen, embedder) < without < confidence(query, seen, embedder)


def test_a_yes_no_question_whose_words_all_stand_there_is_not_refused_by_the_reader_alone(
    library: Library, embedder: BagEmbedder
) -> None:
    def sure(question: str, coverage: float) -> float:
        query = parse_query(question, library, embedder)
        ranked = retrieve(query, library, embedder, 3)[1]
        read = [replace(each, answer_probability=0.0, coverage=coverage) for each in ranked]
        return confidence(query, read, embedder) / confidence(
            query, [replace(each, answer_probability=0.3) for each in read], embedder
        )

    assert sure("Is there a tram line?", 1.0) == 1.0
    assert sure("Is there a tram line?", 0.9) < 1.0
    assert sure("Where is the tram line?", 1.0) < 1.0
