"""Ratings move what was quoted, for like questions alone, within a bound, and only while the words stand there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from rag.library.library import Library
from rag.retrieval.feedback.rated_quotes import RatedQuestion, RatedQuotes, opinion_of, rated_for
from rag.retrieval.filters import EVERYWHERE
from rag.retrieval.pipeline import RetrievalPipeline
from rag.retrieval.query import parse_query
from rag.retrieval.weights import WEIGHTS
from rag.types import Chunk, Citation
from tests.doubles import BagEmbedder
from tests.town import TEXTS, filed

ASKED = "When did the tram line open?"
CHUNK = Chunk("c", "d", 0, "It opened in 1911. It is red.", 10, 39, None, (), "en")
QUOTE = Citation("d", "a.md", None, (), 10, 28, "It opened in 1911.")


@pytest.fixture
def library(tmp_path: Path, embedder: BagEmbedder) -> Iterator[Library]:
    """The small town with another paper on the tram that is nearly as near to the question."""
    with filed(tmp_path, embedder, TEXTS | {"memories.txt": ("en", "The tram line opened in 1913.")}) as held:
        yield held


class Given:
    """Ratings of answers that are made up here; keeps which quotes were read."""

    def __init__(self, *rows: tuple[str, int, tuple[Citation, ...]]) -> None:
        self.rows = rows
        self.read: list[str] = []

    def questions(self) -> list[RatedQuestion]:
        return [RatedQuestion(str(at), text, opinion) for at, (text, opinion, _) in enumerate(self.rows)]

    def quotes(self, replies: Sequence[str]) -> dict[str, tuple[Citation, ...]]:
        self.read += replies
        return {each: self.rows[int(each)][2] for each in replies}


def answer(library: Library, embedder: BagEmbedder, question: str, ratings: Given | None = None) -> list[Citation]:
    found = RetrievalPipeline(library, embedder, None, ratings=ratings).find(question, (), 6, EVERYWHERE).answer
    return list(found.quotes)


def quoted(library: Library, embedder: BagEmbedder, source: str) -> Citation:
    """What an answer quotes that quotes all that was found in this file."""
    found = RetrievalPipeline(library, embedder, None).passages(ASKED, 6, EVERYWHERE)
    each = next(each for each in found if each.source == source)
    return Citation(each.document_id, each.source, each.page, each.section, each.start, each.end, each.text)


@pytest.mark.parametrize("opinion", [1, -1])
def test_what_was_quoted_moves_for_a_like_question(library: Library, embedder: BagEmbedder, opinion: int) -> None:
    rated = quoted(library, embedder, "tram.md" if opinion > 0 else "memories.txt")
    ratings = Given((ASKED, opinion, (rated,)))
    like = f"{ASKED[:-1]}, please?"
    for question in (ASKED, like):
        assert answer(library, embedder, question)[0].source == "memories.txt"
        assert answer(library, embedder, question, ratings)[0].source == "tram.md"
    found = RetrievalPipeline(library, embedder, None, ratings=ratings).find(like, (), 6, EVERYWHERE).answer
    assert {each.source: each.opinion for each in found.passages if each.opinion} == {rated.source: opinion}


@pytest.mark.parametrize(
    "question", ["Who is the director of the tram?", "¿Cuántos puestos tiene el mercado?", "How many stops are there?"]
)
def test_other_questions_are_answered_as_before(library: Library, embedder: BagEmbedder, question: str) -> None:
    right, wrong = (quoted(library, embedder, name) for name in ("tram.md", "memories.txt"))
    ratings = Given((ASKED, 1, (right,)), (ASKED, -1, (wrong,)))
    assert answer(library, embedder, question, ratings) == answer(library, embedder, question)
    assert ratings.read == []  # and no answer is read for them


def test_no_number_of_ratings_moves_further_than_one(library: Library, embedder: BagEmbedder) -> None:
    query = parse_query(ASKED, library, embedder)
    tram = quoted(library, embedder, "tram.md")
    one, many = (RetrievalPipeline(library, embedder, None, ratings=Given(*[(ASKED, -1, (tram,))] * n)) for n in (1, 9))
    assert one.passages(ASKED, 6, EVERYWHERE) == many.passages(ASKED, 6, EVERYWHERE)
    assert query.vector is not None and abs(WEIGHTS.rated) <= WEIGHTS.words


def test_ratings_against_each_other_move_nothing(library: Library, embedder: BagEmbedder) -> None:
    tram = tuple(answer(library, embedder, ASKED)[:1])
    ratings = Given((ASKED, 1, tram), (ASKED, -1, tram))
    assert answer(library, embedder, ASKED, ratings) == answer(library, embedder, ASKED)


def test_questions_of_other_numbers_or_another_kind_are_not_alike(library: Library, embedder: BagEmbedder) -> None:
    quotes = tuple(answer(library, embedder, ASKED)[:1])
    for text, other in (
        ("What did the tram line cost in 1911?", "What did the tram line cost in 1913?"),
        ("What does tram LX-200 cost?", "What does tram LX-201 cost?"),
        ("When does the red tram line open?", "Who does the red tram line open?"),
    ):
        ratings = Given((text, 1, quotes))
        assert rated_for(parse_query(text, library, embedder), embedder, ratings)
        assert not rated_for(parse_query(other, library, embedder), embedder, ratings)


def test_no_ratings_and_no_quotes_are_nothing(library: Library, embedder: BagEmbedder) -> None:
    query = parse_query(ASKED, library, embedder)
    assert rated_for(query, embedder, Given()) == []
    assert rated_for(query, embedder, Given((ASKED, 1, ()))) == []


@pytest.mark.parametrize(
    ("quote", "held"),
    [
        (QUOTE, True),
        (replace(QUOTE, start=0, end=18, quote="Nothing here at al"), False),  # other words stand there by now
        (replace(QUOTE, start=2, end=28, quote="Before. It opened in 1911."), True),  # it begins in the chunk before
        (replace(QUOTE, document_id="e"), False),
        (replace(QUOTE, start=39, end=45, quote="After."), False),
    ],
)
def test_a_rating_counts_for_the_words_that_were_quoted(quote: Citation, held: bool) -> None:
    assert bool(RatedQuotes(1, (quote,)).share(CHUNK)) is held
    assert opinion_of(CHUNK, [RatedQuotes(-1, (quote,))]) == -held


def test_the_first_quote_counts_most_and_no_balance_leaves_the_bounds() -> None:
    other = replace(QUOTE, document_id="e")
    assert opinion_of(CHUNK, [RatedQuotes(1, (QUOTE, other))]) == 1.0
    assert opinion_of(CHUNK, [RatedQuotes(1, (other, QUOTE))]) == 0.5
    assert opinion_of(CHUNK, [RatedQuotes(1, (QUOTE,)), RatedQuotes(-1, (other, QUOTE))]) == 0.5
    assert opinion_of(CHUNK, [RatedQuotes(-1, (QUOTE,))] * 3) == -1.0


def test_in_a_language_that_the_embedder_does_not_know_only_the_same_question_is_alike(
    library: Library, embedder: BagEmbedder
) -> None:
    embedder.card = replace(embedder.card, trust_by_language={"": 0.0})
    ratings = Given((ASKED, 1, (quoted(library, embedder, "tram.md"),)))
    for question, alike in ((ASKED.lower(), True), (f"{ASKED[:-1]}, please?", False)):
        assert bool(rated_for(parse_query(question, library, embedder), embedder, ratings)) is alike


def test_how_near_is_near_depends_on_the_embedder(library: Library, embedder: BagEmbedder) -> None:
    ratings = Given((ASKED, 1, (quoted(library, embedder, "tram.md"),)))
    near = f"{ASKED[:-1]}, please?"  # a cosine of .95
    for unrelated, alike in ((0.05, True), (0.95, False)):
        embedder.card = replace(embedder.card, unrelated=(unrelated, 0.02))
        assert bool(rated_for(parse_query(near, library, embedder), embedder, ratings)) is alike
