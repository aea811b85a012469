"""Read evaluation data, and put texts into a library without files."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ingest.chunk import chunk
from rag.interfaces import Embedder
from rag.library.library import Library
from rag.types import Document, Element, FileRecord, FileStamp, Outcome, document_id

Row = dict[str, Any]
ROOT = "/benchmark"  # the folder in which the texts seem to lie


def read_jsonl(path: Path) -> list[Row]:
    """Return the objects of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


@contextmanager
def library_of(texts: Iterable[tuple[str, str, str]], embedder: Embedder) -> Iterator[Library]:
    """Yield a temporary library of texts (name, text, language), one document each."""
    with TemporaryDirectory() as folder, Library.open(Path(folder) / "library", embedder.card) as library:
        add_texts(library, texts, embedder)
        yield library


def add_texts(library: Library, texts: Iterable[tuple[str, str, str]], embedder: Embedder) -> None:
    """Add each (name, text, language) as a document whose paragraphs are its elements; the indexes follow."""
    for name, text, language in texts:
        document = Document(text, tuple(paragraphs(text)), "text/plain", language)
        identity = document_id(ROOT, name)
        chunks = chunk(document, identity, embedder.count, embedder.card.max_tokens)  # the names mean nothing
        stamp = FileStamp(len(text), 1, hashlib.sha256(text.encode()).hexdigest())
        record = FileRecord(
            identity, name, ROOT, name, stamp, Outcome.INDEXED,
            media_type="text/plain", language=language, chunks=len(chunks),
        )  # fmt: skip
        library.replace(record, document, chunks, embedder.embed_documents([each.embedding_text for each in chunks]))
    library.follow()


def paragraphs(text: str) -> Iterator[Element]:
    """Yield the paragraphs of a text, which blank lines part."""
    start = 0
    for paragraph in text.split("\n\n"):
        yield Element("text", start, start + len(paragraph))
        start += len(paragraph) + 2


def article(paragraph: str) -> str:
    """Return the article of a paragraph's id."""
    return paragraph.rsplit("-", 1)[0]


def half_of_articles(paragraphs: Sequence[Row]) -> set[str]:
    """Return half of the articles, the same each time."""
    articles = sorted({article(row["id"]) for row in paragraphs})
    return set(random.Random(1).sample(articles, len(articles) // 2))


def sample_of(questions: Sequence[Row], size: int) -> list[Row]:
    """Return all questions for size 0, else a sample that is the same each time."""
    return random.Random(2).sample(questions, min(size, len(questions))) if size else list(questions)
