"""Reader of letters as Outlook wraps them for other programs (winmail.dat): the text, and each attached file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from ingest.readers.mail.message import MAX_ATTACHED_DEPTH, MailMessage, document_of
from ingest.readers.registry import READERS
from ingest.readers.shared.decoding.text_decoding import decode
from ingest.readers.shared.members import Attachment
from ingest.readers.shared.unreadable import UnreadableError
from rag.messages import Message
from rag.types import Document, Outcome

MOST_TNEF_PARTS = 10_000  # each is cut from all that follows it
_HEAD, _PART_HEAD, _PART_END = 6, 9, 2  # bytes: of the file, before the data of a part, behind it
_SENDER, _SENDER_ADDRESS, _SUBJECT, _TO, _CC = 0x0C1A, 0x0C1F, 0x0037, 0x0E04, 0x0E03
_SENT_AT, _LONG_NAME, _CONTENT_ID = 0x0039, 0x3707, 0x3712
_PARSED_SUBJECT = 0x8004


def read(path: Path) -> Document:
    """Read a wrapped letter with its attachments. Raises UnreadableError, or what the library raises on damage."""
    from tnefparse import tnef

    data = path.read_bytes()
    _check_parts(data)
    tnef.logger.disabled = True  # it tells of each damaged property
    if tnef.decode_mapi.__module__ != __name__:
        tnef.decode_mapi = _bounded(tnef.decode_mapi)
    return document_of(_letter(tnef.TNEF(data, do_checksum=False), 0), READERS[".tnef"].media_type)


def _bounded(decode_properties: Callable[..., Any]) -> Callable[..., Any]:
    """Return the library's decoder of properties, which else counts to four thousand million where a file says so."""

    def bounded(data: bytes, *codepage: Any, starting_offset: int | None = None) -> Any:
        at = starting_offset or 0
        if int.from_bytes(data[at : at + 4], "little") * 4 > len(data):
            raise ValueError("more properties than there is room for")
        return decode_properties(data, *codepage, starting_offset=starting_offset)

    return bounded


def _check_parts(data: bytes) -> None:
    at = _HEAD
    for _ in range(MOST_TNEF_PARTS):
        if at + _PART_HEAD > len(data):
            return
        at += int.from_bytes(data[at + 5 : at + _PART_HEAD], "little") + _PART_HEAD + _PART_END
    raise UnreadableError(Outcome.TOO_LARGE, Message("more than {most:,} files in one", most=MOST_TNEF_PARTS))


def _letter(letter: Any, depth: int) -> MailMessage:
    properties = {each.name: each.data for each in letter.mapiprops}
    given = {each.name: each.data for each in letter.msgprops}
    sender, address = _text(properties.get(_SENDER)), _text(properties.get(_SENDER_ADDRESS))
    date = properties.get(_SENT_AT)
    headers = (
        ("From", f"{sender} <{address}>" if "@" in address and address != sender else sender or address),
        ("To", _text(properties.get(_TO))),
        ("Cc", _text(properties.get(_CC))),
        ("Date", date.strftime("%a, %d %b %Y %H:%M") if isinstance(date, datetime) else ""),
    )
    plain, html = _text(letter.body), _text(letter.htmlbody)
    if not (plain + html).strip():
        plain = _rich(letter)
    attachments = (_attachment(each, depth) for each in letter.attachments)
    subject = _text(properties.get(_SUBJECT)) or _text(given.get(_PARSED_SUBJECT))
    return MailMessage(subject, headers, plain, html, tuple(each for each in attachments if each is not None))


def _rich(letter: Any) -> str:
    """Return the text of a body that is Rich Text only."""
    from striprtf.striprtf import rtf_to_text

    body = letter.rtfbody
    return str(rtf_to_text(body.decode("latin-1"), errors="replace")) if body else ""


def _attachment(attached: Any, depth: int) -> Attachment | None:
    properties = {each.name: each.data for each in attached.mapi_attrs}
    name = _text(properties.get(_LONG_NAME)) or _text(attached._name)  # its own getter takes UTF-8 for granted
    if (inner := getattr(attached, "embed", None)) is not None:
        if depth > MAX_ATTACHED_DEPTH:
            return None
        letter = _letter(inner, depth + 1)
        return Attachment(name or letter.subject or "message", letter)
    if not attached.data:
        return None
    return Attachment(name or "attachment", attached.data, bool(_text(properties.get(_CONTENT_ID))))


def _text(value: Any) -> str:
    """Return a text property, whose bytes are in the writer's encoding."""
    if isinstance(value, list | tuple):
        value = value[0] if value else ""
    if isinstance(value, bytes):
        return decode(value.rstrip(b"\0"), strict=False) if value.strip(b"\0") else ""
    return value.rstrip("\0") if isinstance(value, str) else ""
