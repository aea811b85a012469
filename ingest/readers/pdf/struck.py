"""Leave out words with a line drawn through them, which say what no longer holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ingest.readers.pages.ruled_grid import Rule
from ingest.readers.pdf.rules import STRUCK_FROM, STRUCK_TO
from ingest.readers.shared.left_out import STRUCK, leave_out

LEAST_STRUCK_LETTERS = 2  # a line through one may be a part of it, as in the sign for h-bar
BEYOND_WORDS = 0.7  # times the letter size: a line that reaches further is no part of these words, as in a chart


def without_struck(
    seen: Sequence[int],
    rules: Sequence[Rule],
    size: float,
    edges: Callable[[int], tuple[float, float]],
    base: Callable[[int], float],
) -> list[int]:
    """Return the places of a line's characters without those that are struck out; runs of these are counted.

    ``rules`` are the lines through the middle of its letters; ``edges`` returns a character's left and right, ``base``
    how high it stands: what is above and below the bar of a fraction is one line to pdfium.
    """
    spans = {at: edges(at) for at in seen}
    struck: set[int] = set()
    for rule in rules:
        over = [at for at in seen if rule.start <= sum(spans[at]) / 2 <= rule.end]
        covered = [at for at in over if STRUCK_FROM * size <= rule.at - base(at) <= STRUCK_TO * size]
        if len(covered) < max(LEAST_STRUCK_LETTERS, len(over)):
            continue
        left, right = spans[covered[0]][0], spans[covered[-1]][1]
        if rule.start >= left - BEYOND_WORDS * size and rule.end <= right + BEYOND_WORDS * size:
            struck.update(covered)
    runs = sum(at in struck and (not place or seen[place - 1] not in struck) for place, at in enumerate(seen))
    leave_out(STRUCK, runs)
    return [at for at in seen if at not in struck]
