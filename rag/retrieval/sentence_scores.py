"""Rank the sentences of the found blocks by how well each answers.

A sentence has the points of its block and, for what it says itself, those of its own nearness to the question, read
under its document's path and headings: what these give already counts as said.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.interfaces import Embedder
from rag.library.reader import LibraryReader
from rag.retrieval.answer_type import answer_type_match, event_match
from rag.retrieval.coverage import (
    MIN_TRUST_FOR_MEANING,
    CoveredSentence,
    exact_match,
    language_trust,
    question_coverage,
)
from rag.retrieval.passages import RankedChunk
from rag.retrieval.query import Query
from rag.retrieval.sentence_vectors import vectors_of
from rag.retrieval.short_answer import asks_for_something
from rag.retrieval.structure import Section
from rag.retrieval.weights import WEIGHTS, RankingWeights
from rag.text.analyzer import is_stop, stem, terms, words
from rag.text.sentences import leads
from rag.text.word_translation import translations
from rag.types import Chunk, Passage

MAX_BLOCKS_READ = 10  # blocks whose sentences are ranked, best first
_SENTENCES_PER_BLOCK = 12  # most sentences ranked of a block, best first by what their words say
_MAX_PUNCTUATION_SHARE = 0.4  # punctuation and symbols per letter or digit: a line with more is no sentence


def rank_sentences(
    query: Query,
    found: Sequence[RankedChunk],
    passages: Sequence[Passage],
    library: LibraryReader,
    embedder: Embedder,
    weights: RankingWeights = WEIGHTS,
) -> list[CoveredSentence]:
    """Return the sentences of the best blocks, best first.

    ``passages`` are those shown: a sentence belongs to the one that holds it, or else to its block alone.
    """
    rows: list[tuple[RankedChunk, Passage, _Worded]] = []
    read_blocks = 0
    query = _with_translations(query, [each.chunk for each in found[:MAX_BLOCKS_READ]], embedder)
    for each in found:
        passage = _passage_around(each.chunk, passages, library)
        worded = _worded(query, each.chunk, library, weights) if passage is not None else []
        if passage is not None and worded:
            rows += [(each, passage, sentence) for sentence in worded]
            read_blocks += 1
            if read_blocks == MAX_BLOCKS_READ:
                break
    if not rows:
        return []
    read = [replace(each.chunk, text=said.text).embedding_text for each, _, said in rows]  # under path and headings
    near = vectors_of(read, embedder) @ query.vector
    ranked = []
    for (each, passage, said), similarity in zip(rows, near, strict=True):
        trust = language_trust(query, each.chunk, embedder)
        own = query.background(each.chunk.language, embedder.card).standard(float(similarity))
        points = each.score + trust * weights.sentence * own + said.points
        around = float(each.vector @ query.vector if each.vector is not None else similarity)
        ranked.append(
            CoveredSentence(
                passage,
                said.start,
                said.end,
                said.text,
                points,
                said.coverage,
                said.answer_type_match,
                said.event_match,
                similarity=float(similarity),
                around=around,
            )
        )
    return sorted(ranked, key=lambda sentence: (-sentence.score, sentence.passage.document_id, sentence.start))


def _with_translations(query: Query, chunks: Sequence[Chunk], embedder: Embedder) -> Query:
    """Return the query with its words' translations among the words of chunks in other languages."""
    plain = [term for term in query.terms if term.cross_language_weight is None and not term.code]
    foreign = {chunk.language for chunk in chunks if chunk.language != query.language}
    met: dict[str, frozenset[str]] = {}
    for language in sorted(foreign):
        if min(map(embedder.card.language_trust, (query.language, language))) < MIN_TRUST_FOR_MEANING:
            continue
        texts = (" ".join((*chunk.section, chunk.text)) for chunk in chunks if chunk.language == language)
        spoken = dict.fromkeys(word for text in texts for word in words(text, language))
        held = [word for word in spoken if word.isalpha() and not is_stop(word, language)]
        if not plain or not held:
            continue
        asked = np.stack([embedder.embed_query(term.word) for term in plain])
        for term, found in zip(plain, translations(asked, held, vectors_of(held, embedder)), strict=True):
            met[term.word] = met.get(term.word, frozenset()) | {stem(word, language) for word in found}
    return replace(
        query, terms=tuple(replace(term, translations=met.get(term.word, frozenset())) for term in query.terms)
    )


@dataclass(frozen=True, slots=True)
class _Worded:
    """A sentence of a block, and what its words say of the question."""

    start: int
    end: int
    text: str
    coverage: float
    answer_type_match: float
    event_match: float
    points: float


def _worded(query: Query, chunk: Chunk, library: LibraryReader, weights: RankingWeights) -> list[_Worded]:
    """Return the sentences of a block in order; of many, those whose words say most of the question."""
    sentences = []
    for start, end, text in _spans(chunk, library):
        event = event_match(query.event, text, " ".join((chunk.context, *chunk.section)), chunk.text)
        coverage = question_coverage(query, chunk, text, event)
        offer = answer_type_match(query.answer_type, text, query.words, chunk.language)
        points = weights.coverage * coverage + weights.answer_type * offer + weights.event * event
        points += weights.sentence_exact_match * exact_match(query, text)
        points += weights.says_nothing * _only_repeats(query, text, chunk.language)
        sentences.append(_Worded(start, end, text, coverage, offer, event, points))
    best = sorted(sentences, key=lambda sentence: -sentence.points)[:_SENTENCES_PER_BLOCK]
    return sorted(best, key=lambda sentence: sentence.start)


def _only_repeats(query: Query, text: str, language: str) -> bool:
    """Tell whether a text has no content word that is not the question's: a signature, a heading.

    It may be what is looked for where nothing is asked for (an error message, yes or no), and a lead-in answers by what
    follows it.
    """
    if leads(text) or not asks_for_something(query.text, query.language):
        return False
    stems = {form for term in query.terms for form in term.stems}
    return stems.issuperset(terms(text, language))


def _spans(chunk: Chunk, library: LibraryReader) -> list[tuple[int, int, str]]:
    """Return the sentences, rows and listings of a chunk: their start and end in its document, and their text."""
    section = Section.around(library, chunk.document_id, chunk.start, chunk.language)
    if section is None:
        return []
    spans = []
    for at, element in enumerate(section.elements):
        if element.start < chunk.end and element.end > chunk.start and not _is_never_quoted(section, at):
            for start, end in section.sentences(at):
                text = section.text_between(start, end)
                if start < chunk.end and end > chunk.start and (element.kind == "code" or _is_prose(text)):
                    spans.append((start, end, text))
    return spans


def _is_never_quoted(section: Section, at: int) -> bool:
    """Tell whether an element is never quoted: a table's header, a table of contents, a running head."""
    return section.elements[at].kind == "furniture" or section.is_header(at)


def _is_prose(text: str) -> bool:
    """Tell whether a line reads as a sentence: not a rule of dashes, nor a template's include line."""
    kinds = Counter(unicodedata.category(letter)[0] for letter in text)
    letters = kinds["L"] + kinds["M"] + kinds["N"]  # a vowel of Hindi is a mark
    return letters > 1 and kinds["P"] + kinds["S"] <= _MAX_PUNCTUATION_SHARE * letters


def _passage_around(chunk: Chunk, passages: Sequence[Passage], library: LibraryReader) -> Passage | None:
    for passage in passages:
        if chunk.id in passage.chunk_ids:
            return passage
    record = library.record(chunk.document_id)
    if record is None:
        return None
    place = (chunk.start, chunk.end, chunk.page, chunk.section, chunk.language)
    return Passage(chunk.document_id, record.source, chunk.text, *place, 0.0, (chunk.id,))
