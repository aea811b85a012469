"""The page that answers: quotes at once, prose as it is written, the proof below. Answers live apart from it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.answer.chats import Exchange
from rag.errors import LibraryMissing, OakenError, UsageError
from ui import asking, conversations, exchange_view, opened, views
from ui.answers import Writing
from ui.library_add import first_steps
from ui.tongue import tr, trn

_LONGEST_QUESTION = 2000
_AT_ONCE = 12  # exchanges drawn before someone asks for more


def show() -> None:
    """Draw the page."""
    try:
        ready = opened.opened()
        held = sum(1 for record in ready.assistant.library.records() if record.chunks)
        live = asking.answers().live()  # before what is kept is read: an answer that ends now is in either
        path = _path()
    except LibraryMissing:
        first_steps()
        return
    except OakenError as error:
        opened.say(error)
        return
    if not held:
        first_steps()
        return
    with opened.errors():
        _conversations(path)
    if not path:
        _introduce(ready, held)
    writing = next((live[each.question.id] for each in path if each.question.id in live), None)
    with opened.errors():
        if (begun := _ask(ready, path, writing)) is not None:
            path, writing = [*path, begun[0]], begun[1]
    _draw(ready, path, writing)


def _path() -> list[Exchange]:
    """The conversation that this page shows: the one it had, or the one in its address; none to begin with."""
    chat = st.session_state.get(asking.CHAT) or st.query_params.get(asking.CHAT, "")
    if not chat:
        return []
    try:
        path = asking.chats().path(chat)
    except UsageError:  # deleted meanwhile, or of another library
        chat, path = "", []
    asking.in_chat(chat)
    return path


def _conversations(path: Sequence[Exchange]) -> None:
    """The sidebar: another conversation, or a new one; and how answers are wanted."""
    kept = asking.chats()
    chosen = conversations.sidebar(kept, path[0].question.chat if path else None)
    with st.sidebar:
        conversations.profile_form(kept)
    if chosen is not None:
        asking.in_chat(chosen)
        st.rerun()


def _introduce(ready: opened.Opened, held: int) -> None:
    below = trn(
        held,
        "Your library holds one document. Answers quote it word for word; what it does not say is marked.",
        "Your library holds {n} documents. Answers quote them word for word; what they do not say is marked.",
    )
    st.html(views.heading_line(tr("What would you like to know?"), below))
    if ready.without_prose:
        st.html(views.quiet(f"{tr('Quotes only:')} {ready.without_prose}"))


def _ask(ready: opened.Opened, path: Sequence[Exchange], writing: Writing | None) -> tuple[Exchange, Writing] | None:
    """The question box; what was asked in it just now, on its way to an answer."""
    with st.container(key="asker"):
        asked = st.chat_input(
            tr("Ask your documents"), key="question", max_chars=_LONGEST_QUESTION, disabled=writing is not None
        )
    if not asked or not asked.strip() or writing is not None:
        return None
    return asking.ask(ready, asked.strip(), path)


def _draw(ready: opened.Opened, path: Sequence[Exchange], writing: Writing | None) -> None:
    """The newest first: its best quote stands right below the question, and nothing has to scroll. The answer being
    written is looked at last, when everything else is drawn."""
    place = None
    every = st.session_state.get("all-of") == (path[0].question.chat if path else "")
    first = 0 if every else max(0, len(path) - _AT_ONCE)
    for position, each in reversed([*enumerate(path)][first:]):
        with st.container(key=f"exchange-{each.question.id}"):
            st.html(views.question(each.question.text))
            if writing is not None and each.question.id == writing.key:
                place = st.container(key="writing")
            else:
                with opened.errors():
                    exchange_view.show(ready, each, path[:position])
    if first and st.button(trn(first, "{n} earlier question", "{n} earlier questions"), key="earlier"):
        st.session_state["all-of"] = path[0].question.chat
        st.rerun()
    if place is not None and writing is not None:
        with place:
            exchange_view.follow(writing)
        st.rerun()
