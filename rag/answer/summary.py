"""A document, or a section of it, in a few of its own sentences: of each part the most central one, cited.

Nothing is written anew: what a summary says stands in the document word for word. Central is the sentence whose words
the rest of the document uses most.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from rag.answer.about import spelled
from rag.library.library import Library
from rag.library.schema import NOT_RUNNING
from rag.library.terms import terms
from rag.sentences import sentences
from rag.text.scripts import ENDS, word_count
from rag.types import Citation, Claim, Document, Record

_PARTS = 8  # sections summarised at most: the longest ones, in order
_EVEN = 4  # parts of a document without sections
_NUMBER = re.compile(r"^(?:§ ?)?(?:\d{1,3}(?:\.\d+)*[.)]?|[IVX]+[.)]) +")
_LEAST = 5  # words of a sentence that says something by itself
_MOST = 60
_ENDS = regex.compile(rf"[{ENDS}:;][»”\"')」』）］\s]*$")
_BARE = 0.3  # what a line counts that does not end as a sentence


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    page: int | None
    section: tuple[str, ...]
    stems: tuple[str, ...]
    ends: bool  # as a sentence does: a row of a table, or a caption, does not


def summarise(record: Record, library: Library, heading: str = "") -> Iterator[tuple[int, int, Claim | None]]:
    """(parts done, parts in all, the claim of this part or None where it says nothing), part after part. With a
    ``heading`` only what stands under it."""
    document = library.document(record.id)
    held = _sentences(document) if document is not None else []
    if heading:
        held = [sentence for sentence in held if under(sentence.section, heading)]
    parts = _parts(held)
    often = Counter(stem for part in parts for sentence in part for stem in set(sentence.stems))
    said: set[str] = set()
    for done, part in enumerate(parts, 1):
        assert document is not None
        best = max(part, key=lambda sentence: _central(sentence, often, said), default=None)
        claim = None
        if best is not None:
            said |= set(best.stems)
            text = document.text[best.start : best.end]
            citation = Citation(record.id, record.source, best.page, best.section, best.start, best.end, text, 1.0)
            claim = Claim(" ".join(text.split()), True, 1.0, (citation,))
        yield done, len(parts), claim


def under(section: Sequence[str], heading: str) -> bool:
    """Whether a section has this heading or stands below it; the number before a heading need not be said."""
    wanted = spelled(heading)
    return bool(wanted) and any(wanted in (spelled(each), spelled(bare(each))) for each in section)


def bare(heading: str) -> str:
    """A heading on one line without the number before it: "2.1 The bell" is "The bell"."""
    line = " ".join(heading.split())
    return _NUMBER.sub("", line) or line


def says_something(text: str, language: str) -> bool:
    """Whether a text holds a sentence that a summary could take."""
    return any(_LEAST <= word_count(text[start:end]) <= _MOST for start, end in sentences(text, language))


def _sentences(document: Document) -> list[_Sentence]:
    found = []
    for element in document.elements:
        if element.kind in NOT_RUNNING:
            continue
        text = document.text[element.start : element.end]
        for start, end in sentences(text, document.language):
            if _LEAST <= word_count(text[start:end]) <= _MOST:
                stems = tuple(terms(text[start:end], document.language))
                begin, ends = element.start, _ENDS.search(text[start:end]) is not None
                found.append(_Sentence(begin + start, begin + end, element.page, element.section, stems, ends))
    return found


def _parts(held: Sequence[_Sentence]) -> list[list[_Sentence]]:
    """By heading where there are some, else into equal parts; in the order of the document."""
    for depth in (2, 1):
        groups: dict[tuple[str, ...], list[_Sentence]] = {}
        for sentence in held:
            groups.setdefault(sentence.section[:depth], []).append(sentence)
        if len(groups) <= _PARTS:
            break
    if len(groups) > 1:
        longest = sorted(groups.values(), key=len, reverse=True)[:_PARTS]
        return sorted(longest, key=lambda part: part[0].start)
    size = math.ceil(len(held) / _EVEN) or 1
    return [list(held[at : at + size]) for at in range(0, len(held), size)]


def _central(sentence: _Sentence, often: Counter[str], said: set[str]) -> float:
    """What the sentence shares with the others, less for length and for what was said already."""
    new = set(sentence.stems)
    weight = sum((0.3 if stem in said else 1.0) * math.log(often[stem]) for stem in new)
    return weight * (1.0 if sentence.ends else _BARE) / float((3.0 + len(sentence.stems)) ** 0.7)
