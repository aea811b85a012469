"""Extract a short answer from a quote: a number, a date, a name, a place, or the clause that decides a yes-no question.

Always characters of the quote; nothing is generated. A reader (rag/embedding/span_reader.py) gives each word the
probability that the answer begins or ends there. Of the likeliest spans, the one with the highest expected word overlap
with all of them is taken. Where that overlap is low, or where the question asks for more than a few words, there is no
short answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import regex
from numpy.typing import NDArray

from rag.interfaces import SpanReader, SpanScores
from rag.retrieval.answer_type import (
    MIN_ANSWER_TYPE_MATCH,
    AnswerType,
    answer_type_match,
    answer_type_of,
    is_brief,
    is_in_other_unit,
)
from rag.text.analyzer import is_stop, words
from rag.text.calendar_words import weekday_groups, weekdays
from rag.text.dates import dates
from rag.text.languages import rules_for
from rag.text.names import capitals_tell_names, certain_names
from rag.text.patterns import any_of, in_any_language
from rag.text.scripts import word_count
from rag.text.sentences import sentences
from rag.types import Citation

MIN_SHORT_ANSWER_CONFIDENCE = 0.65  # least expected overlap with the right words for a short answer to be shown
_NEXT_QUOTE_FACTOR = 0.8  # confidence factor for each further quote
QUOTES_READ = 2  # quotes read
MAX_SENTENCES_READ = 4  # sentences read of these quotes: 15 ms each on one core
_MAX_ANSWER_WORDS = 12  # most words of a short answer
_CLAUSE_WORDS = 16  # most words of a clause that decides a yes-no question
_MAX_SPAN_UNITS = 24  # words and signs of the longest span that is looked at
_SPANS_COMPARED = 20  # spans that are compared with each other

_ASKING = re.compile(rf"\b{in_any_language(lambda known: known.questions.asking)}\b", re.IGNORECASE)
_ABOUT = re.compile(rf"\b{in_any_language(lambda known: known.questions.about)}\b", re.IGNORECASE)
# Not within "10:00" or "9–17", nor after "p.m."
_CLAUSE_END = regex.compile(r"[;()]|(?<!\d)[:—–]|[:—–](?!\d)|\s-\s|(?<!\b\w)\.\s(?=\P{L}*\p{Lu})")

_WORD_BEFORE, _WORD_AFTER = re.compile(r"\S*\s?\S*\Z"), re.compile(r"\S*\s?\S*")
_MARKER_BEFORE_CLAUSE = re.compile(r"\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_SHOWN_WORD = re.compile(r"\w[\w.,:'’\-]*")

_SEPARATOR_SIGNS = ",;:!?…، ؛。、，；：！？"
_SYMMETRIC_SIGNS = "\"'`*"
_PAIRS = ("()", "[]", "{}", "«»", "“”", "「」", "『』", "（）", "¿?", "¡!")
_OTHER_HALF = {pair[i]: pair[1 - i] for pair in _PAIRS for i in (0, 1)}

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """A few words of a sentence: ``sentences[sentence][start:end]``."""

    sentence: int
    start: int
    end: int
    confidence: float  # 0 to 1: the expected overlap with the words that answer
    answer_probability: float = 1.0  # 0 to 1: that the sentence answers at all


def short_answer(
    question: str, language: str, quoted: Sequence[str], reader: SpanReader, ranks: Sequence[int] = ()
) -> AnswerSpan | None:
    """Return the few words of the sentences ``quoted``, best first, that answer the question, or None.

    ``ranks`` gives the number of the quote that each sentence belongs to, from 0; () puts all in the first.
    """
    if not is_brief(question, language):
        return None
    whether = asks_whether(question, language)
    kind = answer_type_of(question, language)
    asked = frozenset(words(question, language))
    texts = quoted[:MAX_SENTENCES_READ]
    found = best_span(
        question,
        texts,
        reader,
        ranks,
        lambda span: not is_of_other_day(kind, texts[span.sentence], span, asked, language),
    )
    if found is None or span_match(kind, quoted[found.sentence], found, asked, language) < MIN_ANSWER_TYPE_MATCH:
        return None
    if whether:
        found = _clause(quoted[found.sentence], found)
    text = quoted[found.sentence]
    found = _with_whole_date(text, found)
    most = _CLAUSE_WORDS if whether else _MAX_ANSWER_WORDS
    return (
        found
        if found.confidence >= MIN_SHORT_ANSWER_CONFIDENCE and word_count(text[found.start : found.end]) <= most
        else None
    )


def asks_whether(question: str, language: str) -> bool:
    """Tell whether a question is a yes-no question: no word in it asks for anything.

    False in a language without known words.
    """
    known = rules_for(language) is not None
    return known and question.rstrip().endswith("?") and not asks_for_something(question, language)


def asks_for_something(question: str, language: str = "") -> bool:
    """Tell whether a word of the question asks for something: who, when, how many; "What about cats?" does not.

    Words of any known language ask, those that are plain words of another only in a question in their own.
    """
    bare, known = _ABOUT.sub("", question), rules_for(language)
    here = any_of(known.questions.asking_here if known else "")
    return bool(_ASKING.search(bare) or re.search(rf"\b{here}\b", bare, re.IGNORECASE))


def span_match(
    kind: AnswerType | None, text: str, span: AnswerSpan, question_words: frozenset[str], language: str
) -> float:
    """Return how far (0 to 1) a span offers the kind of answer asked for, with the signs and the word beside it.

    It is 1 where any kind will do, and for a person, whose name a reader knows better.
    """
    if is_of_other_day(kind, text, span, question_words, language):
        return 0.0
    if kind is None or kind.name == "person" or rules_for(language) is None:
        return 1.0
    before, after = _WORD_BEFORE.search(text, 0, span.start), _WORD_AFTER.match(text, span.end)
    around = text[before.start() if before else span.start : after.end() if after else span.end]
    if is_in_other_unit(kind, around):
        return 0.0
    counts = kind.number and any(map(str.isdigit, text[span.start : span.end]))  # "how long": "until 1952"
    return max(answer_type_match(kind, around, question_words, language), MIN_ANSWER_TYPE_MATCH * counts)


def is_of_other_day(
    kind: AnswerType | None, text: str, span: AnswerSpan, question_words: frozenset[str], language: str
) -> bool:
    """Tell whether a span is of other days of the week than the question, or only names days where a kind is asked for.

    It is of the days that it names, or else of those named last before it: "Tuesday to Friday from 10 to 7".
    """
    asked = weekdays(" ".join(question_words), language) or frozenset()
    groups = weekday_groups(text, language) if asked else []
    own = [group for group in groups if group.start < span.end and span.start < group.end]
    if kind is not None and own and not any(map(str.isdigit, text[span.start : span.end])):
        return True
    near = own or [group for group in groups if group.end <= span.start][-1:]
    return bool(asked and near) and not any(asked & group.days for group in near)


def _with_whole_date(text: str, found: AnswerSpan) -> AnswerSpan:
    """Extend a span that begins or ends within a date to all of it: "4 June" of "4 June 2022" is half an answer."""
    for day in dates(text):
        if day.start < found.end and found.start < day.end:
            start, end = _without_edges(text, min(found.start, day.start), max(found.end, day.end))
            found = replace(found, start=start, end=end)
    return found


def _clause(text: str, found: AnswerSpan) -> AnswerSpan:
    """Return the clause that a span begins in, from which a reader can tell yes or no."""
    start = max((match.end() for match in _CLAUSE_END.finditer(text, 0, found.start)), default=0)
    marker = _MARKER_BEFORE_CLAUSE.match(text) if start == 0 else None
    start = marker.end() if marker and marker.end() <= found.start else start
    ended = _CLAUSE_END.search(text, found.start)
    start, end = _without_edges(text, start, ended.start() if ended else len(text))
    return replace(found, start=start, end=end, confidence=found.answer_probability)


def best_span(
    question: str,
    quoted: Sequence[str],
    reader: SpanReader,
    ranks: Sequence[int] = (),
    may_answer: Callable[[AnswerSpan], bool] = lambda span: True,
) -> AnswerSpan | None:
    """Return the likeliest span of all the sentences that may answer, however unlikely; None where there is none."""
    if not question.strip():
        return None
    filled = [i for i, text in enumerate(quoted) if text.strip()]
    read = reader.read(question, [quoted[i] for i in filled])
    spans = [
        span
        for i, scores in zip(filled, read, strict=True)
        if (span := _span(i, quoted[i], scores)) and may_answer(span)
    ]
    weighed = [_weighted(span, ranks[span.sentence]) for span in spans] if ranks else spans
    return max(weighed, key=lambda span: span.confidence, default=None)


def _weighted(span: AnswerSpan, rank: int) -> AnswerSpan:
    worth = _NEXT_QUOTE_FACTOR**rank
    return replace(span, confidence=worth * span.confidence, answer_probability=worth * span.answer_probability)


def is_in_any_language(words_shown: str, language: str) -> bool:
    """Tell whether words of a text in ``language`` can answer a question in another: names and quantities can."""
    told = [word for word in _SHOWN_WORD.findall(words_shown) if not is_stop(word.casefold(), language)]
    plain = [word for word in told if not (word[0].isdigit() or (word[0].isupper() and capitals_tell_names(language)))]
    if not capitals_tell_names(language):
        named = {
            word
            for start, end in certain_names(words_shown, language)
            for word in _SHOWN_WORD.findall(words_shown[start:end])
        }
        plain = [word for word in plain if word not in named]
    return len(plain) <= (1 if any(word[0].isdigit() for word in told) else 0)


def short_citation(question: str, language: str, quotes: Sequence[Citation], reader: SpanReader) -> Citation | None:
    """Return the few words that answer as a citation of their own, or None where there is no short answer.

    It holds the characters at these offsets of the document, word for word, with page, section and source of the quote
    that they are cut from.
    """
    places = quoted_sentences(quotes[:QUOTES_READ], language)[:MAX_SENTENCES_READ]
    texts = [quote.quote[start:end] for quote, start, end in places]
    ranks = [quotes.index(quote) for quote, _, _ in places]
    found = short_answer(question, language, texts, reader, ranks)
    if found is None:
        return None
    quote, begin, _ = places[found.sentence]
    start, end = begin + found.start, begin + found.end
    return replace(
        quote,
        start=quote.start + start,
        end=quote.start + end,
        quote=quote.quote[start:end],
        score=found.confidence,
        parts=(),
        marks=(),
        items=None,
    )


def quoted_sentences(quotes: Sequence[Citation], language: str) -> list[tuple[Citation, int, int]]:
    """Return the sentences of quotes that hold no code, as offsets into the quote; of a long quote, its marked ones."""
    found = []
    for quote in quotes:
        code = [(part.start - quote.start, part.end - quote.start) for part in quote.parts if part.kind == "code"]
        marks = [(start - quote.start, end - quote.start) for start, end in quote.marks]
        for start, end in marks or sentences(quote.quote, language):
            if not any(start < last and first < end for first, last in code):
                found.append((quote, start, end))
    return found


def _span(sentence: int, text: str, scores: SpanScores) -> AnswerSpan | None:
    """Return the span of one sentence with the highest expected F1 against all spans that may answer."""
    if not scores.units:
        return None
    chances = _span_probabilities(scores)
    answers = min(1.0, float(chances.sum()))
    chances = _without_two_dates(chances, text, scores.units)
    first, last = np.triu_indices(len(chances))
    likeliest = np.argsort(chances[first, last])[::-1][:_SPANS_COMPARED]
    first, last = first[likeliest], last[likeliest]
    weights = chances[first, last]
    shared = np.minimum(last[:, None], last) - np.maximum(first[:, None], first) + 1
    sizes = last - first + 1
    overlap = 2 * np.maximum(shared, 0) / (sizes[:, None] + sizes)  # F1 of each with each
    expected = overlap @ weights
    best = int(expected.argmax())
    start, end = _without_edges(text, scores.units[int(first[best])][0], scores.units[int(last[best])][1])
    return AnswerSpan(sentence, start, end, min(1.0, float(expected[best])), answers) if start < end else None


def _without_two_dates(chances: Floats, text: str, units: Sequence[tuple[int, int]]) -> Floats:
    """Return the probabilities with those of the spans across two dates set to 0."""
    kept = chances.copy()
    for first, last in _across_dates(text, units):
        kept[: first + 1, last:] = 0.0
    return kept


def _across_dates(text: str, units: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the last word of a date and the first of the next, where more than a dash or one word stands between.

    "1 April 2024 and runs until 31 March 2027" answers neither when it begins nor when it ends.
    """
    for one, other in pairwise(dates(text)):
        between = text[one.end : other.start]
        if word_count(between) > 1 and not _CLAUSE_END.search(between):
            before = [i for i, (start, _) in enumerate(units) if start < one.end]
            after = [i for i, (_, end) in enumerate(units) if end > other.start]
            if before and after:
                yield before[-1], after[0]


def _span_probabilities(scores: SpanScores) -> Floats:
    """Return the probability that the answer runs from one unit to another, shape (units, units).

    Together with the probability of no answer they sum to 1. An answer begins before it ends, and has a maximum length.
    """
    begins, ends = (_log_softmax(row) for row in (scores.begins, scores.ends))
    size = len(scores.units)
    logs = begins[1:, None] + ends[None, 1:]
    logs[np.tril_indices(size, -1)] = -np.inf
    logs[np.triu_indices(size, _MAX_SPAN_UNITS)] = -np.inf
    none = begins[0] + ends[0]
    highest = max(none, logs.max())
    chances = np.exp(logs - highest)
    shares: Floats = chances / (chances.sum() + np.exp(none - highest))
    return shares


def _log_softmax(row: NDArray[np.float32]) -> Floats:
    """Return log-odds as the logarithms of probabilities that sum to 1."""
    shifted = row.astype(np.float64) - row.max()
    shares: Floats = shifted - np.log(np.exp(shifted).sum())
    return shares


def _without_edges(text: str, start: int, end: int) -> tuple[int, int]:
    """Trim separators from the edges of a span: a comma, the sentence's full stop, a bracket without its other half."""
    while start < end and (text[start] in _SEPARATOR_SIGNS or text[start].isspace() or _is_half(text[start:end], 0)):
        start += 1
    while start < end and (
        text[end - 1] in _SEPARATOR_SIGNS or text[end - 1].isspace() or _is_half(text[start:end], -1)
    ):
        end -= 1
    if text[end - 1] == "." and not any(c.isalnum() for c in text[end:]) and "." not in text[start : end - 1]:
        end -= 1
    return start, end


def _is_half(span: str, at: int) -> bool:
    """Tell whether the sign at one end of the span opens or closes a pair whose other half is not in it."""
    sign = span[at]
    if sign in _SYMMETRIC_SIGNS:
        return span.count(sign) % 2 == 1
    other = _OTHER_HALF.get(sign)
    return other is not None and span.count(other) < span.count(sign)
