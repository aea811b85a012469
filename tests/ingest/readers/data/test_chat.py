"""Conversations as messengers export them: message by message."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.ingest.readers.reading import document_of, told

WHATSAPP = {
    "iPhone": "[09/03/2024, 10:00:12] Ana: Is somebody at the kiln now?\n\u200e[09/03/2024, 10:01:12] Bo: yes,\nthe door is green\n[09/03/2024, 10:02:12] Ana: ok\n",  # noqa: E501
    "Android": "09.03.24, 10:00 - Ana: Is somebody at the kiln now?\n09.03.24, 10:01 - Bo: yes,\nthe door is green\n09.03.24, 10:02 - Ana: ok\n",  # noqa: E501
    "American": "3/9/24, 10:00\u202fPM - Ana: Is somebody at the kiln now?\n3/9/24, 10:01\u202fPM - Bo: yes,\nthe door is green\n3/9/24, 10:02\u202fPM - Ana: ok\n",  # noqa: E501
}


@pytest.mark.parametrize("kind", WHATSAPP)
@pytest.mark.parametrize("name", ["_chat.txt", "chat"])
def test_each_message_of_whatsapp_stands_alone(tmp_path: Path, kind: str, name: str) -> None:
    document = document_of(tmp_path, name, WHATSAPP[kind])
    assert told(document)[0][1].endswith("Ana: Is somebody at the kiln now?")
    assert [kind for kind, _ in told(document)] == ["text"] * 3
    assert told(document)[1][1].endswith("Bo: yes,\nthe door is green") and "10:01" in told(document)[1][1]
    assert document.media_type == "text/x-chat"


def test_minutes_with_dates_are_no_conversation(tmp_path: Path) -> None:
    minutes = "09/03/2024, 10:00 the meeting began.\nPresent: Ana, Bo.\nAbsent: Carla.\n"
    assert document_of(tmp_path, "a.txt", minutes).media_type == "text/plain"


def test_a_text_in_pieces_is_one_text_wherever_it_stands(tmp_path: Path) -> None:
    pieces = ["See ", {"type": "link", "text": "the rules"}, "."]
    value = {"intro": pieces, "notes": [{"no": 1, "body": pieces}]}
    assert (
        document_of(tmp_path, "a.json", json.dumps(value)).text
        == "intro: See the rules.\n\nnotes\n\nno: 1 | body: See the rules."
    )
    value = {"tags": [{"type": "x", "text": "a"}, {"type": "y", "text": "b"}]}
    assert "type: x | text: a" in document_of(tmp_path, "b.json", json.dumps(value)).text
