"""Turn a question on the page into an answer that is generated and stored in its conversation. Draws nothing."""

from __future__ import annotations

import contextlib
import math
import random
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from rag.answer.options import AskOptions, checked_question
from rag.conversation.chats.store import ChatStore, StoredAnswer, StoredExchange, StoredQuestion
from rag.conversation.history import history_turns
from rag.errors import EmbedderMismatchError, OakenError, UsageError
from rag.messages import Message, marked
from rag.model.prompting.sampling_presets import DEFAULT_PRESET, preset
from rag.retrieval.filters import EVERYWHERE, SearchFilter
from rag.settings import CHATS_FILE, LEDGER_LINK, library_folder, load
from rag.types import MAX_QUESTION_CHARS, Event, Sampling, Turn
from ui.shared.i18n import show_message
from ui.web import routes, session
from ui.web.generation import Generation, GenerationResult, Generations
from ui.web.library.ingest_jobs import IngestJob
from ui.web.server.whole_clicks import uninterrupted

CHAT = "chat"  # in the session and in the page's address: the conversation shown
REFUSED_QUESTION = "refused-question"  # in the session: a question that is too long, as a whole, to be shortened
_PENDING = "wishes"  # in the session
_NEXT_SCOPE = "next-scope"  # in the session: what is chosen for the next question, from elsewhere
_TOLD = "address-told"  # in the session: the conversation in the address when a run of the script began
_LEFT = "address-left"  # in the session: the conversation that was in the address before the last change, and when
_ADDRESS_HEARD_SECONDS = 1.0  # seconds after which the browser has surely heard of a change of the address
_ONE_AT_A_TIME = threading.Lock()  # two pages that request the same at once get it once
_RETRY_TEMPERATURE = 0.7  # sampling temperature of another answer: greedy, it would come out the same


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """A request to ask something at the end of the conversation."""

    words: str
    after: str | None = None  # the last question when it was offered ("" for none); None: after whatever is there
    scope: SearchFilter = EVERYWHERE  # the documents it is put to
    reading: IngestJob | None = None  # the job that reads them first; without words they are chosen for the next one


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """A request for an answer to a question that is there."""

    question: str
    seen: int  # number of replies on screen
    insist: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class EditedQuestion:
    """A request to edit a question."""

    question: str
    words: str


PendingQuestion = NewQuestion | AnswerRequest | EditedQuestion


def submit(what: PendingQuestion) -> None:
    """Store a click for the next run of the script.

    Called before that run draws anything: another click may end the run at any time, and no request is lost by that
    (:mod:`ui.web.server.whole_clicks`).
    """
    st.session_state.setdefault(_PENDING, []).append(what)


def submit_question(words: str, scope: SearchFilter = EVERYWHERE) -> None:
    """Store a new question for the next run; one that is too long is shown on the page Ask instead, to be shortened."""
    words = words.strip()
    refused = len(words) > MAX_QUESTION_CHARS
    st.session_state[REFUSED_QUESTION] = words if refused else ""
    if words and not refused:
        submit(NewQuestion(words, scope=scope))


def begin_in(scope: SearchFilter) -> None:
    """Begin a new conversation about these documents: they are chosen for its first question."""
    leave()
    st.session_state[_NEXT_SCOPE] = scope


def take_next_scope() -> SearchFilter | None:
    """Return what was chosen for the next question, once; None where nothing was."""
    scope: SearchFilter | None = st.session_state.pop(_NEXT_SCOPE, None)
    return scope


def run_pending(ready: session.OpenLibrary) -> None:
    """Handle the requests made since the last run.

    A request that is already fulfilled or out of date is dropped: three clicks are one request. A question waits for
    the answer before it. Raises UsageError for one that would get no answer; nothing of it is stored.
    """
    waiting: list[PendingQuestion] = st.session_state.get(_PENDING, [])
    while waiting:
        with uninterrupted(), _ONE_AT_A_TIME:  # a request is stored as a question or still waits
            live = answers().live()  # before the stored ones: an answer ending now is in either
            path = _shown_path()
            each = waiting[0]
            if isinstance(each, NewQuestion) and each.after is None and any(one.question.id in live for one in path):
                return
            if being_read() is not None:
                return
            del waiting[0]
            _handle(ready, each, path, live)


def run_pending_elsewhere() -> None:
    """Ask what was asked right before another page was opened; the answer is there when the person comes back.

    What cannot be asked now still waits for the page Ask, which says why.
    """
    waiting: list[PendingQuestion] = st.session_state.get(_PENDING, [])
    if waiting and isinstance(waiting[0], NewQuestion) and waiting[0].reading is None:
        first = waiting[0]
        try:
            run_pending(session.open_for_page())
        except OakenError:
            if first not in waiting:
                waiting.insert(0, first)


def _handle(
    ready: session.OpenLibrary, what: PendingQuestion, path: Sequence[StoredExchange], live: Mapping[str, Generation]
) -> None:
    if isinstance(what, NewQuestion) and what.reading is not None:
        _require_read(ready, what)
        if not what.words:
            st.session_state[_NEXT_SCOPE] = what.scope
            return
    if not isinstance(what, AnswerRequest):
        checked_question(what.words)  # before it is stored
    if isinstance(what, NewQuestion):
        last = path[-1].question.id if path else ""
        if what.after in (None, last) and last not in live:
            ask(ready, what.words, path, what.scope)
        return
    at = next((at for at, each in enumerate(path) if each.question.id == what.question), None)
    if at is None:
        return
    question, before = path[at].question, path[:at]
    if isinstance(what, EditedQuestion):
        begin(ready, chats().ask(question.chat, what.words, question.parent, question.scope), before)
    elif question.id not in live and len(path[at].replies) == what.seen:
        begin(ready, question, before, insist=what.insist, again=what.again)


def being_read() -> IngestJob | None:
    """Return the job that the next request waits for; None where it waits for none, or the job is over."""
    waiting: list[PendingQuestion] = st.session_state.get(_PENDING, [])
    job = waiting[0].reading if waiting and isinstance(waiting[0], NewQuestion) else None
    return None if job is None or job.over else job


def forget_waiting() -> None:
    """Drop the question that waits for its files; its words can be asked otherwise."""
    waiting: list[PendingQuestion] = st.session_state.get(_PENDING, [])
    first = waiting[0] if waiting else None
    if isinstance(first, NewQuestion):
        del waiting[0]
        st.session_state[REFUSED_QUESTION] = first.words


def _require_read(ready: session.OpenLibrary, what: NewQuestion) -> None:
    """Raise the problem of reading the files, or UsageError where none has text; the question stays to be edited."""
    assert what.reading is not None
    report, problem = what.reading.result, what.reading.problem
    records = ready.assistant.library.records()
    if problem is None and not what.scope.has_any(records):
        reasons = [show_message(each.reason) for each in (report.outcomes if report else ()) if each.reason]
        problem = UsageError(
            Message("Nothing was read that could be asked: {why}", why=reasons[0] if reasons else marked("no text")),
            Message("See the page Library for each file."),
        )
    if problem is not None:
        st.session_state[REFUSED_QUESTION] = what.words
        raise problem


def _shown_path() -> list[StoredExchange]:
    try:
        return chats().path(st.session_state.get(CHAT, ""))
    except UsageError:
        return []


@st.cache_resource(show_spinner=False)
def answers() -> Generations:
    """Return the answers being generated, of all pages of this app."""
    return Generations()


@st.cache_resource(show_spinner=False)
def _chats(folder: Path) -> ChatStore:
    return ChatStore.open(folder)


def chats() -> ChatStore:
    """Return the conversations over the library in use. Raises LibraryError where they cannot be read."""
    return _chats(library_folder(load().home, session.library_name()))


def forget_chats(folder: Path) -> None:
    """Release the conversations of a library that was renamed or deleted."""
    _chats.clear(folder)


def any_kept() -> bool:
    """Tell whether the library in use has conversations, readable or not."""
    folder = library_folder(load().home, session.library_name())
    return any((folder / each).exists() for each in (CHATS_FILE, LEDGER_LINK))


def any_readable() -> bool:
    """Tell whether the library in use has conversations that can be read."""
    with contextlib.suppress(OakenError):
        return any_kept() and bool(chats().list())
    return False


def shown(exchange: StoredExchange) -> StoredAnswer | None:
    """Return the reply that is shown, or None."""
    return exchange.replies[exchange.shown] if exchange.shown >= 0 else None


def follow_address() -> None:
    """Show the conversation in the page's address if Back or Forward of the browser led to another.

    Call it first in a run of the script: what it changes itself is in the address from then on. A click that the
    browser sent before it heard of such a change still brings the address from before it: that leads nowhere.
    """
    told, known = str(st.query_params.get(CHAT, "")), st.session_state.get(CHAT)
    before, (left, since) = st.session_state.get(_TOLD), st.session_state.get(_LEFT, ("", -math.inf))
    arrived = routes.has_arrived()
    st.session_state[_TOLD] = told
    late = told == left and time.monotonic() - since < _ADDRESS_HEARD_SECONDS
    if known is None or (arrived and told):
        st.session_state[CHAT] = told
    elif not arrived and told not in (before, known) and not late:
        st.session_state.pop(_PENDING, None)
        st.session_state[CHAT] = told  # the address is the browser's own: it has heard of it


def show_chat(chat: str) -> None:
    """Show a conversation on this page; "" for none. Its id goes into the address, so that a reload finds it."""
    before = str(st.query_params.get(CHAT, ""))
    if before != chat:
        st.session_state[_LEFT] = (before, time.monotonic())
    st.session_state[CHAT] = chat
    if chat:
        st.query_params[CHAT] = chat
    else:
        st.query_params.pop(CHAT, None)


def leave() -> None:
    """Show no conversation on this page, and drop the requests made in the previous one."""
    show_chat("")
    st.session_state.pop(_PENDING, None)


def ask(
    ready: session.OpenLibrary, words: str, path: Sequence[StoredExchange], scope: SearchFilter = EVERYWHERE
) -> tuple[StoredExchange, Generation]:
    """Add a question after the last of the path, in its conversation or a new one, and begin to answer it."""
    kept = chats()
    take_next_scope()
    chat = path[-1].question.chat if path else kept.new().id
    question = kept.ask(chat, words, _parent(path), scope)
    writing = begin(ready, question, path)
    show_chat(chat)  # last: a change of the address lets Streamlit end this run and begin another
    return StoredExchange(question, (question.id,), (), -1), writing


def _parent(path: Sequence[StoredExchange]) -> str | None:
    """Return the reply that the next question follows; an unanswered last question is replaced by it."""
    if not path:
        return None
    last = shown(path[-1])
    return last.id if last is not None else path[-1].question.parent


def begin(
    ready: session.OpenLibrary,
    question: StoredQuestion,
    before: Sequence[StoredExchange],
    *,
    insist: bool = False,
    again: bool = False,
) -> Generation:
    """Answer a question in the background; return the running generation where there is one.

    ``again`` generates another answer, with another seed.
    """
    kept = chats()
    preferences = kept.profile
    settings = load()
    chosen = preset(preferences.preset or DEFAULT_PRESET)
    sampling = replace(chosen.sampling, max_tokens=settings.max_tokens)
    if again:
        sampling = _resampled(sampling)
    assistant = ready.assistant.with_sampling(sampling)
    options = AskOptions(
        history=_history(before),
        insist=insist,
        scope=question.scope,
        strict=preferences.strict or settings.strict or None,
        instructions=preferences.instructions,
    )

    others = question.scope.libraries

    def events() -> Iterator[Event]:
        begun = False
        try:
            for event in session.together(assistant, others).stream(question.text, options):
                begun = True
                yield event
        except EmbedderMismatchError:  # the library was embedded again since the page was drawn
            if begun:
                raise
            reopened = session.reopen(assistant.library.folder.name, sampling)
            yield from session.together(reopened, others).stream(question.text, options)

    def keep(ended: GenerationResult) -> None:
        problem = ended.problem
        kept.keep(
            question.id,
            ended.answer,
            problem=problem.message if problem else "",
            hint=problem.hint if problem else "",
            model=assistant.model_name if ended.answer and ended.answer.prompt_tokens else "",
            preset=chosen.name,
            insist=insist,
            seconds=ended.seconds,
        )

    return answers().begin(question.id, events, keep)


def _resampled(sampling: Sampling) -> Sampling:
    """Return the settings with another seed, and never greedy."""
    return replace(sampling, temperature=max(sampling.temperature, _RETRY_TEMPERATURE), seed=random.randrange(1, 2**31))


def _history(before: Sequence[StoredExchange]) -> list[Turn]:
    """Return the exchanges as turns: each question with what was answered and is supported."""
    exchanges = [(each.question.text, reply.answer if (reply := shown(each)) else None) for each in before]
    return history_turns(exchanges)
