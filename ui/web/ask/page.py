"""The page that answers: a conversation from the oldest question to the newest, and the question box below it.

Answers are generated apart from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import streamlit as st

from rag.answer.options import checked_question
from rag.conversation.chats.store import StoredExchange
from rag.errors import LibraryNotFoundError, OakenError, UsageError
from rag.library.library import Library
from ui.shared.i18n import show_message, tr, trn
from ui.web import html_views, pending_questions, session
from ui.web.ask import citations, dropped_files, scope_box, sidebar, suggestions, unwritten_notice
from ui.web.ask import exchange as exchange_view
from ui.web.clicks import component
from ui.web.generation import Generation
from ui.web.library.add_files import first_steps
from ui.web.page_words import on_page
from ui.web.pending_questions import REFUSED_QUESTION
from ui.web.server.launcher import UPLOAD_MB

_QUESTION = "question"
_SWEPT = 16  # more than the elements of an exchange, and than the exchanges drawn at once
_EXCHANGES_DRAWN = 12  # exchanges drawn before someone asks for more


def show() -> None:
    """Draw the page."""
    pending_questions.follow_address()
    try:
        ready = session.open_for_page()
        with_text = ready.assistant.library.ledger.with_text()
    except LibraryNotFoundError:
        _without_library(first_steps)
    except OakenError as error:
        _without_library(partial(session.problem_text, error))
    else:
        if with_text:
            _ask(ready, with_text)
        else:
            _without_library(first_steps)


def _ask(ready: session.OpenLibrary, with_text: int) -> None:
    """Draw the page over a library that can be asked."""
    path: Sequence[StoredExchange] = []
    live: Mapping[str, Generation] = {}
    shown = st.session_state.get(pending_questions.CHAT)
    with session.errors_shown():
        dropped_files.take_in()
        pending_questions.run_pending(ready)
    asked = st.session_state.get(pending_questions.CHAT) != shown
    with session.errors_shown():
        live = pending_questions.answers().live()  # before the stored ones: an answer ending now is in either
        path = _path()
        _conversations(path, to_another=not asked)
    writing = next((live[each.question.id] for each in path if each.question.id in live), None)
    with st.container(key="head"):
        if not path:
            _introduce(ready, with_text)
        _clear_leftovers(writing)
    conversation, notice = st.container(key="conversation"), st.container(key="notice")
    if writing is None:
        with notice:
            unwritten_notice.show(ready.assistant.library.folder, path)
    where = scope_box.scope_key(ready.assistant.library, path)
    with st.container(key="foot"):  # before the conversation, which an answer being generated holds up
        _question_box(ready.assistant.library, path, where, writing)
        progress = exchange_view.progress(writing)
    _keep_in_view(path)
    with st.container(key="beside"), session.errors_shown():
        citations.handle_source_clicks(ready, path, writing)
    with conversation:
        if not path:
            suggestions.show(ready.assistant.library, path, scope_box.chosen(where))
        _draw(ready, path, where, writing, progress)


def _without_library(say: Callable[[], None]) -> None:
    """Draw why nothing can be asked, and the saved conversations all the same: to read, search and export."""
    say()
    if not pending_questions.any_kept():
        return
    with session.errors_shown():
        path = _path()
        _conversations(path)
        with st.container(key="conversation"):
            for each in path:
                with st.container(key=f"exchange-{each.question.id}"):
                    exchange_view.asked(each, answerable=False)
                    exchange_view.show(each, answerable=False)
        _keep_in_view(path)


def _path() -> list[StoredExchange]:
    """Return the conversation of this page; empty to begin with."""
    chat = st.session_state.get(pending_questions.CHAT, "")
    if not chat:
        return []
    try:
        path = pending_questions.chats().path(chat)
    except UsageError:  # deleted meanwhile, or of another library
        chat, path = "", []
    pending_questions.show_chat(chat)
    return path


def _conversations(path: Sequence[StoredExchange], *, to_another: bool = True) -> None:
    """Draw the sidebar: open or begin a conversation, and set how answers are written.

    A browser may send a click there and a question at once: the conversation that the question began is shown then.
    """
    kept = pending_questions.chats()
    chosen = sidebar.sidebar(kept, path[0].question.chat if path else None)
    if chosen is not None and to_another:
        pending_questions.show_chat(chosen)
        st.rerun()


def _introduce(ready: session.OpenLibrary, with_text: int) -> None:
    below = trn(
        with_text,
        "Your library holds one document. Answers quote it exactly. Anything unsupported is flagged.",
        "Your library holds {n} documents. Answers quote them exactly. Anything unsupported is flagged.",
    )
    st.html(html_views.heading_line(tr("What would you like to know?"), below))
    if ready.without_prose:
        why = show_message(on_page(ready.without_prose))
        st.html(html_views.quiet(f"{tr('Quotes only:')} {why}"))


def _question_box(library: Library, path: Sequence[StoredExchange], where: str, writing: Generation | None) -> None:
    """Draw the question box, and where it asks; a submitted question is handled in the next run."""
    with st.container(key="asker"):
        st.chat_input(
            tr("Ask your documents"),
            key=_QUESTION,
            disabled=writing is not None or pending_questions.being_read() is not None,
            accept_file="multiple",
            max_upload_size=UPLOAD_MB,
            on_submit=_on_submit,
            args=(where,),
        )
        scope_box.show(library, path, disabled=writing is not None)
        dropped_files.show()
        if words := str(st.session_state.get(REFUSED_QUESTION) or "").strip():
            _refused(words, where, disabled=writing is not None)


def _refused(words: str, where: str, *, disabled: bool) -> None:
    """Draw why a question was not asked, with its whole text to be shortened: a limit in the box would cut a paste."""
    with session.errors_shown():
        checked_question(words)
    st.text_area(tr("Edit your question"), key=REFUSED_QUESTION, disabled=disabled)
    st.button(tr("Ask"), key="ask-refused", type="primary", on_click=_on_shortened, args=(where,), disabled=disabled)


def _on_submit(where: str) -> None:
    said = st.session_state.get(_QUESTION)
    words, files = (said, ()) if isinstance(said, str) else (getattr(said, "text", ""), getattr(said, "files", ()))
    dropped_files.forget_refused()
    if files:
        dropped_files.submit(words, files)
    else:
        pending_questions.submit_question(words, scope_box.chosen(where))


def _on_shortened(where: str) -> None:
    pending_questions.submit_question(str(st.session_state.get(REFUSED_QUESTION) or ""), scope_box.chosen(where))


def _keep_in_view(path: Sequence[StoredExchange]) -> None:
    """Let the page show the newest question at its upper edge once it is there, and give the keyboard to the box."""
    newest = path[-1].question.id if path else ""
    with st.container(key="oaken-in-view"):
        component("conversation")(key="in-view", data={"newest": newest}, height=1)


def _draw(
    ready: session.OpenLibrary,
    path: Sequence[StoredExchange],
    where: str,
    writing: Generation | None,
    progress: exchange_view.Slot,
) -> None:
    """Draw the exchanges in their order, oldest first.

    The answer being generated is drawn last, when everything else is there.
    """
    place = None
    every = st.session_state.get("all-of") == (path[0].question.chat if path else "")
    first = 0 if every else max(0, len(path) - _EXCHANGES_DRAWN)
    if first:
        st.button(
            trn(first, "{n} earlier question", "{n} earlier questions"), key="earlier",
            on_click=st.session_state.update, args=({"all-of": path[0].question.chat},),
        )  # fmt: skip
    for each in path[first:]:
        with st.container(key=f"exchange-{each.question.id}"):
            being_written = writing is not None and each.question.id == writing.key
            exchange_view.asked(each, writing=being_written)
            if being_written:
                place = st.container(key="writing")
                _clear_leftovers(writing)
            else:
                with session.errors_shown():
                    exchange_view.show(each, last=each is path[-1])
            if each is path[-1] and writing is None:
                exchange_view.announce_end(each)
                suggestions.show(ready.assistant.library, path, scope_box.chosen(where))
    _clear_leftovers(writing)
    if place is not None and writing is not None:
        with place:
            exchange_view.follow(writing, progress)
        st.rerun()


def _clear_leftovers(writing: Generation | None) -> None:
    """Clear what an earlier run drew here and this one does not.

    Streamlit does so at the end of a run, and this run ends with the answer: until then what stood below an older
    answer would stand below the new question.
    """
    for _ in range(_SWEPT if writing is not None else 0):
        st.empty()
