"""Measure a question over many chunks: ``python -m benchmarks.speed.scale [CHUNKS] [--keep FOLDER]``; default 100,000.

Texts of 90 words drawn from 20,000 by Zipf's law, vectors of 384 around 200 centres; questions are six words of a
chunk. Milliseconds, median and 95th percentile of 100 questions: each retriever, the candidates of all with their
chunks, and the whole with sentences scored. Without an embedding model: what it takes for a question and for up to 36
sentences comes on top and does not depend on the size.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from benchmarks.speed.vector_index import DIMENSION, PER_DOCUMENT, unit
from rag.interfaces import EmbedderCard, Vector, Vectors
from rag.library.library import Library
from rag.retrieval import retrieve
from rag.retrieval.query import parse_query
from rag.types import Chunk, Document, Element, FileRecord, FileStamp, Outcome, chunk_id, document_id

CARD = EmbedderCard("synthetic", DIMENSION, 256, trust_by_language={"": 1.0, "en": 1.0})
WORDS, VOCABULARY, QUESTIONS = 90, 20_000, 100
COLUMNS = {"stage": "", "p50, ms": ".1f", "p95, ms": ".1f"}


class Synthetic:
    """Vectors from a text's own hash: no model is measured here."""

    card = CARD
    tokenizer = Path()  # no document is split here

    def count(self, text: str) -> int:
        """Return how many words the text has."""
        return len(text.split())

    def embed_query(self, text: str) -> Vector:
        """Return a vector that depends on the text's length."""
        return unit(np.random.default_rng(len(text)).normal(size=(1, DIMENSION)))[0]

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Return one such vector for each text."""
        return np.stack([self.embed_query(text) for text in texts])


def main(arguments: Sequence[str] | None = None) -> None:
    """Build, ask, print a table."""
    parser = benchmark_parser("benchmarks.speed.scale", __doc__)
    parser.add_argument("chunks", type=int, nargs="?", default=100_000)
    parser.add_argument("--keep", type=Path, help="build the library there, or use the one that is there")
    options = parse_options(parser, arguments)
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch) / "library"
        fresh = not folder.exists()
        with Library.open(folder, CARD) as library:
            if fresh:
                build(library, options.chunks)
            rows = timed(stages(library, QUESTIONS))
            size = len(library.ledger.chunk_ids())
    title = f"A question over {size:,} chunks: milliseconds"
    publish(options, f"scale_{size}", title, COLUMNS, rows)


def build(library: Library, size: int) -> None:
    """Build a library of that many chunks in documents of 50."""
    random = np.random.default_rng(0)
    names = vocabulary(random)
    weights = 1 / np.arange(1, VOCABULARY + 1)
    weights /= weights.sum()
    centres = random.normal(size=(200, DIMENSION))
    for number in range(size // PER_DOCUMENT):
        name = f"{number}.txt"
        identity = document_id("/scale", name)
        drawn = random.choice(VOCABULARY, size=(PER_DOCUMENT, WORDS), p=weights)
        texts = [passage([names[i] for i in row]) for row in drawn]
        text = "\n\n".join(texts)
        chunks, start = [], 0
        for i, each in enumerate(texts):
            end = start + len(each)
            chunks.append(Chunk(chunk_id(identity, start, each), identity, i, each, start, end, None, (str(i),), "en"))
            start = end + 2
        elements = tuple(Element("text", chunk.start, chunk.end) for chunk in chunks)
        stamp = FileStamp(1, 1)
        record = FileRecord(identity, name, "/scale", name, stamp, Outcome.INDEXED, language="en", chunks=len(chunks))
        around = centres[random.integers(0, 200, PER_DOCUMENT)]
        vectors = unit(around + 0.7 * random.normal(size=around.shape))
        library.replace(record, Document(text, elements, "text/plain", "en"), chunks, vectors)
    library.follow(wait=600.0)


def vocabulary(random: np.random.Generator) -> list[str]:
    """Return words of two to four syllables."""
    syllables = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
    return ["".join(random.choice(syllables, size=random.integers(2, 5))) for _ in range(VOCABULARY)]


def passage(words: list[str]) -> str:
    """Return sentences of fifteen words."""
    return " ".join(" ".join(words[i : i + 15]).capitalize() + "." for i in range(0, len(words), 15))


def stages(library: Library, number: int) -> list[tuple[str, Callable[[int], object]]]:
    """Return each stage by name, to be called with the number of a question; all stages have the same questions."""
    embedder = Synthetic()
    ids = sorted(library.ledger.chunk_ids())
    chosen = library.chunks(ids[:: max(1, len(ids) // number)][:number])
    questions = [
        " ".join(sorted(set(chunk.text.lower().replace(".", "").split()))[5:65:10]) for chunk in chosen.values()
    ]
    vectors = [embedder.embed_query(question) for question in questions]
    queries = [parse_query(question, library, embedder) for question in questions]
    terms = [{form: 1.0 for term in query.terms for form in term.stems} for query in queries]
    grams = [dict.fromkeys(query.grams, 1.0) for query in queries]
    depth = 60
    return [
        ("vectors, exact scan", lambda i: library.exact.search(vectors[i], depth)),
        ("vectors, Chroma", lambda i: library.chroma.search(vectors[i], depth)),
        ("BM25", lambda i: library.search_words(terms[i], depth)),
        ("character n-grams", lambda i: library.search_words({}, depth, grams=grams[i])),
        ("question read", lambda i: parse_query(questions[i], library, embedder)),
        ("all retrievers, fused", lambda i: retrieve._candidates(queries[i], library, embedder)),
        ("whole, sentences scored", lambda i: retrieve.retrieve(queries[i], library, embedder, 6)),
    ]


def timed(stages: Sequence[tuple[str, Callable[[int], object]]]) -> list[dict[str, Cell]]:
    """Return a row for each stage, timed over all questions after one that does not count."""
    rows: list[dict[str, Cell]] = []
    for name, stage in stages:
        stage(0)
        times = []
        for i in range(QUESTIONS):
            started = time.perf_counter()
            stage(i)
            times.append(1000 * (time.perf_counter() - started))
        cells = (name, statistics.median(times), statistics.quantiles(times, n=20)[-1])
        rows.append(dict(zip(COLUMNS, cells, strict=True)))
    return rows


if __name__ == "__main__":
    main()
