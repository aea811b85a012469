"""The sidebar on Streamlit's own test bench."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from rag.conversation.chats.store import ChatStore
from rag.types import Answer, AnswerStatus, Citation, Claim

QUOTE = Citation("d", "tram.md", 2, (), 0, 29, "The tram line opened in 1911.", 0.9)
ANSWER = Answer("When?", AnswerStatus.ANSWERED, 0.9, (QUOTE,), (Claim("It opened in 1911.", True, 0.9, (QUOTE,)),))


def script(folder: str, language: str = "en") -> None:
    from pathlib import Path

    import streamlit as st

    from rag.conversation.chats.store import ChatStore
    from rag.errors import UsageError
    from ui.shared import i18n
    from ui.web.ask import sidebar
    from ui.web.ask.feedback import show_feedback

    i18n.set_language_source(lambda: language)
    with ChatStore.open(Path(folder)) as chats:
        told = sidebar.sidebar(chats, st.session_state.get("chat"))
        if told is not None:
            st.session_state["told"] = told
            st.session_state["chat"] = told or None
            st.rerun()
        try:
            path = chats.path(st.session_state.get("chat") or "")
        except UsageError:
            path = []
        for each in path:
            show_feedback(chats, each, each.replies[each.shown])


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


def has(page: AppTest, key: str) -> bool:
    return key in [each.key for each in page.button]


def text(page: AppTest) -> str:
    return " ".join(each.proto.body for each in page.get("html"))
