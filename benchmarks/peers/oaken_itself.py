"""Oaken by the same protocol, so that all are measured alike; STORE is its home, and its own choice of model writes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.peers.protocol import MAX_TOKENS, Stages, serve


def _settings(store: Path, embedder: str) -> Any:
    from dataclasses import replace

    from rag.settings import load

    settings = load()
    prepared, own = settings.home / "models", store / "models"
    store.mkdir(parents=True, exist_ok=True)
    if prepared.exists() and not own.exists():
        own.symlink_to(prepared)
    return replace(settings, home=store, embedder=Path(embedder).name, max_tokens=MAX_TOKENS)


def ingest(folder: Path, store: Path, embedder: str) -> dict[str, Any]:
    """Index a folder; the words of all chunks reach their vectors."""
    from ingest.pipeline import ingest as run
    from rag import factory

    settings, stages = _settings(store, embedder), Stages()
    with stages.stage("start"):
        model = factory.open_embedder(settings)
    with factory.open_library(settings, "peers", create=True) as library:
        with stages.stage("whole"):
            report = run([folder], library, model)
        chunks = [chunk for record in library.records() for chunk in library.ledger.chunks_of(record.id)]
    texts = list(dict.fromkeys(chunk.embedding_text for chunk in chunks))
    lengths, limit = [model.count(text) for text in texts], model.card.max_tokens
    cut = sum(max(0, length - limit) for length in lengths) / max(1, sum(lengths))
    return stages.report(files=report.totals["files"], chunks=len(chunks), cut=cut, texts=texts)


def ask(store: Path, embedder: str, model: str, questions: list[str]) -> Iterator[dict[str, Any]]:
    """Answer each question, quotes first."""
    from rag import Assistant
    from rag.types import Finished, QuotesReady, TextDelta

    with Assistant.open("peers", _settings(store, embedder)) as assistant:
        for question in questions:
            asked, sources, token = time.time(), 0.0, 0.0
            for event in assistant.stream(question):
                if isinstance(event, QuotesReady):
                    sources = time.time()
                elif isinstance(event, TextDelta):
                    token = token or time.time()
                elif isinstance(event, Finished):
                    answer = event.answer
            shown = [*(quote.quote for quote in answer.quotes), *(claim.text for claim in answer.claims)]
            found = [passage.text for passage in answer.passages]
            yield {
                "asked": asked,
                "sources": sources or time.time(),
                "token": token or None,
                "done": time.time(),
                "prompt_tokens": answer.prompt_tokens or None,
                "answer": "\n".join(shown),
                "found": found,
            }


if __name__ == "__main__":
    serve(ingest, ask)
