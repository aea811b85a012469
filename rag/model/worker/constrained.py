"""An answer in the words of given texts and no others: at each step only what stands there next may be drawn.

Runs in the worker. What comes out are whole clauses of one of the texts, one after the other as they stand there: the
likeliest ones, token by token.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

_MAX_TOKEN_BYTES = 32  # bytes of a token that is looked for
_CLAUSE_BREAK = re.compile(r"[,;:]+[\"»”')\]]*\s+|\s+[(«“—–-]+\s*|\s*—\s*|[)»”]+\s+")


class VerbatimConstraint:
    """One answer's way through the texts."""

    def __init__(
        self, texts: Sequence[str], tokens: Mapping[bytes, int], ends: Collection[int], *, to_end: bool = False
    ) -> None:
        """``tokens`` are the vocabulary's by their bytes; ``ends`` those that end an answer, which with ``to_end`` it
        does only where a text does."""
        self._texts = [f" {text.strip()}".encode() for text in texts]
        self._tokens = tokens
        self._ends = sorted(ends)
        self._begun = False
        edges = [_edges(text.strip(), 1) for text in texts]
        self._stops = [{max(ends)} if to_end else ends for _, ends in edges]
        # A first token may bring the space before it along: so there is one before the text, too.
        self._places = {
            (which, at - space)
            for which, (starts, _) in enumerate(edges)
            for at in starts
            for space in (0, 1)
            if at < len(self._texts[which]) and (not space or self._texts[which][at - 1 : at] == b" ")
        }

    def draw(self, logits: NDArray[np.float32]) -> int:
        """The likeliest token that goes on in one of the texts, or the end of the answer where a clause ends."""
        on: dict[int, set[tuple[int, int]]] = {}
        for which, at in self._places:
            text = self._texts[which]
            for end in range(at + 1, min(at + _MAX_TOKEN_BYTES, len(text)) + 1):
                if (token := self._tokens.get(text[at:end])) is not None:
                    on.setdefault(token, set()).add((which, end))
        may_end = self._begun and any(at in self._stops[which] for which, at in self._places)
        allowed = [*on, *(self._ends if may_end or not on else ())]
        drawn: int = max(allowed, key=lambda each: float(logits[each]))
        self._begun, self._places = True, on.get(drawn, set())
        return drawn


def _edges(text: str, shift: int) -> tuple[set[int], set[int]]:
    """Where a clause begins and where one ends, in bytes and ``shift`` more: at either end of the text, and beside a
    mark of punctuation. In "1,000" and "e.g." there is no end."""
    starts, ends = {shift}, {len(text.encode()) + shift}
    for match in _CLAUSE_BREAK.finditer(text):
        ends.add(len(text[: match.start()].encode()) + shift)
        starts.add(len(text[: match.end()].encode()) + shift)
    return starts, ends
