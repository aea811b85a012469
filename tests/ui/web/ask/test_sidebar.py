"""The sidebar's conversations, on Streamlit's own test bench."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rag.conversation.chats.store import AnswerPreferences, ChatStore
from tests.ui.web.ask.conversations import asked, has, opened, run, text
from ui.web import confirm
from ui.web.ask import sidebar


@pytest.fixture(autouse=True)
def no_script_of_the_dialog(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirm, "component", lambda _: lambda **_: None)


def titles(page: AppTest) -> list[str]:
    return [each.label for each in page.sidebar.button if str(each.key).startswith("chat-")]


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


def test_twenty_are_shown_and_more_when_asked_for(chats: ChatStore, tmp_path: Path) -> None:
    every = [chats.new().id for _ in range(23)]
    page = opened(tmp_path)
    assert len(titles(page)) == 20
    run(page.button(key="chats-more").click())
    assert len(titles(page)) == 23
    assert not has(page, "chats-more")
    assert len(titles(opened(tmp_path, chat=every[0]))) == 23  # the current one is always there


def test_a_conversation_is_renamed(chats: ChatStore, tmp_path: Path) -> None:
    chat, *_ = asked(chats, "first")
    page = opened(tmp_path, chat=chat)
    page.text_input(key=f"title-{chat}").set_value(" My trams ")
    run(next(each for each in page.button if each.label == "Rename").click())
    assert titles(page) == ["My trams"]
    page.text_input(key=f"title-{chat}").set_value("  ")
    run(next(each for each in page.button if each.label == "Rename").click())
    assert titles(page) == ["My trams"]


def test_a_conversation_is_deleted_once_it_was_asked(
    chats: ChatStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat, *_ = asked(chats, "first")
    asked(chats, "second")
    page = opened(tmp_path, chat=chat)
    run(page.button(key=f"delete-{chat}").click())
    assert "cannot be brought back" in text(page) and has(page, "cancel-chat") and has(page, "danger-chat")
    assert "danger-chat" not in [each.key for each in page.sidebar.button]  # on a phone that closes
    assert len(chats.list()) == 2
    run(page)
    assert not has(page, "danger-chat")  # once closed it stays closed
    told: list[str] = []
    monkeypatch.setattr(sidebar, "confirm", lambda title, draw, what, act, key: (told.append(title), act()))
    run(page.button(key=f"delete-{chat}").click())
    assert told == ["Delete this conversation?"] and [each.title for each in chats.list()] == ["second"]


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
    assert any("Move it aside" in each.proto.body for each in page.get("html"))


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


def test_all_are_deleted_once_it_was_asked(chats: ChatStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked(chats, "first")
    assert not has(opened(tmp_path), "chats-delete-all")  # a conversation has its own menu for that
    asked(chats, "second")
    page = opened(tmp_path)
    run(page.button(key="chats-delete-all").click())
    assert has(page, "cancel-chats-all") and has(page, "danger-chats-all") and len(chats.list()) == 2
    assert "danger-chats-all" not in [each.key for each in page.sidebar.button]  # on a phone that closes
    told: list[str] = []
    monkeypatch.setattr(sidebar, "confirm", lambda title, draw, what, act, key: (told.append(title), act()))
    run(page.button(key="chats-delete-all").click())
    assert told == ["Delete 2 conversations?"] and chats.list() == []


def test_those_that_a_search_found_are_not_deleted_as_all(chats: ChatStore, tmp_path: Path) -> None:
    asked(chats, "the ferry")
    asked(chats, "the ferry again")
    asked(chats, "the market")
    page = opened(tmp_path)
    run(page.text_input(key="chats-search").set_value("FERRY"))
    assert not has(page, "chats-delete-all")
