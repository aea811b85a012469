"""Two embedders under the cards of real ones, and a library that the older one made."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rag.embedding.registry import DEFAULT_EMBEDDER, MINILM
from rag.interfaces import EmbedderCard, Vectors
from rag.library.library import Library
from tests.doubles import BagEmbedder, paper, papers_folder


class Named(BagEmbedder):
    """A bag of words under the card of a real embedder, which a test may hold up."""

    def __init__(self, card: EmbedderCard) -> None:
        super().__init__()
        self.card = replace(card, dimension=self.card.dimension)
        self.gate = threading.Event()
        self.gate.set()

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        assert self.gate.wait(30)
        return super().embed_documents(texts)


OLD, NEW = Named(MINILM), Named(DEFAULT_EMBEDDER)
BOTH = {each.card.name: each for each in (OLD, NEW)}


def made(folder: Path, embedder: BagEmbedder, papers: int = 3) -> Library:
    filed = [paper(f"{n}.txt", f"Sundial n{n} tells time.") for n in range(papers)]
    return Library.open(papers_folder(folder, embedder, *filed), embedder.card)
