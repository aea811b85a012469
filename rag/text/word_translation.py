"""Translate single words by the embedder: the words of a text that stand out in nearness to one of another language.

"untervermieten" is nearest to "subletting" by far; a word that the embedder does not know is near to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.interfaces import Vectors

_MIN_VOCABULARY = 40  # words of a text from which on it can be told which of them stand out
_MIN_STANDARD = 4.0  # standard deviations above the others from which on a word is a translation
_MARGIN = 0.012  # cosine that a further translation may have less than the best


def translations(asked: Vectors, words: Sequence[str], vectors: Vectors) -> list[list[str]]:
    """Return for each word that is asked for its translations among ``words``, best first; [] for most.

    Rows of ``asked`` are vectors of words in another language, rows of ``vectors`` those of ``words``.
    """
    if len(words) < _MIN_VOCABULARY:
        return [[] for _ in asked]
    found = []
    for near in asked @ vectors.T:
        best = float(near.max())
        least = max(best - _MARGIN, float(near.mean() + _MIN_STANDARD * near.std()))
        order = np.argsort(-near, kind="stable")
        found.append([words[at] for at in order if near[at] >= least])
    return found
