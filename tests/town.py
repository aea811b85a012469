"""A small library in three languages, on the bag-of-words double, filed through the real ledger and word index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from ingest.chunk import chunk
from rag.library.library import Library
from rag.types import Document, Element, FileRecord, FileStamp, Outcome, document_id
from tests.copies import copied
from tests.doubles import BagEmbedder

TEXTS = {
    "tram.md": (
        "en",
        "The tram line opened in 1911. It has fourteen stops between the Quay and the Observatory. "
        "A single ticket costs 2 crowns.\n\nThe tram does not run on New Year's Day. Its director is Dr. Ada Lamb.",
    ),
    "memories.txt": ("en", "My grandfather said that the tram line opened in 1913, on a wet Sunday."),
    "mercado.md": (
        "es",
        "El mercado de los jueves tiene sesenta y cuatro puestos. La multa por pesar de menos es de 25 coronas. "
        "La fiel del mercado es Remedios Carrasco.",
    ),
    "parom.txt": (
        "ru",
        "Паром «Чайка» ходит с 1974 года. На борт берут не более 38 пассажиров. Капитан парома — Лука Вершинин.",
    ),
}


def file_away(library: Library, name: str, text: str, language: str, embedder: BagEmbedder) -> str:
    """File a text as one document whose paragraphs are its elements; its id."""
    elements, start = [], 0
    for page, paragraph in enumerate(text.split("\n\n"), 1):
        elements.append(Element("text", start, start + len(paragraph), page, ("The town",)))
        start += len(paragraph) + 2
    return file_document(library, "/town", name, Document(text, tuple(elements), "text/plain", language), embedder).id


def file_document(library: Library, root: str, name: str, document: Document, embedder: BagEmbedder) -> FileRecord:
    """File a document as if it had been read from ``root``; its record."""
    identity = document_id(root, name)
    chunks = chunk(document, identity, embedder.count, embedder.card.max_tokens)
    vectors = embedder.embed_documents([piece.embedding_text for piece in chunks])
    stamp = FileStamp(len(document.text), 1, name)
    language = document.language
    record = FileRecord(identity, name, root, name, stamp, Outcome.INDEXED, language=language, chunks=len(chunks))
    library.replace(record, document, chunks, vectors)
    return record


@contextmanager
def filed(folder: Path, embedder: BagEmbedder, texts: Mapping[str, tuple[str, str]]) -> Iterator[Library]:
    """A library of texts: name -> language and text."""
    with Library.open(filed_folder(folder / "library", embedder, texts), embedder.card) as library:
        yield library


def filed_folder(folder: Path, embedder: BagEmbedder, texts: Mapping[str, tuple[str, str]]) -> Path:
    """``folder``, in which a library of these texts lies."""

    def fill(made: Path) -> None:
        with Library.open(made, embedder.card) as library:
            for name, (language, text) in texts.items():
                file_away(library, name, text, language, embedder)
            library.follow()

    return copied(folder, (type(embedder), repr(embedder.card), *texts.items()), fill)


@pytest.fixture
def embedder() -> BagEmbedder:
    return BagEmbedder()


@pytest.fixture
def library(tmp_path: Path, embedder: BagEmbedder) -> Iterator[Library]:
    with filed(tmp_path, embedder, TEXTS) as held:
        yield held
