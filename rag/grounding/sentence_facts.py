"""A sentence as the grounding compares it: its content words, names, quantities, and what it denies.

What is denied is known of the languages with a folder (rag/text/languages); a sentence of another one has its words,
names and numbers, and all its words in order, to be compared to the letter (entailment.py). Looks nothing up and judges
nothing: see ground.py.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

import regex

from rag.grounding.sentence_patterns import (
    AFFIRMING,
    BACK_REFERENCE,
    BY,
    CAPITALIZED_RUN,
    CLAUSE_MARK,
    NAME_ENDINGS,
    OPENERS,
    PREFIXED,
    RESPECTIVELY,
)
from rag.text.analyzer import fold, is_stop, sound, stem, words
from rag.text.languages import rules_for
from rag.text.names import capitals_tell_names, certain_names
from rag.text.quantities import Quantity, quantities
from rag.text.scripts import LETTER, PAIRED, WORD, parts, plain

_INSIDE = rf"(?:\p{{N}}|{WORD})"
_FACT_WORD = regex.compile(rf"(?V1)(?:{LETTER}\.){{2,}}|(?P<run>{PAIRED}+)|{_INSIDE}+(?:['’]{WORD})?")
_LONGEST_INITIALS = 10  # letters
_NEGATION_REACH_WORDS = 2  # content words after a negation that it denies


@dataclass(frozen=True, slots=True)
class SentenceWord:
    """A word of a sentence."""

    text: str  # in lower case
    stem: str
    sound: str  # "" where it cannot be compared by sound
    start: int
    end: int
    clause: int
    name: bool  # surely
    name_initials: str = ""  # of a name of several words the initials: "us" for both words of "United States"
    capital: bool = False  # a name, or where every noun has a capital any noun


class _Spans:
    """Offsets covered by any of some spans; a look-up takes logarithmic time."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(spans):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def __contains__(self, at: int) -> bool:
        number = bisect_right(self._starts, at) - 1
        return number >= 0 and at < self._ends[number]


@dataclass(frozen=True, slots=True)
class SentenceFacts:
    """A sentence analysed. ``words`` are its content words, without those that belong to a quantity."""

    text: str
    language: str
    words: tuple[SentenceWord, ...]
    quantities: tuple[Quantity, ...]
    denied: tuple[tuple[str, ...], ...]  # for each negation the stems of the words it reaches, the next one first
    stems: frozenset[str]
    initials: frozenset[str]  # of the names of several words: "un" of "United Nations"
    points_back: bool  # begins with "it", "she", "its" …: with something named before
    passive: bool
    says_respectively: bool  # says "respectively"
    tokens: tuple[str, ...]  # all its words, as they are written

    def offsets_of(self, stem: str) -> list[int]:
        """Return the offsets at which words of that stem begin."""
        return [word.start for word in self.words if word.stem == stem]


@lru_cache(maxsize=4096)
def facts(text: str, language: str) -> SentenceFacts:
    """Return the analysis of one sentence."""
    counted = quantities(text, language)
    cuts = [match.start() for match in CLAUSE_MARK.finditer(text)]
    affirming = _Spans(match.span() for match in AFFIRMING.finditer(text))
    in_quantity = _Spans((each.start, each.end) for each in counted)
    negators = _negators(language)
    content: list[SentenceWord] = []
    negations: list[tuple[int, int]] = []  # where, and in which clause
    opening, telling, certain = True, capitals_tell_names(language), _Spans(certain_names(text, language))
    runs = [(match.span(), _letters(match.group())) for match in CAPITALIZED_RUN.finditer(text)]
    run_starts = [start for (start, _), _ in runs]
    for match in _FACT_WORD.finditer(text):
        start, end = match.span()
        clause = bisect_right(cuts, start)
        if match["run"]:
            content += _paired(match.group(), start, clause, in_quantity)
            opening = False
            continue
        low = plain(match.group()).lower().replace("\u0451", "\u0435").replace("’", "'")
        if low in negators and start not in affirming:
            negations.append((start, clause))
        elif start not in in_quantity:
            low = low.removesuffix("'s").replace(".", "")
            if low and not is_stop(low, language) and low not in negators and (len(low) > 1 or low.isdigit()):
                capital = match.group()[0].isupper() and not (opening and low in OPENERS)
                name = capital if telling else start in certain
                run = _run_at(start, runs, run_starts)
                content.append(
                    SentenceWord(low, stem(low, language), sound(low), start, end, clause, name, run, capital)
                )
        opening = False
    plain_words = [number for number, word in enumerate(content) if not word.name]
    denied = [_negated_stems_at(content, plain_words, at, clause) for at, clause in negations]
    return SentenceFacts(
        text,
        language,
        tuple(content),
        counted,
        tuple(filter(None, denied)),
        frozenset(word.stem for word in content),
        _initials(text),
        bool(BACK_REFERENCE.match(text)),
        bool(BY.search(text)),
        bool(RESPECTIVELY.search(text)),
        tuple(words(text)),
    )


@cache
def _negators(language: str) -> frozenset[str]:
    known = rules_for(language)
    return frozenset(known.grounding.negation.negators.split() if known else ())


@cache
def _joins(language: str) -> re.Pattern[str] | None:
    known = rules_for(language)
    return None if known is None else re.compile(rf"\b(?:{known.grounding.joins})\b", re.IGNORECASE)


def negation_known(language: str) -> bool:
    """Tell whether the negations of the language are known."""
    return rules_for(language) is not None


def _paired(run: str, start: int, clause: int, in_quantity: _Spans) -> list[SentenceWord]:
    """Return the character pairs of a run without spaces, each with its position."""
    found, at = [], 0
    for part in parts(plain(run)):
        place = run.find(part, at)  # -1 where the run is spelled in another way: then the place is only near
        at = max(at, place)
        if start + at not in in_quantity:
            found.append(SentenceWord(part, fold(part), "", start + at, start + at + len(part), clause, False))
    return found


def joined(sentences: Sequence[SentenceFacts]) -> SentenceFacts:
    """Return the facts of several sentences as one."""
    if len(sentences) == 1:
        return sentences[0]
    return SentenceFacts(
        " ".join(each.text for each in sentences),
        sentences[0].language,
        tuple(word for each in sentences for word in each.words),
        tuple(quantity for each in sentences for quantity in each.quantities),
        tuple(scope for each in sentences for scope in each.denied),
        frozenset().union(*(each.stems for each in sentences)),
        frozenset().union(*(each.initials for each in sentences)),
        any(each.points_back for each in sentences),
        any(each.passive for each in sentences),
        any(each.says_respectively for each in sentences),
        tuple(word for each in sentences for word in each.tokens),
    )


def _negated_stems_at(
    content: Sequence[SentenceWord], plain_words: Sequence[int], at: int, clause: int
) -> tuple[str, ...]:
    """Return the stems that a negation at ``at`` applies to: the next two words of its clause that are no names.

    Examples are "neither Tesla nor Edison won" and "did not win Super Bowl 50". Where nothing follows it is the word
    before: "the family was not 3.62". ``plain_words`` are the numbers of the words that are no names.
    """
    first = bisect_left(content, clause, key=lambda word: word.clause)
    end = bisect_right(content, clause, key=lambda word: word.clause)
    after = bisect_right(content, at, first, end, key=lambda word: word.start)
    next_plain = bisect_left(plain_words, after)
    plain = [number for number in plain_words[next_plain : next_plain + _NEGATION_REACH_WORDS] if number < end]
    if plain or after < end:
        return tuple(content[number].stem for number in plain or [after])
    if first < end:
        return (content[end - 1].stem,)
    following = bisect_right(content, at, key=lambda word: word.start)
    return tuple(word.stem for word in content[following : following + 1])


def name_runs(text: str) -> list[tuple[int, int]]:
    """Return the spans of names of several words."""
    return [match.span() for match in CAPITALIZED_RUN.finditer(text)]


def _run_at(at: int, runs: Sequence[tuple[tuple[int, int], str]], starts: Sequence[int]) -> str:
    """Return the initials of the run of names that covers ``at``; "" where none does."""
    number = bisect_right(starts, at) - 1
    return runs[number][1] if number >= 0 and at < runs[number][0][1] else ""


def _letters(run: str) -> str:
    return "".join(word[0] for word in run.split() if word[0].isupper()).lower()


def _initials(text: str) -> frozenset[str]:
    """Return the initials of every run of names: of "National Football League" nfl, nf and fl."""
    runs = map(_letters, CAPITALIZED_RUN.findall(text))
    most = _LONGEST_INITIALS + 1
    return frozenset(
        run[a:b] for run in runs for a in range(len(run)) for b in range(a + 2, min(a + most, len(run) + 1))
    )


def same(word: SentenceWord, sentence: SentenceFacts, language: str) -> bool:
    """Tell whether the sentence ``sentence`` has the word: by its stem, and across languages by sound.

    A name is also found by its initials, or as "German" in "Germany".
    """
    if word.stem in sentence.stems:
        return True
    foreign = sentence.language != language
    if foreign and (stem(word.text, sentence.language) in sentence.stems or fold(word.text) in sentence.stems):
        return True
    if not word.name:
        return False
    if word.text in sentence.initials or (word.name_initials and word.name_initials in sentence.stems):
        return True
    return any(
        (foreign and word.sound and word.sound == other.sound) or (other.capital and derived(word, other))
        for other in sentence.words
    )


def derived(one: SentenceWord, other: SentenceWord) -> bool:
    """Tell whether two names have one root: "German" and "Germany"."""
    if one.text[:4] != other.text[:4]:
        return False
    short, long = sorted((one.text, other.text), key=len)
    root = len(short) - (short[-1] in "aeoya")
    return root >= 4 and long.startswith(short[:root]) and long[root:] in NAME_ENDINGS


def contradicts(claim: SentenceFacts, evidence: SentenceFacts) -> bool:
    """Tell whether one negates what the other does not: both must have a negation, before the same words."""
    evidence_negated, claim_negated = negated_stems(evidence), negated_stems(claim)
    if any(evidence_negated.isdisjoint(scope) for scope in claim.denied):
        return True
    return any(claim_negated.isdisjoint(scope) and not claim.stems.isdisjoint(scope) for scope in evidence.denied)


def denies_affirmed(claim: SentenceFacts, evidence: Sequence[SentenceFacts]) -> bool:
    """Tell whether the claim denies of two things what the sources deny of one of them.

    "You cannot have a dog or a cat" for "One cat is allowed. Dogs are not."
    """
    joins = _joins(claim.language)
    if joins is None:
        return False
    for scope in claim.denied:
        places = [next((word for word in claim.words if word.stem == each), None) for each in scope]
        together = [
            each
            for one, other in pairwise(places)
            if one is not None and other is not None and joins.search(claim.text, one.end, other.start)
            for each in (one, other)
        ]
        for word in [each for each in places if each is not None] if len(evidence) > 1 else together:
            held = [each for each in evidence if word.stem in each.stems]
            if held and not any(_has_negation_beside(word.stem, each, whole=word not in together) for each in held):
                return True
    return False


def _has_negation_beside(stem: str, each: SentenceFacts, *, whole: bool) -> bool:
    """Tell whether something is denied in a clause with that word, or in the ``whole`` sentence."""
    negated = negated_stems(each)
    clauses = {word.clause for word in each.words if word.stem in negated or PREFIXED.match(word.stem)}
    return bool(clauses) and (whole or any(word.clause in clauses for word in each.words if word.stem == stem))


def negated_stems(sentence: SentenceFacts) -> frozenset[str]:
    """Return the stems of what is negated, "identified" in "unidentified" included."""
    prefixed = (match[1] for word in sentence.words if (match := PREFIXED.match(word.stem)))
    return frozenset([*(stem for scope in sentence.denied for stem in scope), *prefixed])
