"""Read questions after what changed from one version of a document to another, by their words alone.

"What changed between the old and the new lease?", "Compare a.md and b.md", "How do the two leases differ?". Which
documents are meant is for documents.py to find.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rag.retrieval.decompose_comparison import compared_sides, comparison_parts
from rag.text.analyzer import is_stop, words
from rag.text.detect import language_of_question
from rag.text.languages import known_languages
from rag.text.languages.schema.questions import ComparisonWords
from rag.text.patterns import any_of

_YEAR = re.compile(r"(?:19|20)\d\d")
_FILE = re.compile(r"[^\s“”\"«»,;?]*\w\.[A-Za-z]\w{0,5}\b")


@dataclass(frozen=True, slots=True)
class VersionName:
    """A side of a comparison as a question names it."""

    text: str
    files: tuple[str, ...] = ()  # file names in it
    nouns: tuple[str, ...] = ()  # words that name the document: "lease"
    years: tuple[str, ...] = ()
    is_older: bool = False  # "the OLD lease"
    is_newer: bool = False
    is_both: bool = False  # "the TWO leases"

    @property
    def is_qualified(self) -> bool:
        """Whether it says which version is meant, or that there are two."""
        return bool(self.is_older or self.is_newer or self.is_both or self.years or self.files)


@dataclass(frozen=True, slots=True)
class VersionQuestion:
    """A question that asks for a comparison of documents."""

    language: str
    sides: tuple[VersionName, ...]  # two, or one for all that it names: "the two leases"
    topic: tuple[str, ...] = ()  # words for what is compared, beside the sides: "the RENT in the old and the new lease"


def parse_version_question(question: str) -> VersionQuestion | None:
    """Return what a question that asks to compare names; None where it asks for no comparison as such."""
    for language in _languages(question):
        wording = known_languages()[language].questions.comparison
        asks = _word(wording.comparing, wording.changing).search(question) is not None
        parts = None if asks else comparison_parts(question, language)
        if not asks and (parts is None or parts.of_both):
            continue
        found = compared_sides(question, language)
        if found is not None:
            sides = tuple(_name(side, wording, language) for side in found[:2])
            return VersionQuestion(language, sides, _topic(found[2], wording, language))
        if asks:
            return VersionQuestion(language, (_name(question, wording, language),))
    return None


def _languages(question: str) -> Iterator[str]:
    known = list(known_languages())
    spoken = language_of_question(question, known)
    return iter(dict.fromkeys([*([spoken] if spoken in known else []), *known]))


def _name(side: str, wording: ComparisonWords, language: str) -> VersionName:
    files = tuple(_FILE.findall(side))
    bare = _FILE.sub(" ", side)
    for file in files:
        bare = bare.replace(file, " ")
    return VersionName(
        side,
        files,
        _topic(bare, wording, language, wording.older, wording.newer),
        tuple(_YEAR.findall(bare)),
        _word(wording.older).search(bare) is not None,
        _word(wording.newer).search(bare) is not None,
        _word(wording.both).search(bare) is not None,
    )


def _topic(text: str, wording: ComparisonWords, language: str, *more: str) -> tuple[str, ...]:
    """Return the content words of a text that neither compare nor ask, nor are numbers."""
    empty = (wording.comparing, wording.changing, wording.both, wording.unspecific, wording.asking, *more)
    bare = _word(*empty).sub(" ", text)
    return tuple(
        word for word in dict.fromkeys(words(bare, language)) if not is_stop(word, language) and not word[0].isdigit()
    )


@lru_cache(maxsize=64)
def _word(*pieces: str) -> re.Pattern[str]:
    return re.compile(rf"\b{any_of(*pieces)}(?!\w)", re.IGNORECASE)
