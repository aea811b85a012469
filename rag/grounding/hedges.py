"""Whether a claim leaves out what its source limits a statement by: "the coast is dry" of "much of the coast is dry",
"may", "rarely", "if", "critics believed that". A word that limits counts for the word after it, a condition for its
part of the sentence, who only thinks so for what follows.
"""

from __future__ import annotations

import re
from itertools import pairwise

from rag.grounding.sentence_facts import SentenceFacts, SentenceWord

# What limits the next word. A number that follows is compared with its "almost" or "at least" elsewhere
# (text/quantities.py).
_LIMITS = {
    "en": (
        r"(?:much|most|many|some|part|parts|half|few|majority|minority|third|quarter) of(?: the)?|most|few|nearly|"
        r"almost|hardly|barely|scarcely|rarely|seldom|sometimes|occasionally|usually|generally|typically|mostly|mainly|partly|"
        r"partially|perhaps|possibly|probably|presumably|allegedly|reportedly|supposedly|(?-i:may)|might|could|can"
    ),
    "es": (
        r"parte de|mayoría de|(?:algun[oa]s|much[oa]s|poc[oa]s|la mitad) de|poc[oa]s|casi|apenas|raramente|rara vez|"
        r"a veces|normalmente|generalmente|habitualmente|principalmente|en parte|quizás?|tal vez|posiblemente|"
        r"probablemente|supuestamente|presuntamente|pued[ea]n?|podrían?"
    ),
    "ru": (
        r"част(?:ь|и|ью)|большинств(?:о|а|у|ом)|некотор(?:ые|ых)|многие из|немног(?:ие|их)|половин(?:а|ы|у)|почти|едва|"
        r"редко|иногда|обычно|отчасти|частично|возможно|вероятно|наверное|предположительно|якобы|может|могут|"
        r"мог(?:ла|ло|ли)? бы"
    ),
}
_CONDITIONS = {
    "en": r"if|unless|provided that",
    "es": r"si|salvo que|a menos que|siempre que|a condición de",
    "ru": r"если|при условии",
}
# Who knows, shows or says a thing stands for it; who thinks, claims or doubts it does not.
_THOUGHT = {
    "en": (
        r"(?:(?:claim|alleg|believ|argu|suggest|speculat|suppos|assum|imagin|doubt|den[iy]|hop|fear|pretend|propos|insist|"
        r"hypothesi[sz])(?:e?s|e?d|ing|ies|ied)?|think(?:s|ing)?|thought|suspect(?:s|ed)?|claims? was|expect(?:s|ed)?)"
        r"(?: \w+ly)? that|(?:believed|thought|said|rumou?red|alleged|supposed|claimed|assumed|expected) to"
    ),
    "es": (
        r"(?:cre(?:e|en|ía|ían|yó|yeron)|piensan?|pensaban?|pensó|supon(?:e|en|ía|ían)|supuso|suger(?:ía|ían)|sugieren?|sugirió|"
        r"aleg(?:a|an|ó|aron)|dud(?:a|an|ó|aba)|nieg(?:a|an)|neg(?:ó|aron|aba)|esper(?:a|an|aba|aban)|tem(?:e|en|ía|ían)|"
        r"sospech(?:a|an|ó|aba)|sostien(?:e|en)|sostuvo|sostenía) que"
    ),
    "ru": (
        r"(?:счита(?:ет|ют|ется|ло|ли|л|ла|лось)|полага(?:ет|ют|л|ла|ли)|дума(?:ет|ют|л|ла|ли)|предполага(?:ет|ют|ется|л|ла|ли)|"
        r"предположил[аи]?|утвержда(?:ет|ют|л|ла|ли)|сомнева(?:ется|лся|лась|лись)|отрица(?:ет|ют|л|ла|ли)|"
        r"наде(?:ется|ялся|ялась|ялись)|опаса(?:ется|лся|лась|лись)|подозрева(?:ет|ют|л|ла|ли)),? что"
    ),
}
# After these "if" is "whether", or what follows holds in any case.
_NO_CONDITION = frozenset((
    "even as see know ask asked asks asking establish determine check decide wonder wondered tell out question "
    "incluso aun como saber ver preguntar preguntó preguntaron decidir comprobar averiguar даже"
).split())  # fmt: skip
_HEDGE_PATTERNS = {
    language: tuple(
        re.compile(rf"\b(?:{each[language]})\b", re.IGNORECASE) for each in (_LIMITS, _CONDITIONS, _THOUGHT)
    )
    for language in _LIMITS
}
_CLAUSE_SEPARATOR = re.compile(r"[;:]\s|\.\s")
_HEDGE_REACH_CHARS = (
    24  # characters from a word that limits to the one that it limits: an article, a preposition and an auxiliary
)
_OF_A_PART = 0.6  # share of the claim's words that stand in the part with the condition, or in what is only thought


def drops_hedge(said: SentenceFacts, held: SentenceFacts) -> bool:
    """Whether the claim takes what a word or a condition limits in this sentence, without any that does. Not across
    languages, and of English, Spanish and Russian only."""
    if said.language != held.language or said.language not in _HEDGE_PATTERNS:
        return False
    limit, condition, thought = _HEDGE_PATTERNS[said.language]
    spared = _limited(said, limit)
    if any(stem in said.stems and stem not in spared for stem in _limited(held, limit)):
        return True
    if not thought.search(said.text) and _only_thought(said, held, thought):
        return True
    return not condition.search(said.text) and _conditional(said, held, condition)


def _limited(each: SentenceFacts, limit: re.Pattern[str]) -> set[str]:
    """The stems of the words that are limited."""
    found = (_next(each, match.end()) for match in limit.finditer(each.text))
    return {word.stem for word in found if word is not None}


def _next(each: SentenceFacts, at: int) -> SentenceWord | None:
    word = next((word for word in each.words if word.start >= at), None)
    if word is None or word.start - at > _HEDGE_REACH_CHARS or any(at <= q.start < word.start for q in each.quantities):
        return None
    return word


def _only_thought(said: SentenceFacts, held: SentenceFacts, thought: re.Pattern[str]) -> bool:
    for match in thought.finditer(held.text):
        ends = _CLAUSE_SEPARATOR.search(held.text, match.end())
        if _stands_in(said, held, match.end(), ends.start() if ends else len(held.text)):
            return True
    return False


def _stands_in(said: SentenceFacts, held: SentenceFacts, start: int, end: int) -> bool:
    there = {word.stem for word in held.words if start <= word.start < end}
    return bool(said.words) and sum(word.stem in there for word in said.words) >= _OF_A_PART * len(said.words)


def _conditional(said: SentenceFacts, held: SentenceFacts, condition: re.Pattern[str]) -> bool:
    ends = [0, *(match.end() for match in _CLAUSE_SEPARATOR.finditer(held.text)), len(held.text)]
    return any(
        _stands_in(said, held, start, end)
        for start, end in pairwise(ends)
        if any(_is_condition(held.text, match.start()) for match in condition.finditer(held.text, start, end))
    )


def _is_condition(text: str, at: int) -> bool:
    before = text[:at].split()[-1:]
    return not before or before[0].lower() not in _NO_CONDITION
