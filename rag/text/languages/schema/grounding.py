"""Words that change what a statement claims: negators, hedges, conditions; and those that show how it is built."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HedgeWords:
    """What limits a statement. Pattern pieces, but for ``no_condition``."""

    hedges: str  # limits the next word: "most of", "rarely", "may"
    conditions: str  # "if"; what it begins holds only then
    no_condition: str  # words after which "if" is "whether", or what follows holds in any case: "to SEE if"
    beliefs: str  # someone thinks, claims or doubts what follows, and does not know or show it: "believed that"


@dataclass(frozen=True, slots=True)
class NegationWords:
    """What a sentence denies. Pattern pieces, but for ``negators``."""

    negators: str  # words
    affirming: str  # denies nothing though a negator stands in it: "not only", "no doubt"
    prefixes: str  # of words that deny what the rest of them says: "UNidentified"


@dataclass(frozen=True, slots=True)
class PassiveWords:
    """What shows that something is done to a subject, not by it. Pattern pieces."""

    be: str  # its verb: "WAS retired"
    be_infinitive: str
    adverb: str  # an adverb's ending
    determiners: str  # before what it is done to: "retired THE line"


@dataclass(frozen=True, slots=True)
class GroundingWords:
    """How a language hedges, denies and builds a sentence.

    Pattern pieces, but for ``openers`` and ``name_endings``, which are words; "" where the language has none.
    """

    hedges: HedgeWords
    negation: NegationWords
    clause: str  # begins a clause, at which a negation ends
    subordinators: str  # begins a clause with a subject of its own
    joins: str  # "and", "or", "but"
    openers: str  # open a sentence, with a capital for that reason alone, and are no function words
    points_back: str  # "it", "she", "these": something named before
    agent_markers: str  # who does it, in a passive
    respectively: str
    name_links: str  # words within a name, in lower case: "Museum OF THE City"
    name_endings: str  # tell names of one root apart: "GermanY", "SpaniSH"
    fixed_order: bool  # who does it stands before the verb: two names that change places change what is said
    attribute_follows: bool  # the word that it belongs to
    passive: PassiveWords | None = None  # None: what is done to whom is not told apart
