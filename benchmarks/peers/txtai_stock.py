"""txtai as its introduction has it: paragraphs in an embeddings database with content; no model writes."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.peers.protocol import Stages, cut_share, serve

_BLANK = re.compile(r"\n\s*\n")


def ingest(folder: Path, store: Path, embedder: str) -> dict[str, Any]:
    """Index the paragraphs of every Markdown and text file of a folder."""
    from txtai import Embeddings

    stages = Stages()
    with stages.stage("start"):
        embeddings = Embeddings(path=embedder, content=True)
    with stages.stage("parse"):
        files = [path for path in sorted(folder.rglob("*")) if path.suffix in (".md", ".txt")]
        read = [path.read_text(encoding="utf-8") for path in files]
    with stages.stage("chunk"):
        texts = [part.strip() for text in read for part in _BLANK.split(text) if part.strip()]
    with stages.stage("embed"):  # and index: it has one call for both
        embeddings.index(texts)
        embeddings.save(str(store))
    pooling = embeddings.model.model
    cut = cut_share(pooling.tokenizer, texts, pooling.maxlength)
    return stages.report(files=len(files), chunks=len(texts), cut=cut)


def ask(store: Path, embedder: str, model: str, questions: list[str]) -> Iterator[dict[str, Any]]:
    """Return the first three paragraphs of each question."""
    from txtai import Embeddings

    embeddings = Embeddings()
    embeddings.load(str(store))
    for question in questions:
        asked = time.time()
        found = [row["text"] for row in embeddings.search(question, 3)]
        yield {
            "asked": asked,
            "sources": time.time(),
            "token": None,
            "done": time.time(),
            "prompt_tokens": None,
            "answer": "",
            "found": found,
        }


if __name__ == "__main__":
    serve(ingest, ask)
