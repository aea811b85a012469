"""From a number in an answer to its source: what was clicked, and the dialog that it opens (source/dialog.py)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.conversation.chats.store import StoredExchange
from rag.retrieval.passages import cite
from rag.types import Answer, Citation
from ui.shared.formatting import numbered
from ui.web import clicks, pending_questions, session
from ui.web.generation import Generation
from ui.web.source import dialog as source_dialog

# Before the question's id and a number, as web/html_views.py writes them: which list the number counts.
_LISTS: dict[str, Callable[[Answer], Sequence[Citation]]] = {
    "cite": numbered,
    "passage": lambda answer: [cite(each, 0, len(each.text), each.score) for each in answer.passages],
}


def sources(ready: session.OpenLibrary, path: Sequence[StoredExchange], writing: Generation | None) -> None:
    """Open the source or the passage that was clicked in an answer of the path, whole or being written; keep open
    what is."""
    library, asked = ready.assistant.library, _asked(clicks.last_click())
    answer = _answer(asked[1], path, writing) if asked else None
    if asked and answer is not None:
        source_dialog.open_source(library, _LISTS[asked[0]](answer), asked[2] - 1, busy=writing is not None)
    else:
        source_dialog.keep_open(library, busy=writing is not None)


def _asked(heard: str) -> tuple[str, str, int] | None:
    """The list, the question and the number in a click; None for any other."""
    which, _, rest = heard.partition(":")
    key, _, number = rest.rpartition(":")
    return (which, key, int(number)) if which in _LISTS and key and number.isdecimal() else None


def _answer(question: str, path: Sequence[StoredExchange], writing: Generation | None) -> Answer | None:
    """The answer to a question that the page shows."""
    if writing is not None and writing.key == question:
        return writing.view.answer
    reply = next((pending_questions.shown(each) for each in path if each.question.id == question), None)
    return reply.answer if reply is not None else None
