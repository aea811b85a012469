"""Conversations of Telegram, as its JSON export holds them and telegram_page.py reads them: a row for each message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.records import as_text, text_of_pieces

# What a program keeps for itself, or says twice.
_BOOKKEEPING = frozenset(
    "id type date_unixtime edited_unixtime from_id actor_id text_entities width height thumbnail photo_file_size "
    "file_size thumbnail_file_size reply_to_message_id duration_seconds".split()
)


def is_telegram(value: Any) -> bool:
    """Tell whether JSON is Telegram's export of one conversation, or of all."""
    return bool(_conversations(value))


def telegram_blocks(value: Any) -> Iterator[ReaderBlock]:
    """Yield a title for each conversation, and a row for each message."""
    for conversation in _conversations(value):
        yield ReaderBlock("title", as_text(conversation.get("name")), 1)
        for message in conversation["messages"]:
            cells = (
                (key, text_of_pieces(each))
                for key, each in message.items()
                if key not in _BOOKKEEPING and not isinstance(each, dict)
            )
            yield ReaderBlock("row", " | ".join(f"{key}: {text}" for key, text in cells if text.strip()))


def _conversations(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, dict):
        return []
    chats = value.get("chats")
    found = chats.get("list") if isinstance(chats, dict) else [value]
    return [each for each in found if _is_conversation(each)] if isinstance(found, list) else []


def _is_conversation(value: Any) -> bool:
    messages = value.get("messages") if isinstance(value, dict) else None
    return (
        isinstance(messages, list)
        and bool(messages)
        and all(isinstance(each, dict) and "date" in each and "type" in each for each in messages)
        and any("text" in each and "from" in each for each in messages)
    )
