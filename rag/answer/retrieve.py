"""Question to passages: the vector leg and the word leg, fused by what the embedder knows of the languages at hand.

Where the embedder is blind (MiniLM in Russian), the words decide; where it sees, both count. Then the sentences
are scored (quotes.py), and the passage that holds the better sentence goes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.answer.question import Query
from rag.answer.quotes import Sentence, score
from rag.interfaces import Embedder
from rag.library.library import Library
from rag.types import Chunk, Passage

_DEPTH = 60  # candidates of each leg
_SCORED = 12  # passages whose sentences are scored
_DENSE_WEIGHT = 0.5  # of a fully trusted embedder
_SOUND_WEIGHT = 0.6
_SENTENCE_WEIGHT = 0.6


def retrieve(query: Query, library: Library, embedder: Embedder, k: int) -> tuple[list[Passage], list[Sentence]]:
    """The best k passages and all their sentences, each best first."""
    dense = library.search_vector(query.vector, _DEPTH)
    weights = {form: 1.0 for term in query.terms for form in term.stems}
    sounds = {term.sound: _SOUND_WEIGHT for term in query.terms if term.sound}
    lexical = library.search_words(weights, _DEPTH, sounds=sounds)
    chunks = library.chunks(list(dict.fromkeys(i for i, _ in [*dense, *lexical])))
    fused = _fuse(query, dense, lexical, chunks, embedder)
    candidates = fold(fused)[: max(_SCORED, k)]
    passages = [_passage(chunk, points, ranks, library) for chunk, points, ranks in candidates]
    ranked = score(query, passages, embedder)
    best: dict[str, float] = {}
    for sentence in ranked:
        best.setdefault(sentence.passage.chunk_ids[0], sentence.score)
    rescored = [
        replace(p, score=(1 - _SENTENCE_WEIGHT) * p.score + _SENTENCE_WEIGHT * best.get(p.chunk_ids[0], 0.0))
        for p in passages
    ]
    top = sorted(rescored, key=lambda passage: -passage.score)[:k]
    kept = {passage.chunk_ids[0] for passage in top}
    return top, [s for s in ranked if s.passage.chunk_ids[0] in kept]


def _fuse(
    query: Query,
    dense: Sequence[tuple[str, float]],
    lexical: Sequence[tuple[str, float]],
    chunks: dict[str, Chunk],
    embedder: Embedder,
) -> list[tuple[Chunk, float, dict[str, int]]]:
    near, strong = _spread(dict(dense)), _spread(dict(lexical), floor=0.0)
    ranks: dict[str, dict[str, int]] = {}
    for leg, found in (("vector", dense), ("words", lexical)):
        for rank, (chunk_id, _) in enumerate(found, 1):
            ranks.setdefault(chunk_id, {})[leg] = rank
    fused = []
    for chunk_id, chunk in chunks.items():
        weight = _DENSE_WEIGHT * min(embedder.card.trust_in(query.language), embedder.card.trust_in(chunk.language))
        points = weight * near.get(chunk_id, 0.0) + (1 - weight) * strong.get(chunk_id, 0.0)
        fused.append((chunk, points, ranks[chunk_id]))
    return sorted(fused, key=lambda row: (-row[1], row[0].id))


def _spread(scores: dict[str, float], floor: float | None = None) -> dict[str, float]:
    """Scores stretched to 0..1 (min-max)."""
    if not scores:
        return {}
    low = min(scores.values()) if floor is None else floor
    width = max(scores.values()) - low or 1.0
    return {key: (value - low) / width for key, value in scores.items()}


def fold(fused: Sequence[tuple[Chunk, float, dict[str, int]]]) -> list[tuple[Chunk, float, dict[str, int]]]:
    """Without the later ones of equal texts: the same paragraph in two files takes one place."""
    seen: set[str] = set()
    kept = []
    for row in fused:
        key = " ".join(row[0].text.split()).casefold()
        if key not in seen:
            seen.add(key)
            kept.append(row)
    return kept


def _passage(chunk: Chunk, points: float, ranks: dict[str, int], library: Library) -> Passage:
    record = library.record(chunk.document_id)
    return Passage(
        document_id=chunk.document_id,
        source=record.source if record else "",
        text=chunk.text,
        start=chunk.start,
        end=chunk.end,
        page=chunk.page,
        section=chunk.section,
        language=chunk.language,
        score=points,
        chunk_ids=(chunk.id,),
        ranks=ranks,
    )
