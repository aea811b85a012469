"""Answer small talk, which asks nothing of the documents: greetings, thanks, "what can you do?". Nothing is searched.

Only whole utterances count: "Hello, when does the library open?" is a question like any other.
"""

from __future__ import annotations

import re
from functools import cache

from rag.text.languages import known_languages
from rag.text.languages.schema.conversation import ConversationWords, SmallTalk
from rag.text.spellings import unaccented

_EDGE_CHARS = " \t\n.!?…,;:¡¿)(«»\"'👋🙏🙂😊"


def small_talk(question: str) -> tuple[str, str] | None:
    """Return the reply to a greeting, thanks, farewell or question about Oaken, and its language; None for others."""
    inner = question.replace("’", "'").replace("¿", "").replace("¡", "")
    plain = unaccented(" ".join(inner.strip(_EDGE_CHARS).split()))
    for language, pattern, reply in _patterns():
        if pattern.fullmatch(plain):
            return reply, language
    return None


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    """Return each known language's kinds of small talk, with the reply."""
    return tuple(
        (language, re.compile(unaccented(rf"(?:{talk.pattern})"), re.IGNORECASE), talk.reply)
        for language, known in known_languages().items()
        for talk in _kinds(known.conversation)
    )


def _kinds(words: ConversationWords) -> tuple[SmallTalk, ...]:
    return words.greeting, words.how_are_you, words.thanks, words.farewell, words.about_oaken
