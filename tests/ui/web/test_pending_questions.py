"""From a question on the page to a kept answer, in the way that a person asked for."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

import pytest
import streamlit as st

from rag.answer.assistant import Assistant
from rag.conversation.chats.store import AnswerPreferences, ChatStore, StoredExchange
from rag.errors import LibraryError, UsageError
from rag.library.library import Library
from rag.settings import library_folder
from rag.types import MAX_QUESTION_CHARS, AnswerStatus, Prompt, Sampling
from tests.doubles import BagEmbedder, ScriptedModel
from tests.town import TEXTS, filed_folder
from ui.web import pending_questions, routes, session

QUESTION = "When did the tram line open?"


class Noting(ScriptedModel):
    """Keeps how its tokens were to be drawn as well."""

    def __init__(self, *replies: str) -> None:
        super().__init__(*replies)
        self.drawn: list[Sampling] = []

    def stream(self, prompt: Prompt, sampling: Sampling) -> Generator[str, None, None]:
        self.drawn.append(sampling)
        return super().stream(prompt, sampling)


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[session.OpenLibrary, Noting, ChatStore]]:
    """A library on doubles, its model, and its conversations."""
    monkeypatch.setenv("OAKEN_HOME", str(tmp_path))
    embedder = BagEmbedder()
    model = Noting("The tram line opened in 1911. It was painted purple by the mayor.")
    folder = filed_folder(library_folder(tmp_path, session.library_name()), embedder, TEXTS)
    with Library.open(folder, embedder.card) as library:
        yield session.OpenLibrary(Assistant(library, embedder, lambda: model)), model, pending_questions.chats()
    pending_questions.chats().close()


def asked(
    page: tuple[session.OpenLibrary, Noting, ChatStore], path: Sequence[StoredExchange] = (), words: str = QUESTION
) -> StoredExchange:
    exchange, writing = pending_questions.ask(page[0], words, path)
    *_, last = writing.views()
    assert last.over
    return next(each for each in page[2].path(exchange.question.chat) if each.question == exchange.question)


def test_an_answer_is_kept_with_who_wrote_it(page: tuple[session.OpenLibrary, Noting, ChatStore]) -> None:
    reply = pending_questions.shown(asked(page))
    assert reply is not None and reply.answer is not None
    assert (reply.model, reply.preset, reply.insist, reply.problem) == ("scripted", "precise", False, "")
    assert reply.answer.status is AnswerStatus.ANSWERED
    assert [claim.supported for claim in reply.answer.claims] == [True, False]
    assert page[1].drawn[0].temperature == 0


def test_the_way_answers_are_wanted_reaches_the_model_and_the_judge(
    page: tuple[session.OpenLibrary, Noting, ChatStore],
) -> None:
    page[2].set_profile(AnswerPreferences("Answer briefly, I am a baker.", "k50", strict=True))
    reply = pending_questions.shown(asked(page))
    assert reply is not None and reply.answer is not None
    assert page[1].prompts[0].turns[0].text.endswith("Answer briefly, I am a baker.")
    assert page[1].drawn[0].temperature == 0.75
    assert reply.preset == "k50"
    assert [claim.text for claim in reply.answer.claims] == ["The tram line opened in 1911."]


def test_a_regenerated_answer_is_sampled_differently_and_kept_beside_the_first(
    page: tuple[session.OpenLibrary, Noting, ChatStore],
) -> None:
    first = asked(page)
    *_, last = pending_questions.begin(page[0], first.question, [], again=True).views()
    assert last.over
    [exchange] = page[2].path(first.question.chat)
    assert len(exchange.replies) == 2
    assert exchange.shown == 1
    assert page[1].drawn[-1].temperature > 0
    assert page[1].drawn[-1].seed != page[1].drawn[0].seed


def test_the_next_question_follows_the_reply_and_reads_what_was_said(
    page: tuple[session.OpenLibrary, Noting, ChatStore],
) -> None:
    first = asked(page, words="What does a single ticket for the tram cost?")
    before = len(page[1].prompts)
    second = asked(page, [first], "And when did its line open?")
    reply = pending_questions.shown(first)
    assert reply is not None
    assert second.question.parent == reply.id
    assert any(
        "single ticket for the tram" in turn.text for prompt in page[1].prompts[before:] for turn in prompt.turns
    )


def test_a_question_that_was_never_answered_gives_way_and_hides_nothing(
    page: tuple[session.OpenLibrary, Noting, ChatStore],
) -> None:
    first = asked(page)
    reply = pending_questions.shown(first)
    assert reply is not None
    page[2].ask(first.question.chat, "What was it like?", reply.id)  # and there the program ended
    path = page[2].path(first.question.chat)
    asked(page, path, "And what does a ticket for it cost?")
    assert [each.question.text for each in page[2].path(first.question.chat)] == [
        QUESTION, "And what does a ticket for it cost?",
    ]  # fmt: skip


@pytest.fixture
def fresh() -> Iterator[None]:
    """A session that has seen nothing."""
    st.session_state.clear()
    yield
    st.session_state.clear()


def over(kept: ChatStore) -> list[StoredExchange]:
    """The conversation shown, once nothing is being written."""
    while live := list(pending_questions.answers().live().values()):
        for writing in live:
            for _ in writing.views():
                pass
    return kept.path(st.session_state[pending_questions.CHAT])


def wished(ready: session.OpenLibrary, *wishes: pending_questions.PendingQuestion) -> None:
    for each in wishes:
        pending_questions.submit(each)
    pending_questions.run_pending(ready)


@pytest.mark.usefixtures("fresh")
def test_three_clicks_on_a_suggestion_are_one_question(page: tuple[session.OpenLibrary, Noting, ChatStore]) -> None:
    ready, _, kept = page
    wished(ready, *[pending_questions.NewQuestion(QUESTION, "")] * 3)
    [first] = over(kept)
    wished(ready, pending_questions.NewQuestion("What does a ticket cost?", first.question.id))
    over(kept)
    wished(
        ready, pending_questions.NewQuestion("What does a ticket cost?", first.question.id)
    )  # the page was not redrawn yet
    assert [each.question.text for each in over(kept)] == [QUESTION, "What does a ticket cost?"]
    assert [len(each.replies) for each in over(kept)] == [1, 1]


@pytest.mark.usefixtures("fresh")
def test_one_reply_for_each_request_however_often_it_is_clicked(
    page: tuple[session.OpenLibrary, Noting, ChatStore],
) -> None:
    ready, _, kept = page
    wished(ready, pending_questions.NewQuestion(QUESTION))
    [exchange] = over(kept)
    again = pending_questions.AnswerRequest(exchange.question.id, 1, again=True)
    wished(ready, again, again)
    assert [len(each.replies) for each in over(kept)] == [2]
    wished(ready, again)  # the answer came faster than the second click
    assert [len(each.replies) for each in over(kept)] == [2]
    edit = pending_questions.EditedQuestion(exchange.question.id, "What does a ticket cost?")
    wished(ready, edit, edit)
    [exchange] = over(kept)
    assert (len(exchange.siblings), exchange.question.text) == (2, "What does a ticket cost?")


@pytest.mark.usefixtures("fresh")
def test_a_question_that_is_too_long_is_refused_before_it_is_stored(
    page: tuple[session.OpenLibrary, Noting, ChatStore],
) -> None:
    ready, _, kept = page
    long = "When? " * MAX_QUESTION_CHARS
    with pytest.raises(UsageError, match="4,000 is the most"):
        wished(ready, pending_questions.NewQuestion(long))
    assert kept.list() == []
    wished(ready, pending_questions.NewQuestion(QUESTION))
    [exchange] = over(kept)
    with pytest.raises(UsageError, match="4,000 is the most"):
        wished(ready, pending_questions.EditedQuestion(exchange.question.id, long))
    assert over(kept) == [exchange] and not st.session_state[pending_questions._PENDING]


@pytest.mark.usefixtures("fresh")
def test_a_new_question_that_is_too_long_is_kept_whole_to_be_shortened(
    page: tuple[session.OpenLibrary, Noting, ChatStore],
) -> None:
    long = "a" * (MAX_QUESTION_CHARS + 1)
    pending_questions.submit_question(f" {long} ")
    assert st.session_state[pending_questions.REFUSED_QUESTION] == long
    assert not st.session_state.get(pending_questions._PENDING)
    pending_questions.submit_question(long[1:])
    assert not st.session_state[pending_questions.REFUSED_QUESTION]
    assert st.session_state[pending_questions._PENDING] == [pending_questions.NewQuestion(long[1:])]


@pytest.mark.usefixtures("fresh")
def test_a_question_waits_for_the_answer_before_it_and_is_not_lost(
    page: tuple[session.OpenLibrary, Noting, ChatStore],
) -> None:
    ready, _, kept = page
    wished(ready, pending_questions.NewQuestion(QUESTION), pending_questions.NewQuestion("What does a ticket cost?"))
    while st.session_state.get(pending_questions._PENDING):
        over(kept)
        pending_questions.run_pending(ready)
    assert [each.question.text for each in over(kept)] == [QUESTION, "What does a ticket cost?"]


@pytest.mark.usefixtures("fresh")
def test_the_subject_of_a_pending_question_may_be_gone(page: tuple[session.OpenLibrary, Noting, ChatStore]) -> None:
    ready, _, kept = page
    wished(ready, pending_questions.NewQuestion(QUESTION))
    [exchange] = over(kept)
    kept.delete(exchange.question.chat)
    wished(
        ready,
        pending_questions.AnswerRequest(exchange.question.id, 1),
        pending_questions.EditedQuestion(exchange.question.id, "What?"),
    )
    assert kept.list() == [] and pending_questions.answers().live() == {}


class Browser:
    """A browser at the page: what it sends as its address, and what the page shows after it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.query: dict[str, str] = {}
        self.now = 0.0
        monkeypatch.setattr(st, "session_state", {})
        monkeypatch.setattr(st, "query_params", self.query)
        monkeypatch.setattr(pending_questions.time, "monotonic", lambda: self.now)

    def runs(self, chat: str, *, page: str = "") -> str:
        """The page runs with that conversation in its address, a while after what was before."""
        self.now += 60
        return self.runs_at_once(chat, page=page)

    def runs_at_once(self, chat: str, *, page: str = "") -> str:
        self.query.clear()
        self.query.update({"chat": chat} if chat else {})
        routes.note_shown(page)
        if page:
            return ""
        pending_questions.follow_address()
        return str(st.session_state[pending_questions.CHAT])


def test_back_and_forward_lead_from_one_conversation_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Browser(monkeypatch)
    assert browser.runs("") == ""
    pending_questions.show_chat("a")
    assert browser.runs("a") == "a"
    pending_questions.show_chat("b")
    assert browser.query == {"chat": "b"} and browser.runs("b") == "b"
    pending_questions.submit(pending_questions.NewQuestion("Who?"))
    assert browser.runs("a") == "a"  # back
    assert pending_questions._PENDING not in st.session_state  # it was a question in the other conversation
    assert browser.runs("") == ""  # and back again, to where it began
    assert browser.runs("a") == "a" and browser.runs("b") == "b"  # forward


def test_back_is_heard_twice_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Browser(monkeypatch)
    browser.runs("")
    pending_questions.show_chat("a")
    browser.runs("a")
    pending_questions.show_chat("b")
    browser.runs("b")
    assert browser.runs("a") == "a"
    pending_questions.show_chat("a")  # as the page does in the same run
    assert browser.runs_at_once("") == ""


def test_a_click_that_was_sent_before_the_address_changed_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Browser(monkeypatch)
    browser.runs("")
    pending_questions.show_chat("a")
    assert browser.runs_at_once("") == "a" and browser.runs_at_once("a") == "a" and browser.runs_at_once("") == "a"
    assert browser.runs("a") == "a"


def test_from_another_page_one_comes_back_to_the_conversation_or_to_that_in_the_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser = Browser(monkeypatch)
    assert browser.runs("a") == "a"  # as an address is opened
    browser.runs("", page="library")
    assert browser.runs("") == "a"  # by the link
    pending_questions.show_chat("b")
    browser.runs("", page="library")
    assert browser.runs("a") == "a"  # by Back, twice


@pytest.mark.usefixtures("fresh")
def test_a_question_that_waits_is_asked_from_any_page(
    page: tuple[session.OpenLibrary, Noting, ChatStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable() -> session.OpenLibrary:
        raise LibraryError("It cannot be read.")

    ready, _, kept = page
    pending_questions.submit_question(QUESTION)
    monkeypatch.setattr(session, "open_for_page", unreadable)
    pending_questions.run_pending_elsewhere()  # it still waits
    monkeypatch.setattr(session, "open_for_page", lambda: ready)
    with monkeypatch.context() as full:
        full.setattr(ChatStore, "ask", lambda *_: (_ for _ in ()).throw(LibraryError("There is no room left.")))
        pending_questions.run_pending_elsewhere()  # and where it could not be stored
        with pytest.raises(LibraryError, match="no room"):
            pending_questions.run_pending(ready)  # the page Ask says why, and drops it as before
    pending_questions.submit_question(QUESTION)
    pending_questions.run_pending_elsewhere()
    assert [each.question.text for each in over(kept)] == [QUESTION]
    monkeypatch.setattr(session, "open_for_page", unreadable)
    pending_questions.run_pending_elsewhere()  # and where nothing waits no library is opened
