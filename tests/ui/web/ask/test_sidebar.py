"""The sidebar's conversations and what is thought of answers, on Streamlit's own test bench."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from rag.conversation.chats.store import AnswerPreferences, ChatStore
from rag.types import Answer, AnswerStatus, Citation, Claim
from ui.shared import i18n
from ui.web.ask.feedback import ranked

QUOTE = Citation("d", "tram.md", 2, (), 0, 29, "The tram line opened in 1911.", 0.9)
ANSWER = Answer("When?", AnswerStatus.ANSWERED, 0.9, (QUOTE,), (Claim("It opened in 1911.", True, 0.9, (QUOTE,)),))


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    i18n.follow(lambda: "en")


@pytest.fixture
def chats(tmp_path: Path) -> Iterator[ChatStore]:
    with ChatStore.open(tmp_path) as held:
        yield held


def script(folder: str, language: str = "en") -> None:
    from pathlib import Path

    import streamlit as st

    from rag.conversation.chats.store import ChatStore
    from rag.errors import UsageError
    from ui.shared import i18n
    from ui.web.ask import sidebar
    from ui.web.ask.feedback import show_feedback

    i18n.follow(lambda: language)
    with ChatStore.open(Path(folder)) as chats:
        told = sidebar.sidebar(chats, st.session_state.get("chat"))
        if told is not None:
            st.session_state["told"] = told
            st.session_state["chat"] = told or None
            st.rerun()
        sidebar.profile_form(chats)
        try:
            path = chats.path(st.session_state.get("chat") or "")
        except UsageError:
            path = []
        for each in path:
            show_feedback(chats, each, each.replies[each.shown])


def comparing(folder: str, chat: str) -> None:
    """What the dialog holds, without it: the bench knows no dialogs."""
    from pathlib import Path

    from rag.conversation.chats.store import ChatStore
    from ui.web.ask import feedback

    with ChatStore.open(Path(folder)) as chats:
        feedback.comparison(chats, chats.path(chat)[0])


def compared(folder: Path, chat: str) -> AppTest:
    return run(AppTest.from_function(comparing, kwargs={"folder": str(folder), "chat": chat}, default_timeout=30))


def opened(folder: Path, language: str = "en", chat: str | None = None) -> AppTest:
    page = AppTest.from_function(script, kwargs={"folder": str(folder), "language": language}, default_timeout=30)
    page.session_state["chat"] = chat
    return run(page)


def run(page: Any) -> AppTest:
    page = page.run()
    assert not page.exception
    return page  # type: ignore[no-any-return]


def asked(chats: ChatStore, text: str, answers: int = 1) -> tuple[str, str, list[str]]:
    """A chat, its question, and the question's replies."""
    chat = chats.new().id
    question = chats.ask(chat, text, None).id
    said = [replace(ANSWER, note=f"answer {number}") for number in range(answers)]
    return chat, question, [chats.keep(question, each).id for each in said]


def titles(page: AppTest) -> list[str]:
    return [each.label for each in page.sidebar.button if str(each.key).startswith("chat-")]


def has(page: AppTest, key: str) -> bool:
    return key in [each.key for each in page.button]


def text(page: AppTest) -> str:
    return " ".join(each.proto.body for each in page.get("html"))


def test_before_anything_was_asked_it_says_what_will_be_here(tmp_path: Path) -> None:
    page = opened(tmp_path)
    assert titles(page) == []
    assert "Your conversations appear here." in text(page)
    assert not page.text_input
    run(page.button(key="chats-new").click())
    assert page.session_state["told"] == ""


def test_a_conversation_is_chosen(chats: ChatStore, tmp_path: Path) -> None:
    first, *_ = asked(chats, "first")
    asked(chats, "second")
    page = opened(tmp_path)
    assert titles(page) == ["second", "first"]
    assert "Today" in text(page)
    assert "Yesterday" not in text(page)
    run(page.button(key=f"chat-{first}").click())
    assert page.session_state["told"] == first
    assert titles(page) == ["second", "first"]


def test_titles_mark_nothing_up(chats: ChatStore, tmp_path: Path) -> None:
    asked(chats, "**a** [b](javascript:c) <i>")
    [title] = titles(opened(tmp_path))
    assert not set(title) & set("*[]()<>:")


def test_the_search_narrows_the_list_and_says_where_nothing_is_found(chats: ChatStore, tmp_path: Path) -> None:
    asked(chats, "the ferry")
    asked(chats, "the market")
    page = opened(tmp_path)
    run(page.text_input(key="chats-search").set_value("FERRY"))
    assert titles(page) == ["the ferry"]
    run(page.text_input(key="chats-search").set_value("lighthouse"))
    assert titles(page) == []
    assert "Nothing found." in text(page)
    run(page.text_input(key="chats-search").set_value(""))
    assert len(titles(page)) == 2


def test_fifty_are_shown_and_more_when_asked_for(chats: ChatStore, tmp_path: Path) -> None:
    every = [chats.new().id for _ in range(53)]
    page = opened(tmp_path)
    assert len(titles(page)) == 50
    run(page.button(key="chats-more").click())
    assert len(titles(page)) == 53
    assert not has(page, "chats-more")
    assert len(titles(opened(tmp_path, chat=every[0]))) == 53  # the current one is always there


def test_a_conversation_is_renamed(chats: ChatStore, tmp_path: Path) -> None:
    chat, *_ = asked(chats, "first")
    page = opened(tmp_path, chat=chat)
    page.text_input(key=f"title-{chat}").set_value(" My trams ")
    run(next(each for each in page.button if each.label == "Rename").click())
    assert titles(page) == ["My trams"]
    page.text_input(key=f"title-{chat}").set_value("  ")
    run(next(each for each in page.button if each.label == "Rename").click())
    assert titles(page) == ["My trams"]


def test_a_conversation_is_deleted_only_after_a_second_word(chats: ChatStore, tmp_path: Path) -> None:
    chat, *_ = asked(chats, "first")
    page = opened(tmp_path, chat=chat)
    run(page.button(key=f"delete-{chat}").click())
    assert "cannot be brought back" in text(page)
    run(page.button(key=f"keep-{chat}").click())
    assert not has(page, f"really-{chat}")
    run(page.button(key=f"delete-{chat}").click())
    assert chats.list()
    run(page.button(key=f"really-{chat}").click())
    assert page.session_state["told"] == ""
    assert chats.list() == []


def test_a_conversation_is_exported_in_three_forms(chats: ChatStore, tmp_path: Path) -> None:
    chat, *_ = asked(chats, "first")
    page = opened(tmp_path, chat=chat)
    assert [each.proto.label for each in page.get("download_button")] == [
        "Markdown, to read",
        "JSON, everything",
        "OASST, for training",
    ]


def test_what_was_deleted_in_another_window_is_said(chats: ChatStore, tmp_path: Path) -> None:
    chat, _, [reply] = asked(chats, "first")
    page = opened(tmp_path, chat=chat)
    chats.delete(chat)
    run(page.button_group(key=f"pills-{reply}").set_value(["helpful"]))
    assert "no longer there" in page.error[0].value
    assert titles(page) == []


def test_conversations_that_cannot_be_read_say_so(chats: ChatStore, tmp_path: Path) -> None:
    asked(chats, "first")
    page = AppTest.from_function(damaging, kwargs={"folder": str(tmp_path)}, default_timeout=30)
    run(page)
    assert "cannot be read" in page.error[0].value
    assert "Move it aside" in page.code[0].value


def damaging(folder: str) -> None:
    from pathlib import Path

    from rag.conversation.chats.store import ChatStore
    from ui.web.ask import sidebar

    chats = ChatStore.open(Path(folder))
    chats.close()
    for path in Path(folder).glob("chats.sqlite*"):
        path.write_bytes(b"no database, and long enough to look like one" * 30)
    sidebar.sidebar(chats, None)


@pytest.mark.parametrize(("language", "words"), [("es", "Nueva conversación"), ("ru", "Новый разговор")])
def test_it_speaks_the_pages_language(chats: ChatStore, tmp_path: Path, language: str, words: str) -> None:
    chat, *_ = asked(chats, "first", answers=2)
    page = opened(tmp_path, language, chat)
    assert page.button(key="chats-new").label == words
    said = {each.label for each in page.button} | {each.proto.label for each in page.get("download_button")}
    assert not said & {"New conversation", "Rename", "Delete …", "Good answer", "Compare", "Save", "JSON, everything"}


def test_a_vote_is_given_changed_and_taken_back(chats: ChatStore, tmp_path: Path) -> None:
    chat, _, [reply] = asked(chats, "first")

    def vote() -> int:
        return chats.path(chat)[0].replies[0].vote

    page = opened(tmp_path, chat=chat)
    run(page.button(key=f"vote-good-{reply}").click())
    assert vote() == 1
    assert page.button(key=f"vote-good-{reply}").label == "Remove rating: good"
    run(page.button(key=f"vote-bad-{reply}").click())
    assert vote() == -1
    run(page.button(key=f"vote-bad-{reply}").click())
    assert vote() == 0


def test_labels_are_given_and_another_windows_are_not_written_over(chats: ChatStore, tmp_path: Path) -> None:
    chat, _, [reply] = asked(chats, "first")

    def labels() -> tuple[str, ...]:
        return chats.path(chat)[0].replies[0].labels

    page = opened(tmp_path, chat=chat)
    run(page.button_group(key=f"pills-{reply}").set_value(["wrong_citation", "helpful"]))
    assert labels() == ("helpful", "wrong_citation")
    chats.label(reply, ["correct"])
    run(page)
    assert labels() == ("correct",)
    run(page.button_group(key=f"pills-{reply}").set_value([]))
    assert labels() == ()


def test_two_answers_are_compared(chats: ChatStore, tmp_path: Path) -> None:
    chat, question, [one, two] = asked(chats, "first", answers=2)
    page = opened(tmp_path, chat=chat)
    run(page.button(key=f"compare-{two}").click())
    assert "It opened in 1911." in text(page)
    page = compared(tmp_path, chat)
    run(page.button(key="better-one").click())
    assert chats.ranking(question) == (one, two)
    assert chats.path(chat)[0].shown == 0
    assert "So far, the best first: Answer 1, Answer 2" in text(page)
    run(page.button(key="better-two").click())
    assert chats.ranking(question) == (two, one)
    run(page.button(key="better-none").click())
    assert chats.ranking(question) == ()


def test_of_several_answers_any_two_are_compared(chats: ChatStore, tmp_path: Path) -> None:
    chat, question, [one, two, three] = asked(chats, "first", answers=3)
    chats.keep(question, Answer("", AnswerStatus.NOT_FOUND, 0.0))
    told = chats.keep(question, Answer("", AnswerStatus.TOLD, 0.0, reply="Hello."))
    chats.keep(question, None, problem="The model ended.")
    page = compared(tmp_path, chat)
    assert "Hello." in text(page)
    assert "Your documents do not say." in text(page)
    page.selectbox(key=f"compared-0-{question}").set_value(three)
    run(page.selectbox(key=f"compared-1-{question}").set_value(three))
    assert page.button(key="better-one").disabled
    run(page.selectbox(key=f"compared-1-{question}").set_value(one))
    run(page.button(key="better-two").click())
    assert chats.ranking(question) == (one, three)
    assert {two, told.id}.isdisjoint(chats.ranking(question))


def test_what_cannot_be_ranked_any_more_is_said(chats: ChatStore, tmp_path: Path) -> None:
    chat, *_ = asked(chats, "first", answers=2)
    page = AppTest.from_function(vanishing, kwargs={"folder": str(tmp_path), "chat": chat}, default_timeout=30)
    run(run(page).button(key="better-one").click())
    assert "no longer there" in page.error[0].value


def vanishing(folder: str, chat: str) -> None:
    from pathlib import Path

    import streamlit as st

    from rag.conversation.chats.store import ChatStore
    from ui.web.ask import feedback

    with ChatStore.open(Path(folder)) as chats:
        exchange = st.session_state.setdefault("exchange", None) or chats.path(chat)[0]
        if st.session_state["exchange"]:
            chats.delete(chat)  # in another window, while the dialog is open
        st.session_state["exchange"] = exchange
        feedback.comparison(chats, exchange)


def test_a_single_answer_is_compared_with_nothing(chats: ChatStore, tmp_path: Path) -> None:
    chat, question, [reply] = asked(chats, "first")
    chats.keep(question, None, problem="The model ended.")
    chats.show_reply(reply)
    assert not has(opened(tmp_path, chat=chat), f"compare-{reply}")


def test_several_opinions_stand_on_one_page(chats: ChatStore, tmp_path: Path) -> None:
    chat, _, [reply] = asked(chats, "first")
    second = chats.keep(chats.ask(chat, "second", reply).id, ANSWER).id
    page = opened(tmp_path, chat=chat)
    run(page.button(key=f"vote-good-{second}").click())
    assert [each.replies[0].vote for each in chats.path(chat)] == [0, 1]


def test_the_profile_is_kept(chats: ChatStore, tmp_path: Path) -> None:
    page = opened(tmp_path)
    page.text_area(key="profile-instructions").set_value(" Briefly. ")
    page.selectbox(key="profile-preset").set_value("k50")
    page.toggle(key="profile-strict").set_value(True)
    run(next(each for each in page.button if each.label == "Save").click())
    assert chats.profile == AnswerPreferences("Briefly.", "k50", strict=True)
    assert page.toast[0].value.startswith("Saved.")
    again = opened(tmp_path)
    assert again.text_area(key="profile-instructions").value == "Briefly."
    assert again.selectbox(key="profile-preset").value == "k50"


def test_a_preset_that_is_no_more_is_the_usual_one(chats: ChatStore, tmp_path: Path) -> None:
    chats.set_profile(AnswerPreferences(preset="of yesterday"))
    assert opened(tmp_path).selectbox(key="profile-preset").value == ""


orders = st.permutations("abcdef").flatmap(lambda every: st.integers(0, 6).map(lambda end: tuple(every[:end])))


@given(orders, st.permutations("abcdef"))
def test_one_comparison_changes_an_order_only_where_it_must(order: tuple[str, ...], every: list[str]) -> None:
    better, worse = every[:2]
    now = ranked(order, better, worse)
    assert now.index(better) < now.index(worse)
    assert set(now) == {*order, better, worse}
    assert len(set(now)) == len(now)
    rest = [each for each in order if each != better]
    assert [each for each in now if each in rest] == rest  # the others stay in their order
    equal = ranked(order, better, worse, equal=True)
    assert not {better, worse} & set(equal)
    assert len(equal) != 1
