"""A question that leans on the ones before it, made whole by words alone: "And in winter?", "¿y los domingos?",
«а кто его построил?». No model is asked and nothing is looked up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import regex

from rag.text.analyzer import is_stop, runs, words
from rag.text.scripts import word_count
from rag.types import Turn

# Leads of a question that leans on the one before ("And who paid for it?"), and words that point back.
_LEAN = {
    "en": (
        r"^(and|but|so|what about|how about)\b",
        "it its they them their he him his she her there that those this one ones",
    ),
    "es": (r"^¿?(y|pero|e)\b", "él ella ello ellos ellas su sus lo allí eso esa ese aquello esos esas"),
    "ru": (r"^(а|и|но|а как)\b", "он она оно они его ее её их ему ей им там это этот эта тогда него нее неё них"),
}
# Words that point at a person or a thing which the answer may have named.
_PERSON = frozenset(
    "he him his she her they them él ella ellos ellas su sus он она они его ее их ему ей им нее них".split()
)
# What takes the place of its own kind: "on Saturdays?" after it "and on Sundays?".
_FRAGMENT_TYPES = tuple(
    re.compile(rf"\b(?:(?:on|in|at|during|el|los|las|en|por|в|во|по|на)\s+)?(?:la\s+)?(?:{pattern})", re.IGNORECASE)
    for pattern in (
        r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|lunes\b|martes\b|miércoles\b|jueves\b|viernes\b|sábados?\b|"
        r"domingos?\b|понедельник\w*|вторник\w*|сред(?:а|у|ам|ой)\b|четверг\w*|пятниц\w*|суббот\w*|воскресень\w*|"
        r"weekends?\b|weekdays?\b|fin(?:es)? de semana\b|выходн\w+|будн\w+",
        r"springs?\b|summers?\b|autumns?\b|winters?\b|primavera\b|verano\b|otoño\b|invierno\b|весн\w+|лет(?:о|ом)\b|осен\w+|"
        r"зим(?:а|ой|у|ы)\b",
        r"january|february|march|april|june|july|august|september|october|november|december|enero|febrero|marzo|abril|"
        r"mayo\b|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|январ\w+|феврал\w+|март\w*|апрел\w+|ма[йяе]\b|"
        r"июн\w+|июл\w+|август\w*|сентябр\w+|октябр\w+|ноябр\w+|декабр\w+",
        r"(?=\w*\d)(?=\w*[A-ZА-ЯЁ])[\w-]+",  # an error's code, a model's name
        r"[12]\d{3}\b",
        r"adults?\b|child(?:ren)?\b|kids\b|students?\b|pensioners?\b|adultos\b|niños\b|estudiantes\b|jubilados\b|взросл\w+|"
        r"дет(?:и|ей|ям)\b|студент\w*|пенсионер\w*",
    )
)
_CAPITALIZED_WORD = regex.compile(r"\b\p{Lu}[\w’'-]{2,}")
_MAX_TURNS_BACK = 3  # questions gone back at most


def resolve_followup(question: str, history: Sequence[Turn], language: str) -> str:
    """The question with the words of those that it leans on before it; the question itself where it stands alone."""
    if not history or not depends_on_previous(question, language):
        return question
    asked = [turn.text for turn in history if turn.role == "user"][-_MAX_TURNS_BACK:]
    parts = [question]
    for before in reversed(asked):
        parts.insert(0, _without(before, question) if language in _LEAN else before)
        if not depends_on_previous(before, language):
            break
    told = [turn.text for turn in history if turn.role == "assistant"]
    if told and language in _LEAN and _PERSON & set(words(question)):
        known = set(words(" ".join(parts)))
        every = [
            name for name in dict.fromkeys(_CAPITALIZED_WORD.findall(told[-1])) if not is_stop(name.lower(), language)
        ]
        names = [name for name in every if not known & set(words(name))]
        parts.insert(-1, " ".join(names[:3]))
    return " ".join(filter(None, parts))


def _without(before: str, question: str) -> str:
    """The earlier question without what the later one puts something else in place of."""
    for kind in _FRAGMENT_TYPES:
        if kind.search(question):
            before = kind.sub("", before)
    return " ".join(before.split())


def stands_alone(question: str, language: str) -> bool:
    """Whether a question in a language known here can be understood without those before it."""
    return language in _LEAN and not depends_on_previous(question, language)


def depends_on_previous(question: str, language: str) -> bool:
    """Whether a question cannot be understood without the one before it."""
    lead, pointing = _LEAN.get(language, ("(?!)", ""))
    spoken = words(question)
    points = any(word in pointing.replace("ё", "е").split() for word in spoken)
    said = _said(question, language)
    return bool(re.search(lead, question.strip(), re.IGNORECASE)) or said < 2 or (points and said < 4)


def _said(question: str, language: str) -> int:
    """How many words of content a question has."""
    if runs(question):  # its words are pairs of letters
        return word_count(question) - 1
    return sum(not is_stop(word, language) for word in words(question, language))
