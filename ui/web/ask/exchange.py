"""One question on the page with its reply: an answer with its evidence, one being generated, or a problem."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rag.answer.assistant import NOT_COMPARED
from rag.answer.options import checked_question
from rag.citations import numbered_sources
from rag.conversation.chats.store import StoredAnswer, StoredExchange
from rag.errors import OakenError
from rag.quote_blocks import claims_beyond_quotes, repeats_quote
from rag.text.sentences import fenced
from rag.types import MAX_QUESTION_CHARS, Answer, AnswerStatus
from ui.shared.export import markdown
from ui.shared.i18n import show_message, tr
from ui.shared.scopes import scope_text
from ui.web import html_views, pending_questions, routes, session
from ui.web.ask import quote_cards
from ui.web.ask.announcement import announcement, spoken_claims
from ui.web.ask.feedback import show_feedback
from ui.web.generation import Generation, GenerationView
from ui.web.page_words import on_page

_SPOKEN_SENTENCES = "heard"  # in the session: an answer's id, and how many of its sentences were announced
_NEAR_PASSAGES = 3  # passages that are shown where nothing answers
_HEARD_AFTER_SECONDS = 0.5  # seconds after which the browser has surely drawn what it was given
Slot = DeltaGenerator | None  # a place on the page that is drawn again


def progress(writing: Generation | None) -> Slot:
    """Draw the way to stop an answer being generated; return the place beside it that says how far it has come."""
    if writing is None:
        return None
    with st.container(key="progress", horizontal=True, vertical_alignment="center"):
        slot = st.empty()
        slot.html(html_views.waiting(tr("Searching your documents…")), width="content")
        st.button(tr("Stop"), key="stop", icon=":material/stop_circle:", type="tertiary", on_click=writing.stop)
    return slot


def follow(writing: Generation, progress: Slot) -> None:
    """Draw an answer while it is generated, to its end; announce it sentence by sentence for screen readers.

    What is drawn stays where it is: how far it has come stands apart, and prose takes a place once it has words.
    """
    heading, prose, quotes, announcer = st.empty(), st.empty(), st.empty(), st.empty()
    drawn, claims_announced, heard, since = [""] * 4, -1, -1, time.monotonic()
    for view in writing.views():
        if view.answer is None:
            continue
        if (claims_now := spoken_claims(view.answer)) != claims_announced:
            announcer.html(announcement(view.answer, max(0, claims_announced)))
            heard, claims_announced, since = claims_announced, claims_now, time.monotonic()
        now = [*_parts(view, writing.key), _stage(view)]
        for slot, html, before in zip((heading, prose, quotes, progress), now, drawn, strict=True):
            if slot is not None and html != before:
                slot.html(html, width="content" if slot is progress else "stretch") if html else slot.empty()
        drawn = now
    heard = claims_announced if time.monotonic() - since > _HEARD_AFTER_SECONDS else heard
    st.session_state[_SPOKEN_SENTENCES] = (writing.key, max(0, heard))


def announce_end(exchange: StoredExchange) -> None:
    """Announce the end of an answer that this page saw generated, for screen readers.

    The browser may never have drawn the last sentence before it drew the whole answer.
    """
    key, heard = st.session_state.get(_SPOKEN_SENTENCES, ("", 0))
    reply = pending_questions.shown(exchange)
    if key == exchange.question.id and reply is not None and reply.answer is not None:
        st.html(announcement(reply.answer, heard, over=True))


def _stage(view: GenerationView) -> str:
    """Return the HTML that says how far an answer has come; "" for one that needs no prose."""
    if view.answer is None or view.answer.status in (AnswerStatus.NOT_FOUND, AnswerStatus.TOLD):
        return ""
    if view.step is not None and view.step.done < view.step.total:
        words = tr("Reading part {done} of {total}", done=view.step.done, total=view.step.total)
    elif view.before:
        words = tr("Waiting: {before} before you", before=view.before)
    else:
        words = tr("Writing…") if view.tail or view.answer.claims else tr("Reading…")
    return html_views.waiting(words)


def _parts(view: GenerationView, key: str) -> tuple[str, str, str]:
    """Return the HTML of an answer being generated: what stands above its prose, the prose, the quotes.

    Above quotes a first sentence is not shown before it was checked: most repeat a quote and go, and the quotes below
    it would jump down and back up.
    """
    answer = view.answer
    assert answer is not None
    if answer.status is AnswerStatus.TOLD:
        return "", "", html_views.own_reply(answer)
    if answer.status is AnswerStatus.NOT_FOUND:
        return html_views.corrected(answer), "", html_views.not_found()
    begun = not answer.quotes or fenced(view.tail) is not None or claims_beyond_quotes(answer.claims, answer.quotes)
    repeated = repeats_quote(view.tail, answer.quotes, unfinished=True)
    tail = view.tail if begun and view.step is None and not repeated else ""
    return _written(answer, key, tail, writing=True)


def _written(answer: Answer, key: str, tail: str = "", *, writing: bool = False) -> tuple[str, str, str]:
    """Return the HTML of an answer: its short form, its prose where that adds to the quotes, and the quotes.

    Without the first two the best quote is the answer. Prose that only repeats a quote is shown once: as that quote.
    """
    sources = numbered_sources(answer)
    claims = claims_beyond_quotes(answer.claims, answer.quotes)
    prose = html_views.prose(claims, sources, key, tail=tail, writing=writing) if claims or tail.strip() else ""
    prose = f'<div class="oaken-written">{prose}</div>' if prose else ""
    cards = quote_cards.cards(answer, sources, key, proof=bool(prose or answer.short))
    return html_views.corrected(answer) + quote_cards.heading(answer, sources, key), prose, cards


def asked(exchange: StoredExchange, *, answerable: bool = True, writing: bool = False) -> None:
    """Draw the question, with the way to edit it beside it; none where it cannot be asked again."""
    key = exchange.question.id
    with st.container(horizontal=True, key=f"asked-{key}", vertical_alignment="top", wrap=False):
        st.html(html_views.question(exchange.question.text, scope_text(exchange.question.scope)))
        if not answerable:
            return
        form = st.popover(tr("Edit"), icon=":material/edit:", type="tertiary", key=f"edit-{key}", disabled=writing)
    with form:
        words = st.text_area(tr("Edit your question"), exchange.question.text, key=f"words-{key}")
        if words.strip():
            with session.errors_shown():
                checked_question(words.strip())
        st.button(tr("Ask"), key=f"ask-{key}", type="primary", on_click=_edit_form, args=(key,))


def show(exchange: StoredExchange, *, answerable: bool = True, last: bool = True) -> None:
    """Draw a question's reply and its actions; with ``answerable`` false, none that would ask it again.

    "Answer anyway" is offered on the ``last`` one only: what follows another would be gone from sight with its reply.
    """
    _branches(exchange)
    reply = pending_questions.shown(exchange)
    if reply is None:
        st.html(html_views.quiet(tr("This answer was interrupted.")))
        if answerable:
            _request_button(tr("Answer it now"), f"now-{exchange.question.id}", exchange, icon=":material/play_arrow:")
        return
    if reply.is_restored:
        said = (show_message(on_page(each)) for each in (reply.problem, reply.hint))
        st.html(html_views.quiet(" ".join(said)))
    elif reply.problem:
        session.problem_text(OakenError(reply.problem, reply.hint))
    if reply.answer is not None:
        _answer(exchange, reply.answer, answerable=answerable, insistable=answerable and last)
    _actions(exchange, reply, answerable)


def _answer(exchange: StoredExchange, answer: Answer, *, answerable: bool, insistable: bool) -> None:
    sources, key = numbered_sources(answer), exchange.question.id if answerable else ""
    if answer.status is AnswerStatus.NOT_FOUND:
        st.html(html_views.corrected(answer) + html_views.not_found())
        if answer.note:
            st.html(quote_cards.heading(answer, sources, key))
        _offer_models(exchange, answer)
        if insistable:
            _request_button(tr("Answer anyway"), f"insist-{key}", exchange, insist=True)
        if near := answer.passages[:_NEAR_PASSAGES]:
            with st.expander(f"{tr('Nearest passages')} ({len(near)})", icon=":material/menu_book:"):
                st.html(f'<div class="oaken-near">{html_views.passages(near, (), key)}</div>')
        return
    if answer.status is AnswerStatus.TOLD:
        st.html(html_views.own_reply(answer))
        if answer.quotes:
            st.html(quote_cards.cards(answer, sources, key, proof=True))
        return
    heading, prose, cards = _written(answer, key)
    for part in (
        heading,
        prose,
        html_views.legend(claims_beyond_quotes(answer.claims, answer.quotes)),
        cards,
        html_views.quiet(tr("Stopped.")) if answer.status is AnswerStatus.STOPPED else "",
    ):
        if part:
            st.html(part)
    _offer_models(exchange, answer)
    if answer.passages:
        label = f"{tr('Sources and passages')} ({len(answer.passages)})"
        with st.expander(label, icon=":material/menu_book:"):
            st.html(html_views.passages(answer.passages, sources, key))
    with st.expander(tr("How this was answered"), icon=":material/info:"):
        st.html(html_views.how_it_was_found(answer))


def _offer_models(exchange: StoredExchange, answer: Answer) -> None:
    """Draw the way to a model that can do what was asked, where the one in use cannot."""
    if answer.note == NOT_COMPARED:
        label, key = tr("Models that compare"), f"comparing-models-{exchange.question.id}"
        st.button(label, key=key, icon=":material/neurology:", on_click=routes.request, args=("model",))


def _actions(exchange: StoredExchange, reply: StoredAnswer, answerable: bool) -> None:
    """Draw the actions: copy, generate again, vote, and page through the replies."""
    key = exchange.question.id
    with st.container(horizontal=True, key=f"actions-{key}", vertical_alignment="center"):
        if len(exchange.replies) > 1:
            ids = [each.id for each in exchange.replies]
            _pager(ids, exchange.shown, f"reply-{key}", pending_questions.chats().show_reply)
        if reply.answer is not None and reply.answer.status is not AnswerStatus.NOT_FOUND:
            st.html(html_views.copy_buttons(markdown.of_answer(reply.answer)), width="content")
        if answerable:
            once_more = {"icon": ":material/refresh:", "type": "tertiary"}
            _request_button(tr("Regenerate"), f"again-{key}", exchange, insist=reply.insist, again=True, **once_more)
        show_feedback(pending_questions.chats(), exchange, reply)


def _request_button(
    label: str, key: str, exchange: StoredExchange, *, insist: bool = False, again: bool = False, **look: Any
) -> None:
    """Draw a button whose click requests an answer.

    The request counts only for the replies that were on screen: a second click, once there is a newer reply, requests
    nothing more.
    """
    wanted = pending_questions.AnswerRequest(exchange.question.id, len(exchange.replies), insist, again)
    st.button(label, key=key, on_click=pending_questions.submit, args=(wanted,), **look)


def _edit_form(question: str) -> None:
    words = str(st.session_state.get(f"words-{question}") or "").strip()
    if words and len(words) <= MAX_QUESTION_CHARS:
        pending_questions.submit(pending_questions.EditedQuestion(question, words))


def _branches(exchange: StoredExchange) -> None:
    """Draw "‹ 1 of 3 ›" for a question that was edited: it pages through its versions."""
    if len(exchange.siblings) < 2:
        return
    at = exchange.siblings.index(exchange.question.id)
    with st.container(horizontal=True, key=f"branches-{exchange.question.id}", vertical_alignment="center"):
        _pager(exchange.siblings, at, f"branch-{exchange.question.id}", pending_questions.chats().show_question)


def _pager(every: Sequence[str], at: int, key: str, turn_to: Callable[[str], object]) -> None:
    """Draw "‹ 1 of 3 ›", which turns to the one before or after."""

    def turn(label: str, side: str, icon: str, to: int) -> None:
        there = 0 <= to < len(every)
        st.button(
            label, key=f"{key}-{side}", icon=icon, type="tertiary", disabled=not there,
            on_click=session.attempt, args=(key, turn_to, every[to if there else at]),
        )  # fmt: skip

    turn(tr("Previous"), "back", ":material/chevron_left:", at - 1)
    st.html(html_views.quiet(tr("{part} of {whole}", part=at + 1, whole=len(every))), width="content")
    turn(tr("Next"), "on", ":material/chevron_right:", at + 1)
    session.show_problem(key)
