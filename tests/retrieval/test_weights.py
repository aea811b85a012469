"""Each weight of ranking decides something: of two texts, the better comes first with it and does not without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.interfaces import SpanScores, Vector, Vectors
from rag.retrieval.feedback.rated_quotes import RatedQuotes
from rag.retrieval.query import parse_query
from rag.retrieval.retrieve import retrieve
from rag.retrieval.weights import RankingWeights
from rag.types import Citation, document_id
from tests.doubles import BagEmbedder
from tests.town import file_away, filed

NAMES = [each.name for each in fields(RankingWeights)]
SAYS_NOTHING = {f"{n}.txt": ("en", text) for n, text in enumerate(["Bread is dear.", "Rain fell.", "Ships sail."])}


class MarkedEmbedder(BagEmbedder):
    """To it all texts are equally near to all questions, but for a "nearby mill", which is nearer."""

    def embed_query(self, text: str) -> Vector:
        return self._at(1.0)

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._at(0.9 if "nearby" in text and "mill" in text else 0.8) for text in texts])

    def _at(self, cosine: float) -> Vector:
        vector = np.zeros(self.card.dimension, dtype=np.float32)
        vector[:2] = cosine, (1.0 - cosine**2) ** 0.5
        return vector


class MayReader:
    """A reader that sees an answer in the word "May"."""

    def read(self, question: str, sentences: Sequence[str]) -> list[SpanScores]:
        found = []
        for text in sentences:
            at = max(0, text.find("May"))
            scores = np.array([0.0, 9.0 if "May" in text else -9.0], dtype=np.float32)
            found.append(SpanScores(((at, at + 3),), scores, scores))
        return found


class MayReranker:
    """A re-ranker that likes passages with the word "May"."""

    name = "may"

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([float("May" in text) for text in texts], dtype=np.float32)


@dataclass(frozen=True)
class Case:
    """A question and two texts for it, of which the weight alone makes the first the better one."""

    question: str
    better: str
    other: str
    languages: tuple[str, str] = ("en", "en")
    trust: float = 1.0  # in all languages
    beside: str = ""  # the weight that this one is a factor of


CASES = {
    "words": Case("When did the lighthouse keeper retire?", "The lighthouse keeper retired.", "Keep it."),
    "words_alone": Case("When did the keeper retire?", "The lighthouse keeper retired.", "Keep it.", trust=0.0),
    "ngram_share": Case("Who mended chronometers?", "Chronometrics were done.", "Sundials were done.", beside="words"),
    "sound": Case("Who was Vershinin?", "Капитан — Вершинин.", "Капитан — Смирнов.", ("ru", "ru"), 0.0, "words_alone"),
    "code": Case("What is LX-200?", "It has an LX-200, as we know.", "It has 200 of LX.", beside="words"),
    "other_language": Case("Who was Vershinin?", "Vershinin.", "Vershinin.", ("en", "de")),
    "exact_match": Case("What is LX-200?", "It has an LX-200, as we know.", "It has 200 of LX."),
    "sentence": Case("When did it open?", "It is a nearby mill.", "The sea is nearby. Behind it is a mill."),
    "coverage": Case("When did the lighthouse open?", "The lighthouse opened.", "It opened."),
    "says_nothing": Case("Who is the lighthouse keeper?", "The lighthouse keeper: Vane.", "Lighthouse keeper."),
    "answer_type": Case("When did the lighthouse open?", "The lighthouse opened in 1911.", "The lighthouse opened."),
    "event": Case("Did we decide to mend it?", "It was resolved to mend it.", "It will be decided there."),
    "sentence_exact_match": Case("What does error 4711 mean?", "Error 4711 means fire.", "Error 4712 means fire."),
    "span_reader": Case("When did the lighthouse open?", "The lighthouse opened in May.", "The lighthouse opened."),
    "rated": Case("When did the lighthouse open?", "The lighthouse opened: May.", "The lighthouse opened."),
    "reranker": Case("When did the lighthouse open?", "The lighthouse opened: May.", "The lighthouse opened."),
}  # fmt: skip


def quote_of(file: str, text: str) -> Citation:
    return Citation(document_id("/town", file), file, 1, (), 0, len(text), text)


def scores(folder: Path, case: Case, name: str, weights: RankingWeights) -> tuple[float, float]:
    """Return the scores of the better and the other text; those of the best sentence for most weights."""
    embedder = MarkedEmbedder()
    embedder.card = replace(embedder.card, trust_by_language=dict.fromkeys(("", "en", "ru", "de"), case.trust))
    with filed(folder, embedder, SAYS_NOTHING) as library:
        for file, text, language in zip(("a", "b"), (case.better, case.other), case.languages, strict=True):
            file_away(library, file, text, language, embedder)
        library.follow()
        reader, reranker = MayReader() if name == "span_reader" else None, MayReranker() if name == "reranker" else None
        query = replace(parse_query(case.question, library, embedder), backgrounds={})  # all stand out from the same
        rated = (RatedQuotes(1, (quote_of("a", case.better),)),) if name == "rated" else ()
        passages, ranked = retrieve(query, library, embedder, 9, reranker, reader, weights, rated)
        found = {each.source: each.score for each in passages}
        if name != "reranker":
            found = {each.passage.source: each.score for each in reversed(ranked)}
    return found.get("a", -99.0), found.get("b", -99.0)


@pytest.mark.parametrize("name", NAMES)
def test_the_better_text_comes_first_by_this_weight_alone(name: str, tmp_path: Path) -> None:
    case, nothing = CASES[name], RankingWeights(**dict.fromkeys(NAMES, 0.0))
    values = {each: getattr(RankingWeights(), each) for each in (name, case.beside) if each}
    better, other = scores(tmp_path / "with", case, name, replace(nothing, **values))
    assert better > other + 0.001
    better, other = scores(tmp_path / "without", case, name, replace(nothing, **{**values, name: 0.0}))
    assert better <= other + 0.001
