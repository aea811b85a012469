"""Turns ranked sentences into the one to three quotes that are shown, each a block of its document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.library.reader import LibraryReader
from rag.retrieval.answer_type import Event
from rag.retrieval.coverage import CoveredSentence
from rag.retrieval.query import Query
from rag.retrieval.structure import Section, StructureBlock, block_of
from rag.text.scripts import word_count
from rag.text.sentences import leads

MAX_QUOTES = 3
_LED_KINDS = frozenset(("list", "code", "row"))  # elements that a lead-in leads to
_QUOTE_MARGIN_POINTS = 1.75  # points that another quote may have less than the best
_FACT_WORDS = 100  # words quoted at most for a question that a few words answer, but for the first quote
_MIN_PROBABILITY_OF_FURTHER_QUOTE = 0.2  # that it answers such a question, as the span reader has it
_WHOLE_PARAGRAPH_WORDS = 45  # words up to which the first quote to such a question is its whole paragraph
_QUOTE_WORDS = (150, 60, 60)  # words that the first, second and third quote grow to for any other question
_ENTRY_WORDS = 10  # words up to which a sentence that reports a payment is a line of a receipt
_RECEIPT_WORDS = 100  # words that its quote grows to, so that it holds what was paid for and the total
_MARK_MARGIN_POINTS = 0.8  # points that a sentence may have less than its block's best and is marked in it
_SENTENCES_CONSIDERED = 40  # sentences, best first


def choose(query: Query, ranked: Sequence[CoveredSentence], library: LibraryReader) -> list[CoveredSentence]:
    """Return one to three quotes: the block of the best sentence, and those of sentences with scores close to its.

    For a question that a few words answer, quotes are as short as the structure allows, except that the first takes all
    of a short paragraph. For any other question, a quote takes as much of its section as can be read at a glance.
    Ranked sentences inside a chosen block are marked there.
    """
    question_stems = frozenset(form for term in query.terms for form in term.stems)
    chosen: list[CoveredSentence] = []
    length = 0
    for sentence in ranked[:_SENTENCES_CONSIDERED]:
        at = next((i for i, each in enumerate(chosen) if sentence.within(each)), None)
        if at is not None:
            if not query.is_brief or _is_as_good(sentence, chosen[at], query):
                chosen[at] = _with_mark(chosen[at], sentence)
            continue
        if len(chosen) == MAX_QUOTES or (chosen and sentence.score < chosen[0].score - _QUOTE_MARGIN_POINTS):
            continue
        paragraph = _WHOLE_PARAGRAPH_WORDS if query.is_brief and not chosen else 0
        most = 0 if query.is_brief else _QUOTE_WORDS[len(chosen)]
        if not chosen and query.event is Event.PAYMENT and _is_entry(sentence):
            most = _RECEIPT_WORDS
        quote = _block(sentence, question_stems, paragraph, most, library)
        size = word_count(quote.text)
        if chosen and query.is_brief and (length + size > _FACT_WORDS or _reader_rejects(sentence, chosen[0])):
            continue
        if any(quote.text == each.text or quote.overlaps(each) for each in chosen):
            continue
        chosen.append(quote)
        length += size
    return [_without_full_mark(quote) for quote in chosen]


def _is_entry(sentence: CoveredSentence) -> bool:
    """Tell whether a sentence is a line of a receipt: without the others it tells a sum or what for, not both."""
    return sentence.event_match > 0 and word_count(sentence.text) <= _ENTRY_WORDS


def _block(
    sentence: CoveredSentence, question_stems: frozenset[str], paragraph: int, max_words: int, library: LibraryReader
) -> CoveredSentence:
    passage = sentence.passage
    section = Section.around(library, passage.document_id, sentence.start, passage.language)
    if section is None or section.text_between(sentence.start, sentence.end) != sentence.text:
        return sentence
    block: StructureBlock = block_of(
        section, sentence.start, sentence.end, question_stems, paragraph=paragraph, max_words=max_words
    )
    marks = ((sentence.start, _end_of_led(sentence, block)),)
    return replace(
        sentence, start=block.start, end=block.end, text=block.text, parts=block.parts, items=block.items, marks=marks
    )


def _end_of_led(sentence: CoveredSentence, block: StructureBlock) -> int:
    """Return where a sentence ends: a lead-in with the list or listing that follows it, which it leads to."""
    end = sentence.end
    if leads(sentence.text):
        for part in block.parts:
            if part.start >= end and part.kind in _LED_KINDS:
                end = part.end
            elif part.start >= end:
                break
    return end


def _reader_rejects(sentence: CoveredSentence, first: CoveredSentence) -> bool:
    """Tell whether the reader, where there is one, sees no answer in a sentence."""
    return (
        first.answer_probability is not None
        and (sentence.answer_probability or 0.0) < _MIN_PROBABILITY_OF_FURTHER_QUOTE
    )


def _is_as_good(sentence: CoveredSentence, quote: CoveredSentence, query: Query) -> bool:
    """Tell whether a further sentence of a quote may hold the fact too: it offers what is asked for no less."""
    offers = query.answer_type is None or sentence.answer_type_match >= quote.answer_type_match
    return offers and not _reader_rejects(sentence, quote)


def _with_mark(quote: CoveredSentence, sentence: CoveredSentence) -> CoveredSentence:
    if (
        not quote.marks
        or sentence.score < quote.score - _MARK_MARGIN_POINTS
        or any(start <= sentence.start and sentence.end <= end for start, end in quote.marks)
    ):
        return quote
    return replace(quote, marks=tuple(sorted((*quote.marks, (sentence.start, sentence.end)))))


def _without_full_mark(quote: CoveredSentence) -> CoveredSentence:
    """Return the quote without a mark that covers all of it."""
    start, end = quote.start, quote.end
    return replace(quote, marks=tuple(mark for mark in quote.marks if mark != (start, end)))
