"""Read whether a question asks how something was before, and which earlier question it asks that of.

"Was it different before?" asks the question before once more, of the older document.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rag.text.analyzer import is_stop, words
from rag.text.languages import rules_for
from rag.text.languages.schema.questions import ComparisonWords
from rag.text.patterns import any_of
from rag.types import Turn


def asks_for_earlier(question: str, language: str) -> bool:
    """Tell whether a question asks what an older version says, or how something was before."""
    known = rules_for(language)
    wording = known.questions.comparison if known else None
    return wording is not None and _words(wording.older, wording.earlier).search(question) is not None


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
    if not _words(*versions).search(question):
        return False
    bare = _words(
        *versions,
        wording.both,
        wording.topicless,
        wording.unspecific,
        wording.asking,
        wording.stand_in.replace(" ", "|"),
    ).sub(" ", question)
    return all(is_stop(word, language) for word in words(bare, language))


@lru_cache(maxsize=64)
def _words(*pieces: str) -> re.Pattern[str]:
    return re.compile(rf"\b{any_of(*filter(None, pieces))}(?!\w)", re.IGNORECASE)
