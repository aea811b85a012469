"""Stored conversations, and the language of the page as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.conversation.chats.store import ChatStore
from ui.shared import i18n


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    i18n.set_language_source(lambda: "en")


@pytest.fixture
def chats(tmp_path: Path) -> Iterator[ChatStore]:
    with ChatStore.open(tmp_path) as held:
        yield held
