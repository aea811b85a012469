"""Words that change what a statement claims: negators, hedges, conditions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GroundingWords:
    """Words that change what a statement claims: negators, hedges, conditions."""
