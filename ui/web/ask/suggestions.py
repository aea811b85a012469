"""Suggested questions as buttons, below the newest answer or to begin with: a click asks one, once."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.conversation.chats.store import StoredExchange
from rag.conversation.suggestions import follow_ups, initial_questions
from rag.errors import OakenError
from rag.library.library import Library
from rag.retrieval.filters import SearchFilter
from ui.shared.i18n import language, tr
from ui.web import html_views, pending_questions, session

_SUGGESTIONS_KEY = "suggested-known"  # in the session: the latest suggestions, and what they belong to


def show(library: Library, path: Sequence[StoredExchange], scope: SearchFilter) -> None:
    """Draw the buttons for questions within the scope; nothing where there is nothing to suggest."""
    questions = _suggestions(library, path, scope)
    if not questions:
        return
    after = path[-1].question.id if path else ""
    with st.container(key="suggested", gap="small"):
        st.html(html_views.quiet(tr("You could ask:")))
        with st.container(key="suggested-row", horizontal=True, gap="small"):
            for at, words in enumerate(questions):
                # The key names the question before it: a click on the previous row does not count for this one.
                key = f"suggested-{after}-{at}"
                st.button(
                    session.escape_markdown(words),
                    key=key,
                    wrap=True,
                    on_click=pending_questions.submit,
                    args=(pending_questions.NewQuestion(words, after, scope),),
                )


def _suggestions(library: Library, path: Sequence[StoredExchange], scope: SearchFilter) -> list[str]:
    reply = pending_questions.shown(path[-1]) if path else None
    if path and (reply is None or reply.answer is None):
        return []
    asked = [each.question.text for each in path]
    about = (library.folder, library.ledger.last_change(), reply.id if reply else "", language(), scope)
    known = st.session_state.get(_SUGGESTIONS_KEY)
    if known is not None and known[0] == about:
        return list(known[1])
    try:
        questions = (
            follow_ups(library, reply.answer, language=language(), asked=asked, scope=scope)
            if reply and reply.answer
            else []
        )
        questions = questions or initial_questions(library, language(), asked=asked, scope=scope)
    except OakenError:  # the page shows it where it matters
        questions = []
    st.session_state[_SUGGESTIONS_KEY] = (about, questions)
    return questions
