"""Split a comparison into one question per side: "Which is dearer, the rent of the mill or of the yard?".

A question is a comparison where it names two sides around a conjunction and a word that compares ("differ", "older
than"). Patterns per language; everything outside the two sides stays in both questions. Nothing is looked up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.interfaces import Vectors
from rag.retrieval.answer_type import NUMBER_WORDS
from rag.text.analyzer import is_stop, words
from rag.text.languages import rules_for
from rag.text.languages.schema.questions import ComparisonWords
from rag.text.patterns import any_of

_MAX_SIDE_WORDS = 9  # of a side: more is a sentence that happens to hold the words
_MAX_QUESTION_CHARS = 300  # characters of a question that is looked at


@dataclass(frozen=True, slots=True)
class ComparisonParts:
    """The two sides of a comparison, and the form of the question for one side.

    A side that omits words it shares with the other ("the rent of the mill or of the yard") may have several readings,
    the fullest first.
    """

    sides: tuple[tuple[str, ...], tuple[str, ...]]
    names: tuple[str, str]  # of the sides, as a person reads them
    of_both: bool  # whether something in particular is asked of either
    form: str  # of the question for one side
    is_natural: bool  # whether that is a question as people ask it
    degrees: frozenset[str]  # words that compare, which a document about one side need not hold

    def question(self, side: str) -> str:
        """Return the question for one side alone."""
        return self.form.format(side)


_QUOTES = re.compile(r"[¿«»\"“”„]")


def comparison_parts(question: str, language: str) -> ComparisonParts | None:
    """Return what a question in that language compares, or None where it compares nothing."""
    whole = " ".join(question.split()).rstrip("?.! ")
    known = rules_for(language)
    if known is None or len(whole) > _MAX_QUESTION_CHARS:
        return None
    wording = known.questions.comparison
    for pattern in _patterns(wording):
        match = pattern.search(whole)
        if match is not None:
            x, y = (" ".join(_QUOTES.sub(" ", match[side]).split()) for side in ("x", "y"))
            if (
                _names_something(x, wording, language)
                and _names_something(y, wording, language)
                and _is_amount(x) == _is_amount(y)
                and x != y
            ):
                return _comparison(match, x, y, wording, language)
    return None


def compared_sides(question: str, language: str) -> tuple[str, str, str] | None:
    """Return the two sides as a question names them, the earlier version first, and what it asks of either; or None.

    More is taken for a comparison here than in :func:`comparison_parts`: "What changed between the old and the new
    lease?" has no answer in a sentence about one side.
    """
    known = rules_for(language)
    whole = " ".join(question.split()).rstrip("?.! ")
    if known is None or len(whole) > _MAX_QUESTION_CHARS:
        return None
    wording = known.questions.comparison
    for pattern in (*_filled(wording.version_patterns, wording), *_patterns(wording)):
        match = pattern.search(whole)
        if match is not None:
            x, y = (" ".join(_QUOTES.sub(" ", match[side]).split()) for side in ("x", "y"))
            if x != y and all(_names_something(side, wording, language) for side in (x, y)):
                rest = "".join(letter for at, letter in enumerate(whole) if not _is_in_side(match, at))
                return x, y, rest
    return None


def _is_in_side(match: re.Match[str], at: int) -> bool:
    return any(match.start(side) <= at < match.end(side) for side in ("x", "y"))


def asks_to_compare(question: str, language: str) -> bool:
    """Tell whether a question asks for a comparison as such: "compare the two", "what is the difference"."""
    known = rules_for(language)
    comparing = any_of(known.questions.comparison.comparing if known else "")
    return re.search(rf"\b{comparing}\b", question, re.IGNORECASE) is not None


def _comparison(match: re.Match[str], x: str, y: str, wording: ComparisonWords, language: str) -> ComparisonParts:
    groups = match.groupdict()
    before, after = (" ".join((groups.get(name) or "").split()) for name in ("before", "after"))
    degrees = " ".join(found.group() for found in re.finditer(wording.degree, f"{before} {after}", re.IGNORECASE))
    form, natural = _form(before, after, wording, language)
    shared = _with_shared(y, x, wording.link)
    return ComparisonParts(
        ((*_in_place(x, y, language), x), (*shared, *_in_place(y, x, language), y)),
        (x, shared[0] if shared else y),
        bool(_content(f"{before} {after}", language)),
        form,
        natural,
        frozenset(words(degrees)),
    )


def _form(before: str, after: str, wording: ComparisonWords, language: str) -> tuple[str, bool]:
    """Return the form of the question for one side, and whether people would ask it like that.

    Nobody asks half a comparison: "what costs more" becomes the question for a price, as documents state prices.
    """
    around = f"{before} {after}"
    if not _content(around, language):
        return wording.what_is, False
    before, after = (part.replace("{", "").replace("}", "") for part in (before, after))
    if re.search(wording.dearer, around, re.IGNORECASE):
        rest = re.sub(wording.dearer, " ", around, flags=re.IGNORECASE)
        return wording.price.format(" ".join(["{}", *_content(rest, language)])), True
    return f"{before} {{}} {after}".strip() + "?", False


def own_words(side: str, other: str, language: str) -> frozenset[str]:
    """Return the content words of one side that the other side lacks."""
    return frozenset(_content(side, language)) - frozenset(_content(other, language))


def whole_name(side: str, other: str, language: str, embed: Callable[[Sequence[str]], Vectors]) -> str:
    """Return a side with the noun that it leaves to the other: "the old" beside "the new lease" is "the old lease".

    That is so where it is nearer in meaning to the other's attribute ("new") than to its noun ("lease").
    """
    own = _content(side, language)
    spans = [match.span() for match in re.finditer(r"[\w’'-]+", other) if _content(match.group(), language)]
    if not 0 < len(own) < len(spans):
        return side
    first, last = (spans[0][0], spans[len(own) - 1][1]), (spans[-len(own)][0], spans[-1][1])
    near_own, near_first, near_last = embed([" ".join(own), other[slice(*first)], other[slice(*last)]])
    is_like_first, known = float(near_own @ near_first) > float(near_own @ near_last), rules_for(language)
    if known is not None and known.grounding.attribute_follows:
        return side if is_like_first else " ".join(f"{other[: last[0]]} {' '.join(own)}".split())
    return " ".join(f"{side} {other[first[1] :]}".split()) if is_like_first else side


def _with_shared(side: str, other: str, links: str) -> tuple[str, ...]:
    """Complete a side with the other's words up to a preposition: "the rent of" in "of the mill or the yard"."""
    link = rf"\b(?:{links})\b\s*"
    opens = re.match(rf"(?:\w+\s+)??{link}", side, re.IGNORECASE)
    linked = re.search(link, other, re.IGNORECASE)
    if linked is None or not (opens or not re.search(link, side, re.IGNORECASE)):
        return ()
    return (" ".join((other[: linked.end()] + side[opens.end() if opens else 0 :]).split()),)


def _in_place(side: str, other: str, language: str) -> tuple[str, ...]:
    """Return the other side with as many of its words replaced by this side's, at its end and at its beginning."""
    own = len(_content(side, language))
    spans = [match.span() for match in re.finditer(r"[\w’'-]+", other) if _content(match.group(), language)]
    if own >= len(spans):
        return ()
    end, start = other[: spans[-own][0]], other[spans[own - 1][1] :]
    return (" ".join(f"{end} {side}".split()), " ".join(f"{side} {start}".split()))


def _names_something(side: str, wording: ComparisonWords, language: str) -> bool:
    """Tell whether a side names something: it neither asks nor points, and is not too long."""
    asks = re.search(rf"\b(?:{wording.asking})\b|^(?:{wording.unnamed})\b", side, re.IGNORECASE)
    return bool(_content(side, language)) and len(side.split()) <= _MAX_SIDE_WORDS and not asks


def _is_amount(side: str) -> bool:
    """Tell whether a side is an amount: "longer than ten metres" compares nothing that could be searched for."""
    return any(word.isdecimal() or word in NUMBER_WORDS for word in words(side)[:1])


def _content(text: str, language: str) -> list[str]:
    known = rules_for(language)
    empty = known.questions.comparison.stand_in.split() if known else ()
    return [word for word in words(text, language) if not is_stop(word, language) and word not in empty]


@lru_cache(maxsize=64)
def _patterns(wording: ComparisonWords) -> tuple[re.Pattern[str], ...]:
    return _filled(wording.patterns, wording)


@lru_cache(maxsize=64)
def _filled(patterns: tuple[str, ...], wording: ComparisonWords) -> tuple[re.Pattern[str], ...]:
    filled = []
    for pattern in patterns:
        for name in ("x", "y"):
            pattern = pattern.replace(f"<{name}>", rf"(?P<{name}>[^,:;?]+?)")
        pattern = pattern.replace("<asks>", rf"\b(?:{wording.asking})\b[^,:;?]*?").replace("<more>", wording.more)
        filled.append(re.compile(pattern, re.IGNORECASE))
    return tuple(filled)
