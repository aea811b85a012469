"""Backups of a telephone's messages and calls, as SMS Backup & Restore writes them: a row with who, when and what.

Its times are numbers, and stand as dates here. The pictures of multimedia messages are attachments.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from typing import Any

from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.members import Attachment
from ingest.readers.values.moments import moment

_UNSENT = {"3": "draft", "4": "not yet sent", "5": "not sent", "6": "not yet sent"}  # Android's numbers
_CALLS = {"2": "to", "3": "missed from", "4": "voicemail from", "5": "rejected from", "6": "blocked from"}
_SENT = "128"  # of a multimedia message, which counts otherwise
_SLIDE_LAYOUT = "application/smil"


def messages(tree: Any) -> Iterator[ReaderBlock]:
    """Yield a row for each message."""
    for node in tree.iterchildren("sms", "mms"):
        kind, who = node.get("type", ""), _who(node)
        is_sent = node.get("m_type") == _SENT or (node.tag == "sms" and kind not in ("", "1"))
        if node.tag == "sms":
            text = _given(node, "body")
        else:
            parts = (part for part in node.iter("part") if part.get("ct") == "text/plain")
            text = " ".join(filter(None, (_given(part, "text") for part in parts)))
        yield _row(
            {
                "date": moment(node.get("date")) or _given(node, "readable_date"),
                "to" if is_sent else "from": who,
                "subject": _given(node, "subject" if node.tag == "sms" else "sub"),
                "text": text,
                "files": ", ".join(_file_name(part) for part in _files(node)),
                "state": _UNSENT.get(kind, "") if node.tag == "sms" else "",
            }
        )


def calls(tree: Any) -> Iterator[ReaderBlock]:
    """Yield a row for each call."""
    for node in tree.iterchildren("call"):
        yield _row(
            {
                "date": moment(node.get("date")) or _given(node, "readable_date"),
                _CALLS.get(node.get("type", ""), "from"): _who(node),
                "seconds": _given(node, "duration"),
            }
        )


def pictures(tree: Any) -> Iterator[Attachment]:
    """Yield the files in multimedia messages; nobody misses the words of a photograph."""
    for node in tree.iterchildren("mms"):
        for part in _files(node):
            try:
                content = binascii.a2b_base64(_given(part, "data").encode("ascii", "replace"))
            except binascii.Error:
                content = b""
            if content:
                yield Attachment(_file_name(part), content, inline=part.get("ct", "").startswith("image/"))


def _files(node: Any) -> list[Any]:
    return [part for part in node.iter("part") if part.get("ct") not in ("text/plain", _SLIDE_LAYOUT)]


def _file_name(part: Any) -> str:
    return _given(part, "cl") or _given(part, "name") or f"attachment.{part.get('ct', '').rpartition('/')[2]}"


def _who(node: Any) -> str:
    name, number = _given(node, "contact_name"), _given(node, "address") or _given(node, "number")
    name = "" if name == "(Unknown)" else name
    return f"{name} ({number})" if name and number else name or number


def _given(node: Any, name: str) -> str:
    value = str(node.get(name) or "").strip()
    return "" if value == "null" else value  # as the program writes none


def _row(cells: dict[str, str]) -> ReaderBlock:
    return ReaderBlock("row", " | ".join(f"{label}: {text}" for label, text in cells.items() if text))
