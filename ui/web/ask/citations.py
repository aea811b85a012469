"""Open the source of a clicked citation number: what was clicked, and its dialog (source/dialog.py)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.citations import numbered_sources
from rag.conversation.chats.store import StoredExchange
from rag.retrieval.passages import cite
from rag.types import Answer, Citation
from ui.web import clicks, pending_questions, session
from ui.web.generation import Generation
from ui.web.source import dialog as source_dialog

# Which list the number counts: the part before the question's id and the number, as web/html_views.py writes it.
_LISTS: dict[str, Callable[[Answer], Sequence[Citation]]] = {
    "cite": numbered_sources,
    "passage": lambda answer: [cite(each, 0, len(each.text), each.score) for each in answer.passages],
}


def handle_source_clicks(
    ready: session.OpenLibrary, path: Sequence[StoredExchange], writing: Generation | None
) -> None:
    """Open the source or passage clicked in any answer on this page, or keep the open dialog open.

    The answer may be finished or still being generated.
    """
    others = {name for each in path for name in each.question.scope.libraries}
    library = session.reader_of(ready.assistant, sorted(others))
    click = _parse_click(clicks.last_click())
    answer = _answer(click[1], path, writing) if click else None
    if click and answer is not None:
        source_dialog.open_source(library, _LISTS[click[0]](answer), click[2] - 1, busy=writing is not None)
    else:
        opener = _parse_click(source_dialog.opened_by())
        if opener and not any(each.question.id == opener[1] for each in path):  # another conversation is shown now
            source_dialog.close()
        source_dialog.keep_open(library, busy=writing is not None)


def _parse_click(click: str) -> tuple[str, str, int] | None:
    """Parse a click into (list, question id, number); None for any other click."""
    which, _, rest = click.partition(":")
    key, _, number = rest.rpartition(":")
    return (which, key, int(number)) if which in _LISTS and key and number.isdecimal() else None


def _answer(question: str, path: Sequence[StoredExchange], writing: Generation | None) -> Answer | None:
    """Return the answer that the page shows for a question."""
    if writing is not None and writing.key == question:
        return writing.view.answer
    reply = next((pending_questions.shown(each) for each in path if each.question.id == question), None)
    return reply.answer if reply is not None else None
