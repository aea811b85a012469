"""Query rewriting: a follow-up ("And in winter?") with the words of the questions that it leans on.

By words alone: no model is asked and nothing is looked up. "Was it different before?" asks the question before once
more, of the older document.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import regex

from rag.text.analyzer import is_stop, runs, words
from rag.text.calendar_words import month_words, weekday_words
from rag.text.languages import rules_for
from rag.text.languages.schema.questions import ComparisonWords
from rag.text.names import certain_names
from rag.text.patterns import any_of, in_any_language, words_of_any_language
from rag.text.scripts import word_count
from rag.types import Turn

# Words that point at a person or a thing which the answer may have named.
_NAMED = words_of_any_language(lambda known: known.questions.follow_up.people_and_things)
_BEFORE = in_any_language(lambda known: known.questions.follow_up.before_moment)
_ARTICLE = in_any_language(lambda known: known.questions.follow_up.article)


def _moment(pattern: str) -> str:
    return rf"\b(?:{_BEFORE}\s+)?(?:{_ARTICLE}\s+)?(?:{pattern})"


# What takes the place of its own kind: "on Saturdays?" after it "and on Sundays?".
_FRAGMENT_TYPES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        _moment(in_any_language(lambda known: any_of(weekday_words(known.text), known.questions.follow_up.days))),
        _moment(in_any_language(lambda known: known.questions.follow_up.seasons)),
        # "in May" is a month, "may" alone hardly.
        rf"{_moment(in_any_language(lambda known: month_words(known.text, ambiguous=False)))}|"
        rf"\b{_BEFORE}\s+{in_any_language(lambda known: month_words(known.text, ambiguous=True))}",
        _moment(r"(?=\w*\d)(?=\w*[^\W\d_])[\w-]+"),  # an error's code, a model's name
        _moment(r"[12]\d{3}\b"),
        _moment(in_any_language(lambda known: known.questions.follow_up.people)),
    )
)
_CAPITALIZED_WORD = regex.compile(r"\b\p{Lu}[\w’'-]{2,}")
_MAX_TURNS_BACK = 3  # questions gone back at most


def resolve_followup(question: str, history: Sequence[Turn], language: str) -> str:
    """Return the question with the words of the earlier questions it depends on; unchanged where it stands alone."""
    if not history or not depends_on_previous(question, language):
        return question
    questions = [turn.text for turn in history if turn.role == "user"][-_MAX_TURNS_BACK:]
    if questions and (whole := _with_thing_meant(question, questions[-1], language)):
        return whole
    parts = [question]
    for before in reversed(questions):
        parts.insert(0, _remove_replaced(before, question) if rules_for(language) else before)
        if not depends_on_previous(before, language):
            break
    replies = [turn.text for turn in history if turn.role == "assistant"]
    if replies and rules_for(language) and _NAMED & set(words(question)):
        known = set(words(" ".join(parts)))
        every = [name for name in dict.fromkeys(_named(replies[-1], language)) if not is_stop(name.lower(), language)]
        names = [name for name in every if not known & set(words(name))]
        parts.insert(-1, " ".join(names[:3]))
    return " ".join(filter(None, parts))


def _named(text: str, language: str) -> list[str]:
    """Return the words of names; the nouns with a capital where no name is surely one."""
    certain = [text[start:end] for start, end in certain_names(text, language)]
    return list(map(str, _CAPITALIZED_WORD.findall(" ".join(certain) or text)))


def _remove_replaced(before: str, question: str) -> str:
    """Return the earlier question without the parts that the later one replaces."""
    for kind in _FRAGMENT_TYPES:
        if kind.search(question):
            before = kind.sub("", before)
    return " ".join(before.split())


def _with_thing_meant(question: str, before: str, language: str) -> str:
    """Return the earlier question about the thing that a stand-in means: "a full one" after "a half plot".

    "" where the question has no stand-in with a word before it, or the earlier one names nothing in its place.
    """
    known = rules_for(language)
    passive = known.grounding.passive if known else None
    if known is None or passive is None or not known.questions.comparison.stand_in:
        return ""
    article, stand_in = any_of(passive.determiners), any_of(*known.questions.comparison.stand_in.split())
    asked = re.search(rf"\b{article} (?P<kind>\w+) {stand_in}\W*$", question, re.IGNORECASE)
    if asked is None or is_stop(asked["kind"].lower(), language):
        return ""
    for named in re.finditer(rf"\b{article} (?P<kind>\w+)(?= (?P<thing>\w+))", before, re.IGNORECASE):
        if not is_stop(named["kind"].lower(), language) and not is_stop(named["thing"].lower(), language):
            return before[: named.start("kind")] + asked["kind"] + before[named.end("kind") :]
    return ""


def stands_alone(question: str, language: str) -> bool:
    """Tell whether a question in a known language can be understood without those before it."""
    return rules_for(language) is not None and not depends_on_previous(question, language)


def depends_on_previous(question: str, language: str) -> bool:
    """Tell whether a question cannot be understood without the one before it."""
    known, content_words = rules_for(language), _content_word_count(question, language)
    if known is None:
        return content_words < 2
    leads = re.search(known.questions.follow_up.lead, question.strip(), re.IGNORECASE)
    points = not set(words(known.questions.follow_up.pointing)).isdisjoint(words(question))
    return bool(leads) or content_words < 2 or (points and content_words < 4)


def _content_word_count(question: str, language: str) -> int:
    """Count the content words of a question."""
    if runs(question):  # its words are pairs of letters
        return word_count(question) - 1
    return sum(not is_stop(word, language) for word in words(question, language))


def asks_for_earlier(question: str, language: str) -> bool:
    """Tell whether a question asks what an older version says, or how something was before."""
    known = rules_for(language)
    wording = known.questions.comparison if known else None
    return wording is not None and _any_word(wording.older, wording.earlier).search(question) is not None


def repeated_question(question: str, history: Sequence[Turn], language: str) -> tuple[str, Sequence[Turn]] | None:
    """Return the earlier question that this one asks once more, of another version, with the turns before it.

    None where it names a topic of its own, names no version, or nothing was asked before.
    """
    known = rules_for(language)
    if known is None or not _names_version_only(question, known.questions.comparison, language):
        return None
    for at in range(len(history) - 1, -1, -1):
        before = history[at]
        if before.role == "user" and not _names_version_only(before.text, known.questions.comparison, language):
            return before.text, history[:at]
    return None


def _names_version_only(question: str, wording: ComparisonWords, language: str) -> bool:
    """Tell whether the content words of a question say which version is meant and nothing else."""
    versions = (wording.older, wording.earlier, wording.newer, wording.now)
    if not _any_word(*versions).search(question):
        return False
    bare = _any_word(
        *versions,
        wording.both,
        wording.topicless,
        wording.unspecific,
        wording.asking,
        wording.stand_in.replace(" ", "|"),
    ).sub(" ", question)
    return all(is_stop(word, language) for word in words(bare, language))


@lru_cache(maxsize=64)
def _any_word(*pieces: str) -> re.Pattern[str]:
    return re.compile(rf"\b{any_of(*filter(None, pieces))}(?!\w)", re.IGNORECASE)
