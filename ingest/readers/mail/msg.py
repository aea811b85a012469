"""Reader of mail as Outlook saves it (.msg)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingest.readers.mail.message import MAX_ATTACHED_DEPTH, MailMessage, document_of
from ingest.readers.registry import READERS
from ingest.readers.shared.decoding.text_decoding import decode
from ingest.readers.shared.members import Attachment
from rag.types import Document

_INNER_HEADER = 24  # bytes before the properties of a nested message; 32 at the top
_RTF, _METHOD, _CONTENT_ID, _HIDDEN, _DISPLAY_NAME, _SHORT_NAME = 0x1009, 0x3705, 0x3712, 0x7FFE, 0x3001, 0x3704
_RECIPIENT_TYPE = 0x0C15
_TO, _CC, _BCC = 1, 2, 3
_EMBEDDED = 5
_ENCRYPTED_CLASSES = ("IPM.Note.SMIME",)
_PGP = ".pgp-encrypted"


def read(path: Path) -> Document:
    """Read a mail with its attachments. Raises UnreadableError for an encrypted one."""
    from oxmsg import Message

    return document_of(_mail_message(Message.load(path.read_bytes()), 0), READERS[".msg"].media_type)


def _mail_message(message: Any, depth: int) -> MailMessage:
    date = message.sent_date
    headers = (
        ("From", message.sender or ""),
        ("To", _recipients(message, _TO)),
        ("Cc", _recipients(message, _CC)),
        ("Bcc", _recipients(message, _BCC)),
        ("Date", date.strftime("%a, %d %b %Y %H:%M %z") if date else ""),
    )
    plain, html = message.body or "", _html(message)
    if not plain.strip() and not html.strip():
        plain = _rich(message)
    attachments = [each for each in (_attachment(each, depth) for each in message.attachments) if each]
    encrypted = message.message_class in _ENCRYPTED_CLASSES or any(each.name.endswith(_PGP) for each in attachments)
    if encrypted:  # the attachment is the encrypted message itself
        attachments = []
    return MailMessage(message.subject, headers, plain, html, tuple(attachments), encrypted)


def _recipients(message: Any, kind: int) -> str:
    recipients = []
    for each in message.recipients:
        if (each.properties.int_prop_value(_RECIPIENT_TYPE) or _TO) & 0xF == kind:
            name, address = each.name or "", each.email_address or ""
            recipients.append(f"{name} <{address}>" if name and address and name != address else name or address)
    return ", ".join(recipients)


def _html(message: Any) -> str:
    try:
        return message.html_body or ""
    except (UnicodeDecodeError, LookupError):  # it says one encoding and is in another
        from oxmsg.domain.constants import PID_HTML

        return decode(message.properties.binary_prop_value(PID_HTML) or b"", strict=False)


def _rich(message: Any) -> str:
    """Return the text of a body that is Rich Text only."""
    packed = message.properties.binary_prop_value(_RTF)
    if not packed:
        return ""
    from compressed_rtf import decompress
    from striprtf.striprtf import rtf_to_text

    return str(rtf_to_text(decompress(packed).decode("latin-1"), errors="replace"))


def _attachment(attachment: Any, depth: int) -> Attachment | None:
    properties = attachment.properties
    name = attachment.file_name or properties.str_prop_value(_SHORT_NAME) or ""
    if properties.int_prop_value(_METHOD) == _EMBEDDED:
        inner = _inner(attachment)
        if inner is None or depth > MAX_ATTACHED_DEPTH:
            return None
        letter = _mail_message(inner, depth + 1)
        return Attachment(name or properties.str_prop_value(_DISPLAY_NAME) or letter.subject, letter)
    data = attachment.file_bytes
    if not data:
        return None
    return Attachment(name or "attachment", data, bool(properties.str_prop_value(_CONTENT_ID)))


def _inner(attachment: Any) -> Any:
    """Return the message within an attachment."""
    from oxmsg import Message
    from oxmsg.properties import Properties

    class Inner(Message):
        @property
        def properties(self) -> Properties:
            return Properties(self._storage, properties_header_offset=_INNER_HEADER)

        @property
        def _message_headers(self) -> Any:
            import email

            return email.message_from_string(self.properties.str_prop_value(0x007D) or "")

    found = [each for each in attachment._storage.storages if each.name.startswith("__substg1.0_3701000D")]
    return Inner(found[0]) if found else None
