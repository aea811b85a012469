"""From a number in an answer to its source: what was clicked, and the dialog that it opens (source_view.py)."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer.chats import Exchange
from rag.types import Answer
from ui import asking, clicks, opened, source_view
from ui.answers import Writing
from ui.sources import numbered

_SAYS = "cite:"  # and then the question's id and the number, as views.py writes them


def sources(ready: opened.Opened, path: Sequence[Exchange], writing: Writing | None) -> None:
    """Open the source whose number was clicked in an answer of the path, whole or being written; keep open what is."""
    library, asked = ready.assistant.library, _asked(clicks.heard())
    answer = _answer(asked[0], path, writing) if asked else None
    if asked and answer is not None:
        source_view.open_source(library, numbered(answer), asked[1] - 1, busy=writing is not None)
    else:
        source_view.keep_open(library, busy=writing is not None)


def _asked(heard: str) -> tuple[str, int] | None:
    """The question and the number in a click; None for any other."""
    key, _, number = heard.removeprefix(_SAYS).rpartition(":")
    return (key, int(number)) if heard.startswith(_SAYS) and key and number.isdecimal() else None


def _answer(question: str, path: Sequence[Exchange], writing: Writing | None) -> Answer | None:
    """The answer to a question that the page shows."""
    if writing is not None and writing.key == question:
        return writing.view.answer
    reply = next((asking.shown(each) for each in path if each.question.id == question), None)
    return reply.answer if reply is not None else None
