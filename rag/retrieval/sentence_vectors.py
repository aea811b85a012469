"""Cache the embeddings of sentences: questions return to the same passages.

Embedding their sentences is two thirds of the time of a search.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np

from rag.interfaces import Embedder, Vector, Vectors
from rag.priority import take_priority

_CACHED_SENTENCES = 16_384  # sentences kept for an embedder: 25 MB of 384 dimensions


class _Kept:
    """The vectors an embedder made last, by text. Safe across threads."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._lock = threading.Lock()
        self._held: OrderedDict[str, Vector] = OrderedDict()

    def of(self, texts: Sequence[str], embedder: Embedder) -> dict[str, Vector]:
        found: dict[str, Vector] = {}
        with self._lock:
            for text in texts:
                if text in self._held:
                    self._held.move_to_end(text)
                    found[text] = self._held[text]
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        if missing:
            with take_priority():
                made = embedder.embed_documents(missing)
            found |= {text: vector.copy() for text, vector in zip(missing, made, strict=True)}
            with self._lock:
                self._held |= {text: found[text] for text in missing}
                while len(self._held) > self._capacity:
                    self._held.popitem(last=False)
        return found


_by_embedder: WeakKeyDictionary[Embedder, _Kept] = WeakKeyDictionary()
_lock = threading.Lock()


def vectors_of(texts: Sequence[str], embedder: Embedder) -> Vectors:
    """Return unit vectors of sentences as documents, shape (len(texts), dimension), in the order given.

    A person waits for them, so this embedding does not yield to an answer being generated.
    """
    if not texts:
        return np.empty((0, embedder.card.dimension), dtype=np.float32)
    with _lock:
        kept = _by_embedder.setdefault(embedder, _Kept(_CACHED_SENTENCES))
    found = kept.of(texts, embedder)
    return np.stack([found[text] for text in texts])
