"""The sentences of the best blocks, ranked by how well each answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.interfaces import Vector
from rag.library.library import Library
from rag.retrieval.coverage import CoveredSentence
from rag.retrieval.passages import assemble
from rag.retrieval.query import parse_query
from rag.retrieval.retrieve import _candidates
from rag.retrieval.sentence_scores import MAX_BLOCKS_READ, _is_prose, rank_sentences
from rag.retrieval.weights import WEIGHTS, RankingWeights
from tests.doubles import BagEmbedder
from tests.town import file_away, filed


def ranked(
    question: str, library: Library, embedder: BagEmbedder, weights: RankingWeights = WEIGHTS
) -> list[CoveredSentence]:
    query = parse_query(question, library, embedder)
    found = _candidates(query, library, embedder)
    return rank_sentences(query, found, assemble(found, library, 3), library, embedder, weights)


def test_the_sentence_that_answers_comes_first_and_stands_at_its_offsets(
    library: Library, embedder: BagEmbedder
) -> None:
    best, *others = ranked("When did the tram line open?", library, embedder)
    assert best.text == "The tram line opened in 1911." and best.coverage == pytest.approx(1.0)
    for each in (best, *others):
        ((text),) = library.texts_between([(each.passage.document_id, each.start, each.end)])
        assert text == each.text
    assert [each.score for each in others] == sorted((each.score for each in others), reverse=True)


def test_what_the_weights_give_is_what_a_sentence_gets(library: Library, embedder: BagEmbedder) -> None:
    plain = ranked("When did the tram line open?", library, embedder, replace(WEIGHTS, coverage=0.0))
    by_place = {(each.passage.document_id, each.start): each for each in plain}
    for each in ranked("When did the tram line open?", library, embedder):
        without = by_place[each.passage.document_id, each.start]
        assert each.score - without.score == pytest.approx(WEIGHTS.coverage * each.coverage)


def test_nothing_found_has_no_sentences(library: Library, embedder: BagEmbedder) -> None:
    query = parse_query("When?", library, embedder)
    assert rank_sentences(query, [], [], library, embedder) == []


def test_a_block_that_no_passage_shows_is_read_as_its_own(library: Library, embedder: BagEmbedder) -> None:
    query = parse_query("When did the tram line open?", library, embedder)
    found = _candidates(query, library, embedder)
    sentences = rank_sentences(query, found, [], library, embedder)
    assert sentences and all(each.passage.chunk_ids for each in sentences)


def test_no_more_blocks_are_read_than_may_be(library: Library, embedder: BagEmbedder) -> None:
    for number in range(MAX_BLOCKS_READ + 4):
        file_away(library, f"{number}.md", f"The tram number {number} has a bell of its own.", "en", embedder)
    library.follow()
    sentences = ranked("Which tram has a bell?", library, embedder)
    assert len({each.passage.document_id for each in sentences}) <= MAX_BLOCKS_READ


def test_the_last_of_many_sentences_of_a_block_can_answer(library: Library, embedder: BagEmbedder) -> None:
    sheds = " ".join(f"Shed {number} leaks." for number in range(12))
    harbour = file_away(library, "harbour.md", f"{sheds} The ferry ticket costs forty crowns.", "en", embedder)
    library.follow()
    sentences = ranked("What does the ferry ticket cost?", library, embedder)
    assert sentences[0].text == "The ferry ticket costs forty crowns."
    of_block = sorted(each.start for each in sentences if each.passage.document_id == harbour)
    assert of_block[:-1] == [sheds.index(f"Shed {number} ") for number in range(11)]  # the first, of equal ones


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        ("The tram runs.", True),
        ("हिन्दी में लिखा।", True),
        ("----------", False),
        ("{{% include 'a' %}}", False),
        ("#=#=#=# a1", False),
        ("7", False),
        ("", False),
    ],
)
def test_a_rule_or_a_bare_sign_is_no_sentence(text: str, prose: bool) -> None:
    assert _is_prose(text) is prose


def test_a_line_that_only_repeats_the_question_answers_nothing(library: Library, embedder: BagEmbedder) -> None:
    text = "Captain Vane\n\nFor the harbour, Captain Vane keeps the log of all that sails."
    file_away(library, "log.md", text, "en", embedder)
    for question, less in (("Who is Captain Vane?", WEIGHTS.says_nothing), ("Captain Vane", 0.0)):
        plain = {
            each.text: each.score for each in ranked(question, library, embedder, replace(WEIGHTS, says_nothing=0.0))
        }
        scores = {each.text: each.score for each in ranked(question, library, embedder)}
        assert scores["Captain Vane"] - plain["Captain Vane"] == pytest.approx(less)
        longer = next(each for each in scores if each.startswith("For the harbour"))
        assert scores[longer] == plain[longer]


class TwoLanguages(BagEmbedder):
    """An embedder that knows the German for subletting."""

    def embed_query(self, text: str) -> Vector:
        return super().embed_query(text.replace("untervermieten", "subletting"))


def test_a_word_is_covered_by_its_translation(tmp_path: Path) -> None:
    embedder = TwoLanguages()
    other = " ".join(f"{a}{b}" for a in ("bread", "stone", "river", "cloud", "table") for b in "abcdefghijkl")
    with filed(
        tmp_path / "library", embedder, {"lease.md": ("en", f"Ask for subletting.\n\nThere is {other}.")}
    ) as library:
        found = ranked("Kann man untervermieten?", library, embedder)
        plain = ranked("Kann man unterschreiben?", library, embedder)
    assert found[0].text == "Ask for subletting." and found[0].coverage > 0.0
    assert next(each.coverage for each in plain if each.text == found[0].text) == 0.0
