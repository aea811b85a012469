"""Conversations of Telegram: a row for each message."""

from __future__ import annotations

import json
from pathlib import Path

from tests.ingest.readers.reading import document_of, told

MESSAGES = [
    {
        "id": 1,
        "type": "message",
        "date": "2024-03-09T10:00:00",
        "date_unixtime": "1",
        "from": "Ana",
        "from_id": "user1",
        "text": "Opens at nine.",
    },
    {
        "id": 2,
        "type": "message",
        "date": "2024-03-09T10:05:00",
        "from": "Bo",
        "text": ["Call ", {"type": "bold", "text": "Ada"}, " on ", {"type": "phone", "text": "555-0142"}, "."],
        "text_entities": [{"type": "plain", "text": "Call "}],
    },
    {"id": 3, "type": "service", "date": "2024-03-09T10:06:00", "actor": "Ana", "action": "pin_message"},
    {"id": 4, "type": "message", "date": "2024-03-09T10:07:00", "from": "Bo", "file": "video.mp4", "text": ""},
]
ROWS = [
    ("title", "Kiln club"),
    ("row", "date: 2024-03-09T10:00:00 | from: Ana | text: Opens at nine."),
    ("row", "date: 2024-03-09T10:05:00 | from: Bo | text: Call Ada on 555-0142."),
    ("row", "date: 2024-03-09T10:06:00 | actor: Ana | action: pin_message"),
    ("row", "date: 2024-03-09T10:07:00 | from: Bo | file: video.mp4"),
]


def test_telegram_with_one_conversation_and_with_all(tmp_path: Path) -> None:
    one = {"name": "Kiln club", "type": "private_group", "messages": MESSAGES}
    assert told(document_of(tmp_path, "a.json", json.dumps(one))) == ROWS
    assert told(document_of(tmp_path, "b.json", json.dumps({"chats": {"about": "x", "list": [one]}}))) == ROWS


def test_other_json_with_messages_is_read_as_before(tmp_path: Path) -> None:
    value = {"messages": [{"role": "user", "content": "Open the gate."}]}
    assert told(document_of(tmp_path, "a.json", json.dumps(value)))[-1] == (
        "row",
        "role: user | content: Open the gate.",
    )
