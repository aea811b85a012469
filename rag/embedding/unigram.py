"""Splits short texts with a unigram vocabulary (Kudo 2018) that is memory-mapped, not loaded.

SentencePiece takes half a processor second to load 250,000 pieces, which is longer than everything else that a process
does before its first vector. Here a piece is found by a 64-bit hash in a sorted array that is mapped page by page. It
gives the same ids, more slowly: for a question and the sentences beside it, not for an ingest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from rag.embedding.packed_e5 import PackedVocabulary

PIECES_FILE = "pieces.npy"
_UNKNOWN_PENALTY = 10.0  # below the least score, as in SentencePiece
_SPACE = "▁"
_UNCACHED_CHARS = 64  # characters from which on a word is not worth caching
_PIECE_DTYPE = np.dtype([("hash", "<u8"), ("id", "<i4"), ("score", "<f4")])

Found = dict[str, tuple[int, float]]  # a piece -> its id and score


def write_pieces(vocabulary: PackedVocabulary, folder: Path) -> None:
    """Write the pieces that may occur in a text, sorted by hash.

    The first row holds the longest piece in characters, the id of the unknown token and its score.
    """
    control = {vocabulary.bos, vocabulary.eos, vocabulary.pad, vocabulary.unknown, len(vocabulary.pieces) - 1}
    kept = [i for i in range(len(vocabulary.pieces)) if i not in control]
    rows = np.zeros(len(kept) + 1, _PIECE_DTYPE)
    rows["hash"][1:] = [_hash(vocabulary.pieces[i]) for i in kept]
    rows["id"][1:], rows["score"][1:] = kept, vocabulary.scores[kept]
    rows[1:].sort(order="hash")
    longest = max(len(vocabulary.pieces[i].decode()) for i in kept)
    least = float(vocabulary.scores[kept].min())
    rows[0] = (longest, vocabulary.unknown, least - _UNKNOWN_PENALTY)
    np.save(folder / PIECES_FILE, rows)


class UnigramTokenizer:
    """Texts to the ids of their most likely pieces, without special tokens. Thread-safe."""

    def __init__(self, rows: NDArray[Any], normalizer: Any) -> None:
        self._rows = rows[1:]
        self._longest, self._unknown, self._penalty = int(rows["hash"][0]), int(rows["id"][0]), float(rows["score"][0])
        self._normalizer = normalizer
        self._cached_split = lru_cache(maxsize=4096)(self._split)

    @classmethod
    def open(cls, folder: Path, normalizer: Any) -> UnigramTokenizer:
        """Open the pieces; ``normalizer`` has SentencePiece's ``normalize``: spaces become "▁", one before a word."""
        return cls(np.load(folder / PIECES_FILE, mmap_mode="r"), normalizer)

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text. A word is split by itself: no piece spans a space."""
        words = _words(self._normalizer.normalize(text))
        return _joined((self._ids_of(word) for word in words), self._unknown)

    def _ids_of(self, word: str) -> tuple[int, ...]:
        return self._cached_split(word) if len(word) <= _UNCACHED_CHARS else self._split(word)

    def _split(self, word: str) -> tuple[int, ...]:
        """Return the ids on Viterbi's best path, from the best score to each place and the piece that leads there."""
        spans = ((a, b) for a in range(len(word)) for b in range(a + 1, min(a + self._longest, len(word)) + 1))
        found = self._look_up({word[a:b] for a, b in spans})
        best: list[tuple[float, int, int]] = [(0.0, 0, self._unknown)]  # score, where the piece begins, its id
        for end in range(1, len(word) + 1):
            starts = range(max(0, end - self._longest), end)
            leads = ((start, found[word[start:end]]) for start in starts if word[start:end] in found)
            candidates = [(best[start][0] + score, start, number) for start, (number, score) in leads]
            if word[end - 1] not in found:  # a character without a piece
                candidates.append((best[end - 1][0] + self._penalty, end - 1, self._unknown))
            best.append(max(candidates, key=lambda path: (path[0], -path[1])))
        ids: list[int] = []
        at = len(word)
        while at:
            ids.append(best[at][2])
            at = best[at][1]
        return tuple(reversed(ids))

    def _look_up(self, pieces: Iterable[str]) -> Found:
        wanted = list(pieces)
        hashes = np.array([_hash(piece.encode()) for piece in wanted], np.uint64)
        places = np.minimum(np.searchsorted(self._rows["hash"], hashes), len(self._rows) - 1)
        rows = self._rows[places]
        is_known = rows["hash"] == hashes
        return {
            piece: (int(row["id"]), float(row["score"]))
            for piece, row, there in zip(wanted, rows, is_known, strict=True)
            if there
        }


def _words(text: str) -> list[str]:
    """Split "▁two▁words" into "▁two" and "▁words"."""
    return [_SPACE + word for word in text.split(_SPACE)[1:]] if text else []


def _joined(rows: Iterable[Sequence[int]], unknown: int) -> list[int]:
    """Return one row of ids; adjacent unknown characters are one, as in SentencePiece."""
    ids: list[int] = []
    for row in rows:
        for number in row:
            if number != unknown or ids[-1:] != [unknown]:
                ids.append(number)
    return ids


def _hash(piece: bytes) -> int:
    return int.from_bytes(blake2b(piece, digest_size=8).digest(), "little")
