"""A folder of made-up papers, asked with the embedder and the reader that come with Oaken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ingest.pipeline import ingest
from rag.answer.assistant import Assistant
from rag.embedding import registry
from rag.embedding.span_reader import OnnxSpanReader
from rag.library.library import Library
from rag.types import Answer


@contextmanager
def papers(folder: Path, models: Path, files: Mapping[str, str]) -> Iterator[Assistant]:
    """An assistant over a library of these files, which lie in a folder of ``folder``; ``models`` has the embedder."""
    (folder / "papers").mkdir()
    for name, text in files.items():
        (folder / "papers" / name).write_text(text, encoding="utf-8")
    embedder = registry.load(models, registry.DEFAULT_EMBEDDER.name)
    with Library.open(folder / "library", embedder.card) as library:
        ingest([folder / "papers"], library, embedder)
        yield Assistant(library, embedder, reader=OnnxSpanReader.open(models))


def shown(answer: Answer) -> str:
    return "\n".join(quote.quote for quote in answer.quotes)
