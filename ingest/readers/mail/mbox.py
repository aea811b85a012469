"""Reader of mailboxes (.mbox): each message with its attachments, as a section of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ingest.readers.mail.eml import mail_message, parse_message
from ingest.readers.mail.message import document_of
from ingest.readers.registry import READERS
from ingest.readers.shared.build import join, joined_remarks
from ingest.readers.shared.heartbeat import send_heartbeat
from ingest.readers.shared.members import titled
from ingest.readers.shared.unreadable import UnreadableError
from rag.messages import Message
from rag.types import Document, Outcome

MAX_MESSAGES = 50_000  # messages; further ones are counted in the remark
_MESSAGE_START = re.compile(rb"From \S(?>.*?\d\d:\d\d).*?\d{4}")  # as mailers write it: address, day, time, year
_ESCAPED_FROM = re.compile(rb"(?m)^>(>*From )")


def read(path: Path) -> Document:
    """Read a mailbox. Raises UnreadableError for one without a message that can be read."""
    media_type = READERS[".mbox"].media_type
    parts: list[tuple[tuple[str, ...], Document]] = []
    remarks: list[str] = []
    number = 0
    for number, data in enumerate(_messages(path), 1):
        if number > MAX_MESSAGES:
            remarks.append(Message("more than {most:,} messages", most=MAX_MESSAGES))
            break
        if number % 100 == 0:
            send_heartbeat(Message("message {number}", number=number))
        message = mail_message(parse_message(data))
        name = message.subject.strip() or Message("message {number}", number=number)
        try:
            parts.append(((), titled(document_of(message, media_type), " ".join(name.split()))))
        except UnreadableError as error:
            remarks.append(Message("{name} was not read: {why}", name=name, why=error.reason))
    if not parts:
        reason = joined_remarks(remarks) or Message("there is no message in it")
        raise UnreadableError(Outcome.FAILED if remarks else Outcome.EMPTY, reason)
    whole = join(Document("", (), media_type), *parts)
    return replace(whole, remark=joined_remarks([whole.remark, *remarks]))


def _messages(path: Path) -> Iterator[bytes]:
    """Yield the messages; a line that begins one stands after an empty line."""
    lines: list[bytes] = []
    after_empty = True
    with path.open("rb") as file:
        for line in file:
            if after_empty and _MESSAGE_START.match(line):
                if any(map(bytes.strip, lines)):
                    yield _ESCAPED_FROM.sub(rb"\1", b"".join(lines))
                lines = []
            else:
                lines.append(line)
            after_empty = not line.strip()
    if any(map(bytes.strip, lines)):
        yield _ESCAPED_FROM.sub(rb"\1", b"".join(lines))
