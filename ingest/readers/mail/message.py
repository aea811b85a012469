"""Turn a mail message into a Document: who wrote to whom and when, the text, and a section for each attachment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ingest.readers.markup.html_page import page_blocks
from ingest.readers.plain_text import paragraphs
from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build, clean
from ingest.readers.shared.members import MAX_MEMBER_DEPTH, Attachment, shown_name, with_attachments
from ingest.readers.shared.unreadable import UnreadableError
from rag.messages import Message
from rag.types import Document, Outcome

MAX_ATTACHED_DEPTH = MAX_MEMBER_DEPTH  # messages within messages


@dataclass(frozen=True, slots=True)
class MailMessage:
    """A message as its format holds it; either form of the body may be ""."""

    subject: str
    headers: tuple[tuple[str, str], ...]  # From, To, … as they are shown
    plain: str
    html: str
    attachments: tuple[Attachment, ...] = ()
    encrypted: bool = False  # its text is encrypted

    def document(self) -> Document:
        """Return what an attached message holds. Raises UnreadableError as :func:`document_of` does."""
        return document_of(self, READERS[".eml"].media_type)


def document_of(mail: MailMessage, media_type: str) -> Document:
    """Return the message and all its attachments as a document; its note says what could not be read of them.

    Raises UnreadableError where the message itself is encrypted.
    """
    if mail.encrypted and not (mail.plain + mail.html).strip():
        raise UnreadableError(Outcome.ENCRYPTED, Message("what it says is encrypted"))
    first = build(_blocks(mail), media_type)
    around = first.elements[0].section if mail.subject.strip() and first.elements else ()
    return with_attachments(first, mail.attachments, around)


def _blocks(mail: MailMessage) -> Iterator[ReaderBlock]:
    yield ReaderBlock("title", mail.subject, 0)
    names = ", ".join(shown_name(each.name) for each in mail.attachments if not each.inline)
    headers = [*mail.headers, ("Attachments", names)]
    yield ReaderBlock(
        "text", "\n".join(f"{name}: {clean(value, lines=False)}" for name, value in headers if value.strip())
    )
    body = list(page_blocks(mail.html)) if mail.html.strip() else []
    body_words = sum(len(block.text.split()) for block in body)
    if body_words * 2 < len(mail.plain.split()):  # "your program shows no HTML" may also be said in HTML
        body = [ReaderBlock("text", part) for part in paragraphs(mail.plain)]
    yield from (replace(block, level=block.level + 1) if block.kind == "title" else block for block in body)
