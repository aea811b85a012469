"""JSON that other programs export: conversations and notes, as they are read and cited."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.ingest.readers.reading import document_of, section_of, told

AT = 1709978400  # 2024-03-09 10:00 UTC


def node(name: str, parent: str | None, role: str, text: str, at: float = AT) -> dict[str, Any]:
    content = {"content_type": "text", "parts": [text]}
    message = {"id": name, "author": {"role": role}, "create_time": at, "content": content, "metadata": {}}
    return {"id": name, "message": message if role else None, "parent": parent, "children": []}


def dialogue() -> dict[str, Any]:
    nodes = [
        node("root", None, "", ""),
        node("a", "root", "system", "You are helpful."),
        node("b", "a", "user", "When does the **kiln** open?"),
        node("c", "b", "assistant", "At eight.", AT + 60),
        node("d", "b", "assistant", "At nine.\n\n## Why\n\n- It is *cold*.", AT + 120),
    ]
    nodes[4]["message"]["content"]["parts"].append({"content_type": "image_asset_pointer"})
    mapping = {each["id"]: each for each in nodes}
    return {"title": "Kiln hours", "create_time": AT, "mapping": mapping, "current_node": "d"}


def test_conversations_of_chatgpt(tmp_path: Path) -> None:
    document = document_of(tmp_path, "conversations.json", json.dumps([dialogue(), dialogue() | {"title": "Other"}]))
    assert told(document)[:7] == [
        ("title", "Kiln hours"),
        ("title", "2024-03-09 10:00 UTC user"),
        ("text", "When does the kiln open?"),
        ("title", "2024-03-09 10:02 UTC assistant"),
        ("text", "At nine."),
        ("title", "Why"),
        ("list", "- It is cold."),
    ]
    assert section_of(document, "It is cold") == ("Kiln hours", "2024-03-09 10:02 UTC assistant", "Why")
    assert "At eight" not in document.text and "helpful" not in document.text
    assert document.remark == "left out: replaced messages (2)"


def test_a_conversation_that_goes_in_circles_ends(tmp_path: Path) -> None:
    value = dialogue()
    value["mapping"]["a"]["parent"] = "d"
    assert "At nine." in document_of(tmp_path, "conversations.json", json.dumps([value])).text
    del value["current_node"]
    assert "At eight." in document_of(tmp_path, "conversations.json", json.dumps([value])).text


def test_a_channel_of_slack(tmp_path: Path) -> None:
    messages = [
        {
            "type": "message",
            "user": "U1",
            "text": "Opens at nine &amp; closes at <#C9|ten>.",
            "ts": "1709978400.000100",
        },
        {
            "type": "message",
            "user": "U2",
            "user_profile": {"real_name": "Bo Lund", "display_name": "bo"},
            "text": "<@U2>, <@U1|ana>: see <https://example.org/a?b=1&amp;c=2|the plan> or <mailto:ada@example.org>, "
            "<!here>",
            "ts": "1709978460.000200",
            "files": [{"title": "plan.pdf"}],
        },
        {
            "type": "message",
            "subtype": "channel_join",
            "user": "U1",
            "text": "<@U1> has joined",
            "ts": "1709978520.0003",
        },
    ]
    document = document_of(tmp_path, "2024-03-09.json", json.dumps(messages))
    assert told(document) == [
        ("row", "date: 2024-03-09 10:00 UTC | from: U1 | text: Opens at nine & closes at #ten."),
        (
            "row",
            "date: 2024-03-09 10:01 UTC | from: Bo Lund | text: @Bo Lund, @ana: see the plan or ada@example.org, @here"
            " | files: plan.pdf",
        ),
        ("row", "date: 2024-03-09 10:02 UTC | from: U1 | text: @U1 has joined"),
    ]
    links = [(document.text[link.start : link.end], link.target) for link in document.links]
    assert links == [
        ("the plan", "https://example.org/a?b=1&c=2"),
        ("ada@example.org", "mailto:ada@example.org"),
    ]


def test_notes_of_keep(tmp_path: Path) -> None:
    note = {
        "title": "Kiln",
        "textContent": "The key hangs behind the clock.\n\nAsk Ada.",
        "createdTimestampUsec": AT * 1_000_000,
        "userEditedTimestampUsec": (AT + 60) * 1_000_000,
        "labels": [{"name": "keys"}],
        "isTrashed": False,
        "color": "DEFAULT",
        "annotations": [{"title": "Plan", "url": "https://example.org"}],
    }
    document = document_of(tmp_path, "Kiln.json", json.dumps(note))
    assert told(document) == [
        ("title", "Kiln"),
        ("text", "Created: 2024-03-09 10:00 UTC\nEdited: 2024-03-09 10:01 UTC\nLabels: keys"),
        ("text", "The key hangs behind the clock."),
        ("text", "Ask Ada."),
        ("text", "Plan"),
    ]
    items = {"listContent": [{"text": "wood", "isChecked": True}, {"text": "clay"}], "userEditedTimestampUsec": 1}
    assert told(document_of(tmp_path, "b.json", json.dumps(items))) == [("list", "☒ wood"), ("list", "☐ clay")]


def test_json_that_only_looks_alike_is_read_as_records(tmp_path: Path) -> None:
    for value in ([{"type": "a", "ts": "soon", "text": "x"}], {"mapping": {"a": "b"}}, [{"mapping": {"a": {"b": 1}}}]):
        assert "date:" not in document_of(tmp_path, "a.json", json.dumps(value)).text
