"""A question as retrieval sees it: its language, its content words with their weights, its vector, what it asks for.

Does not look anything up but how common the words are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.asked import Kind, kind_of
from rag.interfaces import Embedder, Vector
from rag.library.library import Library
from rag.library.terms import guess_language, is_stop, sound, stem, words
from rag.types import Turn

_OWN = ("en", "es", "ru")
# Leads of a question that leans on the one before ("And who paid for it?"), and words that point back.
_LEAN = {
    "en": (r"^(and|but|so|what about|how about)\b", "it its they them their he him his she her there that those this"),
    "es": (r"^¿?(y|pero|e)\b", "él ella ello ellos ellas su sus lo allí eso esa ese aquello esos esas"),
    "ru": (r"^(а|и|но|а как)\b", "он она оно они его ее её их ему ей им там это этот эта тогда него нее неё них"),
}


CAPITAL = re.compile(r"[A-ZÁÉÍÓÚÑÜÀ-ÞЁА-Я][\w’'-]*")


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A content word of the question."""

    word: str
    stems: frozenset[str]  # one for each language of the library
    sound: str  # "" where it is too short to be told by sound
    weight: float  # inverse document frequency in this library; a word it does not hold weighs most
    abroad: float | None = None  # the same by sound, for a name or a number: it stays what it is in any language


@dataclass(frozen=True, slots=True)
class Query:
    """A question made ready."""

    text: str
    language: str
    terms: tuple[QueryTerm, ...]
    vector: Vector
    asks: Kind | None = None  # the kind of answer wanted
    asked: frozenset[str] = frozenset()  # all words of the question

    @property
    def weight(self) -> float:
        """The sum of the terms' weights."""
        return sum(term.weight for term in self.terms)


def read(question: str, library: Library, embedder: Embedder, history: Sequence[Turn] = ()) -> Query:
    """Analyse a question. Where it leans on the one before, the words of that one count too."""
    held = library.languages()
    spoken = sorted((language for language in held if language), key=lambda language: -held[language])
    language = guess_language(question, dict.fromkeys([*_OWN, *spoken])) or (spoken[0] if spoken else "en")
    text = question
    before = [turn.text for turn in history if turn.role == "user"]
    if before and leans(question, language):
        text = f"{before[-1]} {question}"
    plain = list(dict.fromkeys(word for word in words(text) if not is_stop(word, language)))
    if not plain:  # nothing but function words: better those than nothing
        plain = list(dict.fromkeys(words(text)))
    analysed = dict.fromkeys([language, *spoken])
    stems = {word: frozenset(stem(word, each) for each in analysed) for word in plain}
    total, frequency = library.frequencies(sorted({form for forms in stems.values() for form in forms}))
    names = set(proper_names(text))
    heard = {word: sound(word) for word in plain if word in names or word[0].isdigit()}
    _, abroad = library.frequencies([key for key in heard.values() if key], sounds=True)
    terms = tuple(
        QueryTerm(
            word,
            stems[word],
            sound(word),
            weight=_rarity(max(frequency.get(form, 0) for form in stems[word]), total),
            abroad=_rarity(abroad.get(heard[word], 0), total) if word in heard else None,
        )
        for word in plain
    )
    return Query(
        text,
        language,
        terms,
        embedder.embed_query(text),
        asks=kind_of(question),
        asked=frozenset(words(text)),
    )


def _rarity(often: int, total: int) -> float:
    """BM25's inverse document frequency."""
    return math.log(1.0 + (total - often + 0.5) / (often + 0.5))


def proper_names(text: str) -> list[str]:
    """Words written with a capital that do not open a sentence, in lower case."""
    found = []
    for match in CAPITAL.finditer(text):
        before = text[: match.start()].rstrip(" «“\"'(¿¡")
        if before and before[-1] not in ".!?:":
            found += words(match.group())
    return found


def leans(question: str, language: str) -> bool:
    """Whether a question cannot be understood without the one before it."""
    lead, pointing = _LEAN.get(language, ("(?!)", ""))
    spoken = words(question)
    content = [word for word in spoken if not is_stop(word, language)]
    points = any(word in pointing.replace("ё", "е").split() for word in spoken)
    return bool(re.search(lead, question.strip(), re.IGNORECASE)) or len(content) < 2 or (points and len(content) < 4)
