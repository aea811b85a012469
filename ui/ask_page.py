"""The page that answers: quotes at once, prose as it is written, the proof below."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any, cast
from uuid import uuid4

import streamlit as st

from rag.answer.assistant import Assistant
from rag.errors import LibraryMissing, OakenError
from rag.types import Answer, Claimed, Event, Piece, Quoted, Status, Turn
from ui import opened, views
from ui.sources import numbered, so_far

_REMEMBERED = 3  # earlier questions that a follow-up may lean on
_LONGEST_QUESTION = 2000
_REDRAWN_EVERY = 0.05  # seconds


@dataclass
class Exchange:
    """A question with its answer, once there is one."""

    question: str
    insist: bool = False
    answer: Answer | None = None
    problem: OakenError | None = None
    key: str = field(default_factory=lambda: uuid4().hex)


def show() -> None:
    """Draw the page."""
    exchanges: list[Exchange] = st.session_state.setdefault("exchanges", [])
    try:
        ready = opened.opened()
    except LibraryMissing:
        _welcome()
        return
    except OakenError as error:
        opened.say(error)
        return
    if not exchanges and not _introduce(ready):
        return
    with st.container(key="asker"):
        asked = st.chat_input(
            "Ask your documents", key="question", max_chars=_LONGEST_QUESTION, submit_mode="stop"
        )  # fmt: skip
    if asked and asked.strip():
        exchanges.append(Exchange(asked.strip()))
    # The newest first: its best quote stands right below the question, and nothing has to scroll.
    for position, exchange in reversed([*enumerate(exchanges)]):
        with st.container(key=f"exchange-{exchange.key}"):
            st.html(views.question(exchange.question))
            if exchange.answer is None and exchange.problem is None:
                _write(ready.assistant, exchange, _history(exchanges[:position]))
                st.rerun()
            _draw(exchange)


def _welcome() -> None:
    st.html(
        views.heading_line(
            "Answers from your own documents",
            "Oaken reads your files on this machine and answers only with what they say, word for word, with the "
            "page it stands on. Nothing leaves this computer. Begin by adding a few documents.",
        )
    )
    _to_library("Add documents")


def _introduce(ready: opened.Opened) -> bool:
    """Greet; whether there is anything to ask about."""
    held = sum(1 for record in ready.assistant.library.records() if record.chunks)
    if not held:
        _welcome()
        return False
    documents = "one document" if held == 1 else f"{held:,} documents"
    below = f"Your library holds {documents}. Answers quote them word for word; what they do not say is marked."
    st.html(views.heading_line("What would you like to know?", below))
    if ready.without_prose:
        st.html(views.quiet(f"Quotes only: {ready.without_prose}"))
    return True


def _to_library(label: str) -> None:
    if st.button(label, type="primary", icon=":material/add:"):
        from ui import library_page

        st.switch_page(st.Page(library_page.show, title="Library", url_path="library"))


def _history(before: list[Exchange]) -> list[Turn]:
    """The last exchanges as turns: what was asked, and what was said that stands."""
    turns: list[Turn] = []
    for exchange in before[-_REMEMBERED:]:
        answer = exchange.answer
        if answer is None:
            continue
        said = [claim.text for claim in answer.claims if claim.supported] or [each.quote for each in answer.quotes[:1]]
        if answer.status is Status.NOT_FOUND:
            said = [views.NOT_FOUND]
        turns += [Turn("user", exchange.question), Turn("assistant", " ".join(said))]
    return turns


def _write(assistant: Assistant, exchange: Exchange, history: list[Turn]) -> None:
    """Let the answer come about on the page. Whatever ends it, what there is by then is kept in the exchange."""
    quotes, prose = st.empty(), st.empty()
    prose.html(views.quiet("Looking through your documents …"))
    answer: Answer | None = None
    whole = False
    tail, drawn = "", 0.0
    events = cast("Generator[Event]", assistant.stream(exchange.question, history=history, insist=exchange.insist))
    try:
        with closing(events):
            for event in events:
                answer = so_far(answer, event)
                if isinstance(event, Quoted):
                    _draw_found(quotes, answer)
                    tail = ""
                elif isinstance(event, Piece):
                    tail += event.text
                elif isinstance(event, Claimed):
                    _, said, rest = tail.partition(event.claim.text)
                    tail = rest if said else ""
                if answer.status is not Status.NOT_FOUND and (
                    not isinstance(event, Piece) or time.monotonic() - drawn > _REDRAWN_EVERY
                ):
                    prose.html(views.prose(answer.claims, numbered(answer), tail=tail, writing=True))
                    drawn = time.monotonic()
        whole = True
    except OakenError as error:
        if answer is None:
            exchange.problem = error
            return
        answer = replace(answer, note=str(error))
        whole = True
    finally:
        if exchange.problem is None:
            begun = answer or Answer(question=exchange.question, status=Status.STOPPED, confidence=0.0)
            exchange.answer = begun if whole else replace(begun, status=Status.STOPPED)


def _draw_found(place: Any, answer: Answer) -> None:
    found = views.not_found() if answer.status is Status.NOT_FOUND else views.quotes(answer, numbered(answer))
    if found:
        place.html(found)


def _draw(exchange: Exchange) -> None:
    """A finished exchange."""
    if exchange.problem is not None:
        opened.say(exchange.problem)
        return
    answer = exchange.answer
    assert answer is not None
    if answer.status is Status.NOT_FOUND:
        st.html(views.not_found())
        if answer.passages:
            st.html(f'<div class="oaken-near">{views.passages(answer.passages[:3], ())}</div>')
        if st.button("Answer anyway", key=f"insist-{exchange.key}"):
            exchange.answer, exchange.insist = None, True
            st.rerun()
        return
    sources = numbered(answer)
    for part in (
        views.quotes(answer, sources),
        views.prose(answer.claims, sources),
        views.quiet("Stopped.") if answer.status is Status.STOPPED else "",
        views.quiet(answer.note) if answer.note else "",
    ):
        if part:
            st.html(part)
    if answer.passages:
        with st.expander(f"Sources and passages ({len(answer.passages)})", icon=":material/menu_book:"):
            st.html(views.passages(answer.passages, sources))
    with st.expander("How this was answered", icon=":material/info:"):
        st.html(views.how(answer))
