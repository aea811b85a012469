"""How sentences are built, compiled from the words of all known languages: clauses, names, what points back.

A text may hold another language than it is taken for, so these look for the words of every language. What denies and
what limits is of one language (sentence_facts.py, hedges.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import regex

from rag.text.languages import rules_for
from rag.text.languages.schema.grounding import GroundingWords
from rag.text.patterns import any_of, in_any_language, words_of_any_language


def _piece(of: Callable[[GroundingWords], str]) -> str:
    return in_any_language(lambda known: of(known.grounding))


def _words(of: Callable[[GroundingWords], str]) -> frozenset[str]:
    return words_of_any_language(lambda known: of(known.grounding))


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# What ends a clause: a negation reaches no further.
CLAUSE_MARK = _compiled(rf"[;:()\[\]—–]|,(?!\d)|\s-\s|\b{_piece(lambda each: each.clause)}\b")
# "Not more than 38" and "not only" deny nothing; "no. 5" is a number's.
AFFIRMING = _compiled(rf"\b{_piece(lambda each: each.negation.affirming)}\b")
BACK_REFERENCE = _compiled(rf"(?:[\w-]+,?\s+){{0,2}}\b{_piece(lambda each: each.points_back)}\b")
BY = _compiled(rf"\b{_piece(lambda each: each.agent_markers)}\b")
RESPECTIVELY = _compiled(rf"\b{_piece(lambda each: each.respectively)}\b")
JOINED = _compiled(rf"\b{_piece(lambda each: each.joins)}\s+(?:[^\W_]+\s+)?$")  # with one word after it
THAT = _compiled(rf",?\s+{_piece(lambda each: each.subordinators)}\b")  # whose clause has a subject of its own, mostly
# Words that open a sentence and are written with a capital for that reason alone, though they are no function words.
OPENERS = _words(lambda each: each.openers)
PREFIXED = re.compile(rf"{_piece(lambda each: each.negation.prefixes)}(\w{{4,}})")
NAME_ENDINGS = _words(lambda each: each.name_endings) | {""}  # what the longer of two names of one root may add
_LINKS = _piece(lambda each: each.name_links)
_NAME_WORD = r"\p{Lu}[\w’'-]{1,100}+"  # a longer one is no name, and every letter of it would be tried
CAPITALIZED_RUN = regex.compile(rf"{_NAME_WORD}(?:\s++(?:{_LINKS}\s++)*+{_NAME_WORD})++")


@dataclass(frozen=True, slots=True)
class PassivePatterns:
    """What shows that something is done to a subject, not by it."""

    be: re.Pattern[str]
    participle: re.Pattern[str]  # group 1: what is done
    object: re.Pattern[str]  # after a verb: what it is done to
    adverb: str  # an adverb's ending


@cache
def passive_patterns(language: str) -> PassivePatterns | None:
    """Return the patterns of the language's passive, None where none are known."""
    known = rules_for(language)
    words = known.grounding.passive if known else None
    if words is None:
        return None
    determiner = any_of(words.determiners)
    return PassivePatterns(
        be=re.compile(rf"\b{any_of(words.be, words.be_infinitive)}\b"),
        participle=re.compile(rf"\b{any_of(words.be)}\s+(?:\w+{words.adverb}\s+)?(\w+)"),
        object=re.compile(rf"\s+(?:{determiner}\s+)?(?=[A-Z\d])|\s+{determiner}\s"),
        adverb=words.adverb,
    )
