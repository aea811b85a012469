"""Tell spaces between words from those that pdfium puts between letters set apart: ``C O N T E N T S``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median
from typing import Any

import pypdfium2.raw as raw

LEAST_SPACING = 0.19  # times the letter size: letters of usual text stand nearer (Helvetica: 0.12, figures 0.16)
WORD_GAP = 0.15  # times the letter size: how much wider than between letters a gap between words is at least
LEAST_SPACED_LETTERS = 6
MIN_EVEN_SHARE = 0.7  # least share of gaps as wide as the usual one
_SAMPLED = 5  # gaps looked at in a line that may be spaced

Edges = Callable[[int], tuple[float, float]]


def word_gap(
    handle: Any, codes: Sequence[int], seen: Sequence[int], spaces: Sequence[int], size: float, edges: Edges
) -> tuple[float, bool]:
    """Return how wide a gap between words is at least in a line set apart, in points; 0 in any other line.

    The second value tells whether typed spaces, too, stand between letters. ``seen`` are the places of the line's
    characters without spaces, ``spaces`` the places in it before which one lies; ``edges`` returns a character's left
    and right.
    """
    if len(seen) < LEAST_SPACED_LETTERS or not any(two - one == 1 for one, two in pairwise((0, *spaces, len(seen)))):
        return 0.0, False
    near = [pair for pair in pairwise(seen) if pair[1] - pair[0] == 1]
    sampled = near[:: max(1, len(near) // _SAMPLED)]
    if len(sampled) >= _SAMPLED and median(_gaps(sampled, edges)) <= LEAST_SPACING * size:
        return 0.0, False
    pairs = list(pairwise(seen))
    if not _may_be_spaced(codes, pairs):
        return 0.0, False
    typed = _single(pairs)
    letters = [pair for pair in pairs if all(chr(max(0, codes[at])).isalpha() for at in pair)]
    within = [pair for pair in letters if typed or not is_typed(handle, *pair)]
    if len(within) < LEAST_SPACED_LETTERS - 1:
        return 0.0, False
    gaps = _gaps(within, edges)
    usual = median(gaps)
    even = sum(abs(gap - usual) <= WORD_GAP * size for gap in gaps)
    if usual <= LEAST_SPACING * size or even < MIN_EVEN_SHARE * len(gaps):
        return 0.0, False
    return usual + WORD_GAP * size, typed


def is_typed(handle: Any, before: int, at: int) -> bool:
    """Tell whether a space between two characters is in the file, and not put there by pdfium."""
    return any(not raw.FPDFText_IsGenerated(handle, between) for between in range(before + 1, at))


def _gaps(pairs: Sequence[tuple[int, int]], edges: Edges) -> list[float]:
    return [edges(after)[0] - edges(before)[1] for before, after in pairs]


def _single(pairs: Sequence[tuple[int, int]]) -> bool:
    """Tell whether nearly all characters stand alone."""
    return sum(after - before > 1 for before, after in pairs) > 0.8 * len(pairs)


def _may_be_spaced(codes: Sequence[int], pairs: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a letter of a line stands alone, which is mostly letters, and not the alphabet."""
    if len(pairs) < LEAST_SPACED_LETTERS - 1:
        return False
    apart = [after - before > 1 for before, after in pairs]
    if not any(one and two for one, two in pairwise((True, *apart, True))):
        return False
    letters = [chr(codes[at]) for at in (pairs[0][0], *(after for _, after in pairs)) if codes[at] > 0]
    alphabet = [letter for letter in letters if letter.isalpha()]
    ascending = all(one < two for one, two in pairwise(alphabet))
    return 2 * len(alphabet) > len(letters) and not ascending
