"""JSON of a known kind, told by its keys: conversations of ChatGPT, Slack and Telegram, notes of Google Keep.

A message of a messenger is a row with who, when and what; one of ChatGPT a section of its own, for it may be a page
long. Times that are stored as numbers are dates here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any

from ingest.readers.markup.html_marks import TICKED, UNTICKED
from ingest.readers.markup.markdown import markdown_blocks
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.left_out import REPLACED_MESSAGES, leave_out
from ingest.readers.shared.records import as_text
from ingest.readers.shared.telegram import is_telegram, telegram_blocks
from ingest.readers.values.moments import moment

_SLACK_TIME = re.compile(r"\d{9,11}\.\d{3,6}")
_SLACK_MARK = re.compile(r"<([@#!]?)([^<>|\s][^<>|]*)(?:\|([^<>]*))?>")


def blocks(value: Any) -> Iterator[ReaderBlock] | None:
    """Return the blocks of a file of a known kind; None for any other JSON."""
    if is_telegram(value):
        return telegram_blocks(value)
    if isinstance(value, list) and value:
        if all(map(_is_dialogue, value)):
            return _dialogues(value)
        if all(map(_is_slack, value)):
            return _slack(value)
    if isinstance(value, dict):
        if _is_dialogue(value):
            return _dialogues([value])
        if "userEditedTimestampUsec" in value and ("textContent" in value or "listContent" in value):
            return _note(value)
    return None


def _facts(cells: dict[str, str]) -> ReaderBlock:
    return ReaderBlock("text", "\n".join(f"{label}: {value}" for label, value in cells.items() if value))


def _row(cells: dict[str, str], links: tuple[tuple[str, str], ...] = ()) -> ReaderBlock:
    shown = (f"{label}: {text}" for label, text in cells.items() if text.strip())
    return ReaderBlock("row", " | ".join(shown), links=links)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _is_dialogue(value: Any) -> bool:
    nodes = value.get("mapping") if isinstance(value, dict) else None
    return isinstance(nodes, dict) and all(isinstance(node, dict) and "message" in node for node in nodes.values())


def _dialogues(dialogues: list[dict[str, Any]]) -> Iterator[ReaderBlock]:
    """Yield a section for each conversation with ChatGPT, and one in it for each message that it shows."""
    for dialogue in dialogues:
        title = as_text(dialogue.get("title")) or moment(dialogue.get("create_time")) or "ChatGPT"
        yield ReaderBlock("title", title, 1)
        shown = list(_shown_messages(dialogue))
        everything = sum(bool(_said(node.get("message"))) for node in dialogue["mapping"].values())
        leave_out(REPLACED_MESSAGES, everything - len(shown))
        for message in shown:
            head = " ".join(filter(None, (moment(message.get("create_time")), _role(message))))
            yield ReaderBlock("title", head, 2)
            for block in markdown_blocks(_said(message)):
                yield replace(block, level=block.level + 2) if block.kind == "title" else block


def _shown_messages(dialogue: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the messages from the first to the current one: others were edited, or answered again."""
    nodes: dict[str, Any] = dialogue["mapping"]
    at = dialogue.get("current_node")
    path: dict[str, Any] = {}
    while isinstance(at, str) and at in nodes and at not in path:
        path[at] = nodes[at]
        at = nodes[at].get("parent")
    for node in reversed(list(path.values())) if path else nodes.values():
        if _said(node.get("message")):
            yield node["message"]


def _role(message: dict[str, Any]) -> str:
    author = message.get("author")
    return as_text(author.get("role")) if isinstance(author, dict) else ""


def _said(message: Any) -> str:
    """Return the text of a message; "" for none, and for one that the program wrote to the model."""
    content = message.get("content") if isinstance(message, dict) else None
    if not isinstance(content, dict) or _role(message) == "system":
        return ""
    hidden = message.get("metadata")
    if isinstance(hidden, dict) and hidden.get("is_visually_hidden_from_conversation"):
        return ""
    if content.get("content_type") == "code":
        return f"```\n{as_text(content.get('text'))}\n```" if as_text(content.get("text")).strip() else ""
    parts = content.get("parts")
    texts = [
        each if isinstance(each, str) else as_text(each.get("text")) if isinstance(each, dict) else ""
        for each in (parts if isinstance(parts, list) else [content.get("text")])
    ]
    return "\n\n".join(text for text in texts if text.strip())


def _is_slack(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and "type" in value
        and isinstance(value.get("ts"), str)
        and _SLACK_TIME.fullmatch(value["ts"]) is not None
    )


def _slack(messages: list[dict[str, Any]]) -> Iterator[ReaderBlock]:
    """Yield a row for each message of a channel; people are named as far as the file names them."""
    names = {as_text(each.get("user")): name for each in messages if (name := _profile_name(each))}
    for each in messages:
        links: list[tuple[str, str]] = []
        text = _plain_slack(as_text(each.get("text")), names, links)
        files = [as_text(file.get("title")) or as_text(file.get("name")) for file in _objects(each.get("files"))]
        user = as_text(each.get("user"))
        yield _row(
            {
                "date": moment(each["ts"]),
                "from": names.get(user) or as_text(each.get("username")) or user,
                "text": text,
                "files": ", ".join(filter(None, files)),
            },
            tuple(links),
        )


def _profile_name(message: dict[str, Any]) -> str:
    profile = message.get("user_profile")
    known = (as_text(profile.get(key)) for key in ("real_name", "display_name", "name")) if profile else ()
    return next(filter(None, known), "") if isinstance(profile, dict) else ""


def _plain_slack(text: str, names: dict[str, str], links: list[tuple[str, str]]) -> str:
    """Return a message without Slack's markup; its links are added to ``links``."""

    def plain(mark: re.Match[str]) -> str:
        sign, target, shown = mark[1], unescape(mark[2]), unescape(mark[3] or "")
        if sign == "@":
            return f"@{shown or names.get(target, target)}"
        if sign == "#":
            return f"#{shown or target}"
        if sign == "!":
            return shown or f"@{target.split('^')[0]}"
        words = shown or target.removeprefix("mailto:")
        links.append((words, target))
        return words

    parts, at = [], 0
    for mark in _SLACK_MARK.finditer(text):
        parts += [unescape(text[at : mark.start()]), plain(mark)]
        at = mark.end()
    return "".join([*parts, unescape(text[at:])])


def _note(note: dict[str, Any]) -> Iterator[ReaderBlock]:
    """Yield a note of Google Keep: its title, dates and labels, its text or its items."""
    yield ReaderBlock("title", as_text(note.get("title")), 1)
    yield _facts(
        {
            "Created": moment(note.get("createdTimestampUsec")),
            "Edited": moment(note.get("userEditedTimestampUsec")),
            "Labels": ", ".join(as_text(each.get("name")) for each in _objects(note.get("labels"))),
            "In the trash": "yes" if note.get("isTrashed") is True else "",
        }
    )
    for part in re.split(r"\n\s*\n", as_text(note.get("textContent"))):
        yield ReaderBlock("text", part)
    for item in _objects(note.get("listContent")):
        box = TICKED if item.get("isChecked") is True else UNTICKED
        yield ReaderBlock("list", f"{box} {as_text(item.get('text'))}")
    for link in _objects(note.get("annotations")):
        words, target = as_text(link.get("title")), as_text(link.get("url"))
        yield ReaderBlock("text", words or target, links=((words or target, target),))
