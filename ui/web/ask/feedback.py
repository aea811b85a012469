"""Feedback on answers: a vote, labels, and which of two is better. Stored with the chat, for its export."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.citations import numbered_sources
from rag.conversation.chats.store import LABELS, ChatStore, StoredAnswer, StoredExchange
from rag.messages import marked
from rag.quote_blocks import claims_beyond_quotes
from rag.types import AnswerStatus
from ui.shared.i18n import tr
from ui.web import html_views, session
from ui.web.ask import quote_cards

_LABEL_NAMES = {
    "helpful": marked("helpful"),
    "correct": marked("correct"),
    "wrong_answer": marked("wrong answer"),
    "wrong_citation": marked("wrong citation"),
    "incomplete": marked("incomplete"),
    "unclear": marked("unclear"),
}


def show_feedback(chats: ChatStore, exchange: StoredExchange, reply: StoredAnswer) -> None:
    """Draw the votes on a reply, and what only those use who collect examples: behind one more button."""
    with st.container(horizontal=True, key=f"opinion-{reply.id}", vertical_alignment="center", width="content"):
        good, bad = reply.vote > 0, reply.vote < 0
        _vote(chats, reply, 1, tr("Remove rating: good") if good else tr("Good answer"), ":material/thumb_up:")
        _vote(chats, reply, -1, tr("Remove rating: bad") if bad else tr("Bad answer"), ":material/thumb_down:")
        with st.popover(tr("Rate in detail"), icon=":material/more_horiz:", type="tertiary", key=f"rate-{reply.id}"):
            _in_detail(chats, exchange, reply)


def _in_detail(chats: ChatStore, exchange: StoredExchange, reply: StoredAnswer) -> None:
    """Draw the labels of a reply and, where the question has several answers, the button that compares them."""
    key = f"pills-{reply.id}"
    # Stored by the callback alone: older values that another window still holds must not be written back.
    st.pills(
        tr("This answer is"),
        LABELS,
        selection_mode="multi",
        default=reply.labels,
        format_func=lambda each: tr(_LABEL_NAMES[each]),
        key=key,
        on_change=_label,
        args=(chats, reply.id, key),
    )
    if len(_comparable(exchange)) > 1 and st.button(
        tr("Compare"), key=f"compare-{reply.id}", icon=":material/compare_arrows:", type="tertiary"
    ):
        compare(chats, exchange)


def _vote(chats: ChatStore, reply: StoredAnswer, vote: int, label: str, icon: str) -> None:
    given = reply.vote == vote
    key = f"vote-{'good' if vote > 0 else 'bad'}-{reply.id}"
    st.button(
        label, key=key, icon=icon, help=label, type="primary" if given else "tertiary",
        on_click=session.attempt, args=(key, chats.vote, reply.id, 0 if given else vote),
    )  # fmt: skip
    session.show_problem(key)


def _label(chats: ChatStore, reply: str, key: str) -> None:
    with session.errors_shown():
        chats.label(reply, st.session_state[key])


def compare(chats: ChatStore, exchange: StoredExchange) -> None:
    """Open the dialog that shows two answers to one question side by side."""
    st.dialog(tr("Which answer is better?"), width="large")(comparison)(chats, exchange)


def comparison(chats: ChatStore, exchange: StoredExchange) -> None:
    """Draw the inside of the dialog."""
    every = _comparable(exchange)
    places = {reply.id: at for at, reply in enumerate(every, 1)}
    names = {reply: tr("Answer {n}", n=at) for reply, at in places.items()}
    st.html(html_views.question(exchange.question.text))
    ranked = [names[each] for each in chats.ranking(exchange.question.id) if each in names]
    if len(ranked) > 1:
        st.html(html_views.quiet(tr("So far, best first: {order}", order=", ".join(ranked))))
    shown = exchange.replies[exchange.shown]
    second = shown if shown in every[1:] else every[-1]
    first = every[every.index(second) - 1]
    pair: list[StoredAnswer] = []
    with st.container(key="compared"):
        for side, (column, reply) in enumerate(zip(st.columns(2, gap="medium"), (first, second), strict=True)):
            with column:
                pair.append(_side(every, names, reply, side))
    one, two = (reply.id for reply in pair)
    left, middle, right = st.columns(3)
    same = one == two
    verdicts = (
        (left, tr("Answer {n} is better", n=places[one]), "better-one", (one, two, False)),
        (middle, tr("Equally good"), "better-none", (one, two, True)),
        (right, tr("Answer {n} is better", n=places[two]), "better-two", (two, one, False)),
    )
    said = [
        column.button(
            label, key=key, disabled=same, width="stretch",
            on_click=session.attempt, args=("better", _prefer, chats, exchange, *verdict),
        )
        for column, label, key, verdict in verdicts
    ]  # fmt: skip
    if any(said) and session.problem_of("better") is None:
        st.rerun()
    session.show_problem("better")


def _side(every: Sequence[StoredAnswer], names: dict[str, str], reply: StoredAnswer, side: int) -> StoredAnswer:
    """Draw one column; with more than two answers, the one it shows can be selected."""
    if len(every) > 2:
        ids = [each.id for each in every]
        chosen = st.selectbox(
            tr("The other answer") if side else tr("One answer"),
            ids,
            ids.index(reply.id),
            format_func=names.__getitem__,
            key=f"compared-{side}-{reply.question}",
        )
        reply = every[ids.index(chosen)]
    else:
        st.html(html_views.quiet(names[reply.id]))
    answer = reply.answer
    assert answer is not None
    sources = numbered_sources(answer)
    if answer.status is AnswerStatus.NOT_FOUND:
        st.html(html_views.not_found())
    elif answer.reply:
        st.html(html_views.own_reply(answer))
    prose = html_views.prose(claims_beyond_quotes(answer.claims, answer.quotes), sources)
    for part in (
        quote_cards.heading(answer, sources),
        prose,
        quote_cards.cards(answer, sources, proof=bool(prose or answer.short)),
    ):
        if part and answer.status is not AnswerStatus.NOT_FOUND:
            st.html(part)
    return reply


def _prefer(chats: ChatStore, exchange: StoredExchange, better: str, worse: str, equal: bool) -> None:
    question = exchange.question.id
    chats.rank(question, ranked(chats.ranking(question), better, worse, equal=equal))
    if not equal:
        chats.show_reply(better)


def ranked(order: Sequence[str], better: str, worse: str, *, equal: bool = False) -> tuple[str, ...]:
    """Return the ranking with ``better`` right before ``worse`` and the others unchanged.

    Two equally good replies both leave the ranking, and a ranking of one is empty.
    """
    if equal:
        rest = [each for each in order if each not in (better, worse)]
        return tuple(rest) if len(rest) > 1 else ()
    if better in order and worse in order and order.index(better) < order.index(worse):
        return tuple(order)
    rest = [each for each in order if each != better]
    at = rest.index(worse) if worse in rest else len(rest)
    return (*rest[:at], better, *(rest[at:] or [worse]))


def _comparable(exchange: StoredExchange) -> list[StoredAnswer]:
    return [reply for reply in exchange.replies if reply.answer is not None]
