"""A question that asks two things, parted: "When did the line open, and how many stops does it have?", «Кто открыл
пекарню и когда?». By its words alone; what the second part leans on is found like a follow-up's (followup.py)."""

from __future__ import annotations

import re

from rag.text.analyzer import is_stop, words

_AND = {"en": r"and|but", "es": r"y|e|pero", "ru": r"и|а|но|а также"}
_BEFORE = {  # what may stand before the word that asks: "at what time", "с кем"
    "en": r"at|by|for|from|in|on|of|since|to|until|with",
    "es": r"a|con|de|desde|en|hasta|para|por",
    "ru": r"в|во|до|для|за|из|к|на|о|об|от|по|при|с|со|у",
}
# "When it is returned" asks nothing: a question turns the verb round.
_ASKS = {
    "en": r"who|whom|whose|what|which(?!\s+(?:in|of|for|to|on|at|by|with)\b)|"
    r"(?:when|where|why|how)(?!\s+(?:i|it|he|she|they|we|you|the|an?|this|that|these)\b)",
    "es": r"quién(?:es)?|qué|cuándo|a?dónde|cuál(?:es)?|cuánt[oa]s?|cómo",
    "ru": r"кто|кого|кому|кем|ком|что|чего|чему|чем|когда|где|куда|откуда|как|как(?:ой|ая|ое|ие|им|их|ую|ого|ому|ом)|"
    r"сколько|скольких|почему|зачем|чей|чья|чь[её]|чьи|насколько",
}
_PLAIN = str.maketrans("áéíóú", "aeiou")
_ACCENT = re.compile(r"[áéíóú]", re.IGNORECASE)


def split_question(question: str, language: str) -> tuple[str, ...]:
    """The two questions that a question in that language asks, in order; itself alone where it asks one thing."""
    if language not in _AND:
        return (question,)
    asks = _ASKS[language]
    if language == "es" and not _ACCENT.search(question):  # written without accents throughout
        asks = asks.translate(_PLAIN)
    asks = rf"(?:(?:{_BEFORE[language]})\s+)?(?:{asks})\b(?!-)"
    began = re.match(rf"\W*(?:(?:{_AND[language]})\s+)?{asks}", question, re.IGNORECASE)
    if began is None:
        return (question,)
    for match in re.finditer(rf"(?:,?\s+(?:{_AND[language]})|[?.;])\s+(?=¿?{asks})", question, re.IGNORECASE):
        before, after = question[: match.start()], question[match.end() :]
        named = [word for word in words(before[began.end() :]) if not is_stop(word, language)]
        # "How and why …", "Who knows how and why …" ask one thing.
        if named and not re.search(rf"\b{asks}\W*$", before, re.IGNORECASE):
            return (before.rstrip(" ,;.?") + "?", after)
    return (question,)
