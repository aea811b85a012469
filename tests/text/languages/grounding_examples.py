"""What ``grounding.py`` in each folder beside this file holds: what that language says, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GroundingExamples:
    """Sentences of one language: claims with their source, or a sentence alone."""

    hedged: tuple[tuple[str, str], ...]  # the claim leaves out what limits the source
    thought: tuple[str, str]  # … who only thinks so
    conditional: tuple[str, str]  # … the condition
    not_hedged: tuple[tuple[str, str], ...]
    denied: tuple[tuple[str, str], ...]  # the source denies the claim
    affirmed: str  # denies nothing though a negator stands in it
    clause: str  # its negation ends before the last word
    points_back: str
    named: tuple[str, str]  # a sentence and the name of several words in it
    names: tuple[str, str]  # a sentence and all words in it that are names
    reworded: tuple[str, str]  # a claim with an ordinary noun that its source has in other words
    days: tuple[tuple[str, int], ...]
