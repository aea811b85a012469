"""Constrained decoding: an answer may only consist of clauses of the given texts, verbatim.

Runs in the worker. At each step only tokens that continue one of the texts are allowed; the likeliest is drawn. So the
output is whole clauses of one of the texts, in their order.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

_MAX_TOKEN_BYTES = 32  # bytes of a token that is looked for
_CLAUSE_BREAK = re.compile(  # a run of signs or spaces is read from its beginning only
    r"(?<![,;:])[,;:]++[\"»”')\]]*+\s+|(?<!\s)\s++[(«“—–-]+\s*|(?<!\s)\s*—\s*|—\s*|(?<![)»”])[)»”]++\s+"
)


class VerbatimConstraint:
    """The state of one constrained answer: where it may be in each text."""

    def __init__(
        self, texts: Sequence[str], tokens: Mapping[bytes, int], ends: Collection[int], *, to_end: bool = False
    ) -> None:
        """Prepare the texts; ``tokens`` maps bytes to token id, ``ends`` are the ids that end an answer.

        With ``to_end`` an answer ends only where a text does.
        """
        self._texts = [f" {text.strip()}".encode() for text in texts]
        self._tokens = tokens
        self._ends = sorted(ends)
        self._begun = False
        edges = [_edges(text.strip(), 1) for text in texts]
        self._stops = [{max(ends)} if to_end else ends for _, ends in edges]
        # A first token may include the space before it: so there is one before the text, too.
        self._positions = {
            (which, at - space)
            for which, (starts, _) in enumerate(edges)
            for at in starts
            for space in (0, 1)
            if at < len(self._texts[which]) and (not space or self._texts[which][at - 1 : at] == b" ")
        }

    def draw(self, logits: NDArray[np.float32]) -> int:
        """Return the likeliest token that continues one of the texts, or an end token where a clause ends."""
        on: dict[int, set[tuple[int, int]]] = {}
        for which, at in self._positions:
            text = self._texts[which]
            for end in range(at + 1, min(at + _MAX_TOKEN_BYTES, len(text)) + 1):
                if (token := self._tokens.get(text[at:end])) is not None:
                    on.setdefault(token, set()).add((which, end))
        may_end = self._begun and any(at in self._stops[which] for which, at in self._positions)
        allowed = [*on, *(self._ends if may_end or not on else ())]
        drawn: int = max(allowed, key=lambda each: float(logits[each]))
        self._begun, self._positions = True, on.get(drawn, set())
        return drawn


def _edges(text: str, shift: int) -> tuple[set[int], set[int]]:
    """Return where clauses begin and where they end, in bytes plus ``shift``.

    Those are the ends of the text, and punctuation. In "1,000" and "e.g." there is no end.
    """
    starts, ends = {shift}, {len(text.encode()) + shift}
    at, size = 0, shift
    for match in _CLAUSE_BREAK.finditer(text):
        size += len(text[at : match.start()].encode())
        ends.add(size)
        size += len(match[0].encode())
        starts.add(size)
        at = match.end()
    return starts, ends
