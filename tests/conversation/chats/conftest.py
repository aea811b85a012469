"""A store of conversations, and one that is in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.conversation.chats.store import ChatStore
from tests.conversation.chats.told import told_chat


@pytest.fixture
def chats(tmp_path: Path) -> Iterator[ChatStore]:
    with ChatStore.open(tmp_path / "library") as held:
        yield held


@pytest.fixture
def told(chats: ChatStore) -> str:
    return told_chat(chats)
