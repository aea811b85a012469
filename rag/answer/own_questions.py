"""Questions from a person's own documents: a sentence is taken out of a passage, and asks for it.

The library that is asked is a copy in which the sentences are missing; so nothing can be found by the sentence itself.
Some documents are left out of the copy as a whole: no passage answers what their sentences ask.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from rag.answer.evaluate import Question
from rag.errors import UsageError
from rag.interfaces import Embedder
from rag.library.library import Library
from rag.sentences import sentences
from rag.text.scripts import word_count
from rag.types import Chunk, Document, Element, Record, chunk_id

_LEAST, _MOST = 8, 40  # words of a sentence that is taken out
_LEFT = 1  # sentences that its passage must keep at least
_ABSENT = 0.25  # share of the documents that are left out of the copy


def without_answers(
    library: Library, embedder: Embedder, folder: Path, n: int, *, seed: int = 0
) -> tuple[Library, list[Question]]:
    """A copy of the library in ``folder``, and up to n questions to it. Raises UsageError where the library has no
    passage of two sentences."""
    draw = random.Random(seed)
    records = [record for record in library.records() if record.chunks]
    absent = set(draw.sample([r.id for r in records], int(_ABSENT * len(records)))) if len(records) > 3 else set()
    every = [chunk for record in records for chunk in library.ledger.chunks_of(record.id)]
    asked = _chosen([chunk for chunk in every if chunk.document_id not in absent], n - n // 4 if absent else n, draw)
    unasked = _chosen([chunk for chunk in every if chunk.document_id in absent], n // 4, draw)
    if not asked:
        raise UsageError(
            "No passage of the library has two sentences, one of which could ask for it.",
            "Ingest longer documents, or write questions: oaken eval QUESTIONS",
        )
    copy = Library.open(folder, embedder.card)
    questions = []
    by_document: dict[str, list[Chunk]] = {}
    for chunk in every:
        by_document.setdefault(chunk.document_id, []).append(chunk)
    for record in records:
        if record.id not in absent:
            spans = _file(copy, record, by_document[record.id], asked, library, embedder)
            questions += [
                _question(asked[old], language=record.language, source=record.source, span=span)
                for old, span in spans.items()
            ]
    copy.follow()
    by_id = {chunk.id: chunk for chunk in every}
    questions += [_question(text, language=by_id[old].language, source=None) for old, text in unasked.items()]
    return copy, [replace(question, id=str(i)) for i, question in enumerate(questions, 1)]


def _chosen(chunks: Sequence[Chunk], n: int, draw: random.Random) -> dict[str, str]:
    """Up to n chunks (by id), each with the sentence that is taken out."""
    chosen: dict[str, str] = {}
    for chunk in draw.sample(chunks, len(chunks)):
        if len(chosen) == n:
            break
        spans = sentences(chunk.text, chunk.language)
        fit = [
            (a, b) for a, b in spans if _LEAST <= word_count(chunk.text[a:b]) <= _MOST and "|" not in chunk.text[a:b]
        ]
        if fit and len(spans) > _LEFT:
            a, b = draw.choice(fit)
            chosen[chunk.id] = chunk.text[a:b]
    return chosen


def _file(
    copy: Library, record: Record, chunks: Sequence[Chunk], asked: dict[str, str], library: Library, embedder: Embedder
) -> dict[str, tuple[int, int]]:
    """File the document without the sentences asked; where the passages that lost one stand in it."""
    spans: dict[str, tuple[int, int]] = {}
    pieces, text = [], ""
    for chunk in chunks:
        kept = chunk.text
        if chunk.id in asked:
            at = kept.index(asked[chunk.id])
            kept = f"{kept[:at].rstrip()} {kept[at + len(asked[chunk.id]) :].lstrip()}".strip()
        text += "\n\n" if text else ""
        start = len(text)
        text += kept
        if chunk.id in asked:
            spans[chunk.id] = (start, len(text))
        identity = chunk_id(record.id, start, kept)
        pieces.append(replace(chunk, id=identity, text=kept, start=start, end=len(text)))
    known = library.known_vectors([piece.embedding_text for piece in pieces])
    missing = [piece.embedding_text for piece in pieces if piece.embedding_text not in known]
    known |= dict(zip(missing, embedder.embed_documents(missing), strict=True))
    elements = tuple(Element("text", piece.start, piece.end, piece.page, piece.section) for piece in pieces)
    document = Document(text, elements, record.media_type, record.language, record.pages)
    copy.replace(record, document, pieces, np.stack([known[piece.embedding_text] for piece in pieces]))
    return spans


def _question(text: str, *, language: str, source: str | None, span: tuple[int, int] | None = None) -> Question:
    kind = "answerable" if source else "unanswerable"
    return Question("", language, " ".join(text.split()), (), source, kind, None, span)
