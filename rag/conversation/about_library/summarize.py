"""Summarise a document, or a section of it, in a few of its own sentences: the one that says most of each part, cited.

Nothing is rewritten: what a summary says stands in the document word for word. A part stands under a heading. Its
sentence is the most central one, whose words the rest of the document uses most; one that opens its part or tells a
figure counts more. What only leads elsewhere (contents, navigation, "see also") and what speaks to a machine is no part
of what a document says.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from rag.conversation.about_library.naming import spelled
from rag.conversation.about_library.word_classes import fold_word
from rag.library.db.opening import DocumentOpening
from rag.library.db.schema import NON_PROSE_KINDS
from rag.library.reader import LibraryReader
from rag.text.analyzer import fold, terms
from rag.text.languages import known_languages
from rag.text.languages.schema.conversation import BoilerplateWords
from rag.text.patterns import any_of
from rag.text.scripts import ENDS, word_count
from rag.text.sentences import sentences
from rag.types import Citation, Claim, Document, Element, FileRecord

_MAX_SECTIONS = 8  # sections summarised at most: the longest ones, in order
_PARTS_WITHOUT_SECTIONS = 4  # parts of a document without sections
_TABLE_ROWS_SHOWN = 3  # rows taken of a table that has no sentences
_HEADING_NUMBER = re.compile(r"^(?:§ ?)?(?:\d{1,3}(?:\.\d+)*[.)]?|[IVX]+[.)]) +")
_MIN_INFORMATIVE_WORDS = 5  # words of a sentence that says something by itself
_MAX_SENTENCES = 60
_SENTENCE_END = regex.compile(rf"[{ENDS}:;][»”\"')」』）］\s]*$")
_INCOMPLETE_LINE_WEIGHT = 0.3  # weight factor for a line that does not end as a sentence
_OPENING_WEIGHT = 1.4  # weight factor for a sentence that opens its part
_FIGURE_WEIGHT = 1.3  # weight factor for a sentence with a figure
_MIN_LINK_SHARE = 0.5  # least share of linked letters in a block that is only navigation
_OPENING_SENTENCES = 2  # sentences of a document's beginning
_BUTTON_WORDS = 2  # words of a line that may be a button's, or a menu's
_COPYRIGHT_PATTERN = r"^©"
_CHAT_TEMPLATE = r"(?:<\|\w+\|>|\[/?inst\]|</?(?:system|assistant|user|prompter)>)"
_GIST_CHARS = 120  # characters of a document's line in a list


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    page: int | None
    section: tuple[str, ...]
    stems: tuple[str, ...]
    is_complete: bool  # as a sentence does: a row of a table, or a caption, does not
    has_figure: bool


def summarise(record: FileRecord, library: LibraryReader, heading: str = "") -> Iterator[tuple[int, int, Claim | None]]:
    """Yield (parts done, parts in all, the claim of this part or None where it says nothing), part after part.

    With a ``heading`` only what stands under it. A table without sentences gives its first rows.
    """
    document = library.document(record.id)
    if document is None:
        return
    sentences = [each for each in _sentences(document) if not heading or sentences_under(each.section, heading)]
    if not sentences:
        yield from _rows(record, document, heading)
        return
    parts = _parts(sentences)
    often = Counter(stem for part in parts for sentence in part for stem in set(sentence.stems))
    used: set[str] = set()
    for done, part in enumerate(parts, 1):
        best = max(part, key=lambda sentence: _score(sentence, sentence is part[0], often, used))
        used |= set(best.stems)
        yield done, len(parts), _claim(record, document, best.start, best.end, best.page, best.section)


def first_sentences(record: FileRecord, library: LibraryReader) -> list[Citation]:
    """Return the sentences that a document begins with, or the first rows of a table."""
    document = library.document(record.id)
    if document is None:
        return []
    sentences = _sentences(document)
    sentences = [
        each for each in sentences if each.is_complete
    ] or sentences  # a title, or who wrote it, is no sentence
    found = [(each.start, each.end, each.page, each.section) for each in sentences[:_OPENING_SENTENCES]]
    claims = [_claim(record, document, *place) for place in found]
    claims = claims or [claim for *_, claim in _rows(record, document, "") if claim is not None]
    return [citation for claim in claims for citation in claim.citations]


def gist(opening: DocumentOpening | None, longest: int = _GIST_CHARS) -> str:
    """Return a document in a line: its title, or its first sentence."""
    if opening is None:
        return ""
    summary = opening.title
    for start, end in sentences(opening.text, opening.language):
        if summary:
            break
        sentence = " ".join(opening.text[start:end].split())
        whole = _SENTENCE_END.search(sentence) or word_count(sentence) > _BUTTON_WORDS
        summary = sentence if whole and any(c.isalpha() for c in sentence) and not _is_boilerplate(sentence) else ""
    return summary if len(summary) <= longest else summary[: longest - 1].rsplit(" ", 1)[0].rstrip(" ,;:—-") + "…"


def sentences_under(section: Sequence[str], heading: str) -> bool:
    """Whether a section has this heading or stands below it; the number before a heading need not be said."""
    wanted = spelled(heading)
    return bool(wanted) and any(wanted in (spelled(each), spelled(without_markers(each))) for each in section)


def without_markers(heading: str) -> str:
    """Return a heading on one line without the number before it: "2.1 The bell" is "The bell"."""
    line = " ".join(heading.split())
    return _HEADING_NUMBER.sub("", line) or line


def is_informative(text: str, language: str) -> bool:
    """Whether a text holds a sentence that a summary could take."""
    return any(_is_quotable(text[start:end]) for start, end in sentences(text, language))


def _is_quotable(sentence: str) -> bool:
    return _MIN_INFORMATIVE_WORDS <= word_count(sentence) <= _MAX_SENTENCES and not _is_boilerplate(sentence)


def _is_boilerplate(sentence: str) -> bool:
    """Whether a sentence only leads elsewhere, or speaks to a machine."""
    low = fold_word(" ".join(sentence.split()))
    return any(pattern.search(low) for pattern in _boilerplate_patterns())


@lru_cache(maxsize=1)
def _boilerplate_patterns() -> tuple[re.Pattern[str], ...]:
    known = _boilerplate()
    pointers = sorted((re.escape(each) for words in known for each in _phrases(words.pointers)), key=len, reverse=True)
    places = any_of(*(each for words in known for each in _phrases(words.places)))
    articles = any_of(*(fold(words.articles) for words in known))
    # "See the handbook.pdf" leads elsewhere; "See that the valve is shut" tells what to do.
    to = rf"\s+(?:{articles} )?(?:\S+\.\w{{1,5}}\b|{places}\w*|https?:)"
    leads = rf"^[\W_]*{any_of(*pointers)}(?:[.:>»→|]|{to}|\W*$)"
    arrows = r"(?:[›»→|·•]\s*\S+\s*){3,}$"
    listed = (_folded(each) for words in known for each in (*words.every_page, *words.to_a_machine))
    return tuple(re.compile(each) for each in (leads, arrows, _COPYRIGHT_PATTERN, _CHAT_TEMPLATE, *listed))


def _boilerplate() -> tuple[BoilerplateWords, ...]:
    return tuple(language.conversation.boilerplate for language in known_languages().values())


def _phrases(listed: str) -> list[str]:
    return [fold_word(each.strip()) for each in listed.split(",")]


def _folded(pattern: str) -> str:
    """Return a pattern that matches text after :func:`fold_word`; its classes ("\\W") keep their capitals."""
    return fold(pattern.replace("\u0451", "\u0435")).replace("ñ", "n")


@lru_cache(maxsize=1)
def _link_headings() -> frozenset[str]:
    return frozenset(spelled(each) for words in _boilerplate() for each in _phrases(words.leads_elsewhere))


def _sentences(document: Document) -> list[_Sentence]:
    found = []
    for element in document.elements:
        if element.kind in NON_PROSE_KINDS or _is_link_section(element, document):
            continue
        text = document.text[element.start : element.end]
        for start, end in sentences(text, document.language):
            sentence = text[start:end]
            if _is_quotable(sentence):
                stems = tuple(terms(sentence, document.language))
                begin, ends = element.start, _SENTENCE_END.search(sentence) is not None
                figure = any(c.isdecimal() for c in sentence)
                found.append(_Sentence(begin + start, begin + end, element.page, element.section, stems, ends, figure))
    return found


def _is_link_section(element: Element, document: Document) -> bool:
    """Whether a block stands under a heading like "See also", or is hardly more than links."""
    if any(spelled(fold_word(without_markers(each))) in _link_headings() for each in element.section):
        return True
    linked = sum(
        min(link.end, element.end) - max(link.start, element.start)
        for link in document.links
        if link.start < element.end and link.end > element.start
    )
    return linked > _MIN_LINK_SHARE * (element.end - element.start)


def _rows(record: FileRecord, document: Document, heading: str) -> Iterator[tuple[int, int, Claim | None]]:
    rows = [
        each
        for each in document.elements
        if each.kind == "row" and (not heading or sentences_under(each.section, heading))
    ]
    for done, row in enumerate(rows[:_TABLE_ROWS_SHOWN], 1):
        place = (row.start, row.end, row.page, row.section)
        yield done, min(len(rows), _TABLE_ROWS_SHOWN), _claim(record, document, *place)


def _claim(
    record: FileRecord, document: Document, start: int, end: int, page: int | None, section: tuple[str, ...]
) -> Claim:
    text = document.text[start:end]
    citation = Citation(record.id, record.source, page, section, start, end, text, 1.0)
    return Claim(" ".join(text.split()), True, 1.0, (citation,))


def _parts(sentences: Sequence[_Sentence]) -> list[list[_Sentence]]:
    """By heading where there are some, else into equal parts; in the order of the document."""
    for depth in (2, 1):
        groups: dict[tuple[str, ...], list[_Sentence]] = {}
        for sentence in sentences:
            groups.setdefault(sentence.section[:depth], []).append(sentence)
        if len(groups) <= _MAX_SECTIONS:
            break
    if len(groups) > 1:
        longest = sorted(groups.values(), key=len, reverse=True)[:_MAX_SECTIONS]
        return sorted(longest, key=lambda part: part[0].start)
    size = math.ceil(len(sentences) / _PARTS_WITHOUT_SECTIONS) or 1
    return [list(sentences[at : at + size]) for at in range(0, len(sentences), size)]


def _score(sentence: _Sentence, opens: bool, often: Counter[str], used: set[str]) -> float:
    """Return a sentence's score: the words it shares with the others, less for length and repetition.

    More where it opens its part or tells a figure.
    """
    new = set(sentence.stems)
    weight = sum((0.3 if stem in used else 1.0) * math.log(1 + often[stem]) for stem in new)
    weight *= (_OPENING_WEIGHT if opens else 1.0) * (_FIGURE_WEIGHT if sentence.has_figure else 1.0)
    return (
        weight * (1.0 if sentence.is_complete else _INCOMPLETE_LINE_WEIGHT) / float((3.0 + len(sentence.stems)) ** 0.7)
    )
