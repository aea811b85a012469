"""Reader of mail (.eml): MIME by the standard library's parser, lenient as mail is."""

from __future__ import annotations

import contextlib
import email
import email.header
import email.policy
import re
from email.message import EmailMessage, Message
from functools import lru_cache
from pathlib import Path
from typing import Any

from ingest.readers.mail.message import MAX_ATTACHED_DEPTH, MailMessage, document_of
from ingest.readers.registry import READERS
from ingest.readers.shared.decoding.charset import likeliest_charset
from ingest.readers.shared.decoding.text_decoding import decode
from ingest.readers.shared.members import Attachment
from rag.types import Document

_SHOWN_HEADERS = ("From", "To", "Cc", "Bcc", "Date")
_ENCRYPTED_TYPES = ("application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted")
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_MAX_PARSED_CHARS = 10_000  # characters of all headers of a name; the standard library takes 0.2 ms for an address
_MAX_STRUCTURE_CHARS = 2_000  # characters of a header that says how to read a part; a file's name takes 800 at most
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class _BoundedPolicy(email.policy.EmailPolicy):
    """Parses the headers that say how to read a part once, and no more of them than a name may take."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        """Return a header's value as it is asked for."""
        if name.lower().startswith("content-"):
            return _parsed_structure(name, value[:_MAX_STRUCTURE_CHARS])
        return super().header_fetch_parse(name, value)


@lru_cache(maxsize=16)
def _parsed_structure(name: str, value: str) -> Any:
    return email.policy.default.header_fetch_parse(name, value)


def read(path: Path) -> Document:
    """Read a mail with its attachments. Raises UnreadableError for an encrypted one."""
    data = path.read_bytes()
    if data.startswith(_UTF16_MARKS) or b"\0" in data[:200]:
        data = decode(data).encode()
    return document_of(mail_message(parse_message(data)), READERS[".eml"].media_type)


def parse_message(data: bytes) -> Any:
    """Return a message whose headers cost no more than their length says."""
    message = email.message_from_bytes(data.lstrip(b"\xef\xbb\xbf\r\n"), policy=_BoundedPolicy())
    _decode_headers(message)
    return message


def _decode_headers(message: Any) -> None:
    """Decode headers that were sent as raw bytes, as the letter's text is encoded."""
    raw = [
        (part, name, value.encode("utf-8", errors="surrogateescape"))
        for part in message.walk()
        for name, value in part.raw_items()
        if not value.isascii() and len(value) <= _MAX_STRUCTURE_CHARS
    ]
    if not raw:
        return
    bodies = [part for part in message.walk() if part.get_content_maintype() == "text"]
    charset = next(filter(None, (part.get_content_charset() for part in bodies)), "")
    if not charset:  # a subject alone is too short to tell
        charset = likeliest_charset(b"\n".join([value for *_, value in raw] + [_bytes(part) for part in bodies[:1]]))
    for part, name, value in raw:
        part.replace_header(name, " ".join(decode(value, charset, strict=False).splitlines()))


def mail_message(message: Any, depth: int = 0) -> MailMessage:
    """Return a parsed message with its attachments."""
    texts: dict[str, list[str]] = {"plain": [], "html": []}
    attachments: list[Attachment] = []
    encrypted = _sort(message, texts, attachments, depth)
    headers = tuple((name, header(message, name)) for name in _SHOWN_HEADERS)
    plain, html = "\n\n".join(texts["plain"]), "\n<hr>\n".join(texts["html"])
    return MailMessage(header(message, "Subject"), headers, plain, html, tuple(attachments), encrypted)


def _sort(part: Any, texts: dict[str, list[str]], attachments: list[Attachment], depth: int) -> bool:
    """Sort a part into the texts or the attachments; return whether some of it is encrypted."""
    kind = part.get_content_type()
    if kind in _ENCRYPTED_TYPES:
        return True
    if kind == "message/rfc822":
        inner = part.get_payload()
        if isinstance(inner, list) and inner and depth < MAX_ATTACHED_DEPTH + 1:
            letter = mail_message(inner[0], depth + 1)
            attachments.append(Attachment(_name(part) or letter.subject or "message", letter))
        return False
    if part.is_multipart():
        bodies: dict[str, list[str]] = {"plain": [], "html": []}
        encrypted = [_sort(inner, bodies, attachments, depth) for inner in part.get_payload()]
        if kind != "multipart/alternative" and any(bodies["html"]):  # parts one after the other, not alternatives
            bodies = _together(part, bodies)
        for name, found in bodies.items():
            texts[name].extend(found)
        return any(encrypted)
    name = _name(part)
    text = kind in ("text/plain", "text/html") and part.get_content_disposition() != "attachment"
    if text and not (name and part.get_content_disposition() == "inline" and "." in name):
        texts["html" if kind == "text/html" else "plain"].append(part_text(part))
    elif kind not in _SIGNATURES:
        data = _bytes(part)
        if data.strip():
            inline = bool(part.get("Content-ID")) and part.get_content_maintype() == "image"
            suffix = next((known for known, each in READERS.items() if each.media_type == kind), "")
            suffix = suffix or f".{part.get_content_subtype()}"
            attachments.append(Attachment(name or f"attachment{suffix}", data, inline))
    return False


def _together(part: Any, held: dict[str, list[str]]) -> dict[str, list[str]]:
    """Merge plain texts that stand beside an HTML part, not as its alternative, into it (a list's footer, say)."""
    own = [inner for inner in part.get_payload() if inner.get_content_type() == "text/plain"]
    extra = [text for inner in own if (text := part_text(inner)) in held["plain"]]
    pages = [f"<p>{_escaped(text)}</p>" for text in extra if text.strip()]
    return {"plain": held["plain"], "html": [*held["html"], *pages]}


def _escaped(text: str) -> str:
    from html import escape

    return re.sub(r"\n\s*\n", "</p><p>", escape(text)).replace("\n", "<br>")


def part_text(part: Any) -> str:
    """Return the text of a part of a message."""
    text = decode(_bytes(part), part.get_content_charset() or "", strict=False)
    if part.get_param("format") == "flowed":
        text = re.sub(r"(?m)^ ", "", re.sub(r"(?<![\n]--) \r?\n(?!\s*\n)", " ", text))
    return text


def _bytes(part: Message) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, AssertionError, LookupError):
        data = None
    if isinstance(data, bytes):
        return data
    payload = part.get_payload()
    return str(payload).encode("utf-8", errors="surrogateescape") if payload else b""


def _name(part: Any) -> str:
    try:
        return part.get_filename() or ""
    except Exception:  # the standard library fails on damaged headers
        return ""


def header(message: EmailMessage, name: str) -> str:
    """Return a header's values as they are shown."""
    raw = [str(value) for key, value in message.raw_items() if key.lower() == name.lower()]
    if sum(map(len, raw)) <= _MAX_PARSED_CHARS:
        with contextlib.suppress(Exception):  # as above; then as it stands
            return ", ".join(str(value) for value in message.get_all(name, []))
    return ", ".join(value.replace("\r", "").replace("\n", "") for value in raw)
