"""Turn a mail message into a Document: who wrote to whom and when, the text, and a section for each attachment.

An attachment is read by the reader of its own kind. Its name is data: it is shown, and its suffix may choose a reader;
the copy that is read lies in a private folder under a name of ours.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from ingest.readers.markup.html_page import page_blocks
from ingest.readers.plain_text import paragraphs
from ingest.readers.registry import READERS, read, unsupported_kind
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build, clean, join, joined_remarks
from ingest.readers.shared.unreadable import UnreadableError
from rag.messages import Message
from rag.types import Document, Element, Outcome

MAX_ATTACHMENTS = 200  # attachments, those of attached messages included
MAX_ATTACHMENT_BYTES = 256 * 2**20  # bytes of them all
MAX_ATTACHED_DEPTH = 5  # messages within messages
_MAX_NAME_CHARS = 120  # characters
_FILE_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment: bytes under a name, or a message."""

    name: str
    content: bytes | MailMessage
    inline: bool = False  # an image within the text: nobody misses its words


@dataclass(frozen=True, slots=True)
class MailMessage:
    """A message as its format holds it; either form of the body may be ""."""

    subject: str
    headers: tuple[tuple[str, str], ...]  # From, To, … as they are shown
    plain: str
    html: str
    attachments: tuple[Attachment, ...] = ()
    encrypted: bool = False  # its text is encrypted


@dataclass(slots=True)
class _AttachmentBudget:
    """What may still be read of the attachments of the outermost message."""

    files: int = field(default_factory=lambda: MAX_ATTACHMENTS)
    size: int = field(default_factory=lambda: MAX_ATTACHMENT_BYTES)
    depth: int = 0


_BUDGET: ContextVar[_AttachmentBudget | None] = ContextVar("budget", default=None)


def document_of(mail: MailMessage, media_type: str) -> Document:
    """Return the message and all its attachments as a document; its note says what could not be read of them.

    Raises UnreadableError where the message itself is encrypted.
    """
    if mail.encrypted and not (mail.plain + mail.html).strip():
        raise UnreadableError(Outcome.ENCRYPTED, Message("what it says is encrypted"))
    first = build(_blocks(mail), media_type)
    around = first.elements[0].section if mail.subject.strip() and first.elements else ()
    return with_attachments(first, mail.attachments, around)


def with_attachments(first: Document, attachments: Sequence[Attachment], around: tuple[str, ...] = ()) -> Document:
    """Return a document and a section for each of its attachments, below the section ``around``.

    Its remark says what could not be read of them. Attachments of attachments share one budget.
    """
    if not attachments:
        return first
    budget = _BUDGET.get()
    if budget is not None:  # a message attached to a message
        return _with_attachments(first, attachments, around, budget)
    token = _BUDGET.set(budget := _AttachmentBudget())
    try:
        return _with_attachments(first, attachments, around, budget)
    finally:
        _BUDGET.reset(token)


def _with_attachments(
    first: Document, attachments: Sequence[Attachment], around: tuple[str, ...], budget: _AttachmentBudget
) -> Document:
    budget.depth += 1
    try:
        parts: list[tuple[tuple[str, ...], Document]] = []
        remarks: list[str] = []
        for attachment in attachments:
            name = shown_name(attachment.name)
            try:
                found = _attached(attachment, name, budget)
            except UnreadableError as error:
                if not attachment.inline:
                    remarks.append(Message("the attachment {name} was not read: {why}", name=name, why=error.reason))
            else:
                if not (found.elements and found.elements[0].section == (name,)):  # else it begins with that title
                    found = _titled(found, name)
                parts.append((around, found))
    finally:
        budget.depth -= 1
    whole = join(first, *parts)
    return replace(whole, remark=joined_remarks([whole.remark, *remarks]))


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


def shown_name(name: str) -> str:
    """Return an attachment's name without folders, which are the sender's or a trap."""
    return clean(re.split(r"[\\/]", name.replace("\0", ""))[-1], lines=False)[-_MAX_NAME_CHARS:] or "attachment"


def _titled(document: Document, name: str) -> Document:
    """Prefix the document with its name: an attachment is found by its name too."""
    by = len(name) + 2
    inside = (
        replace(each, start=each.start + by, end=each.end + by, section=(name, *each.section))
        for each in document.elements
    )
    return replace(
        document,
        text=f"{name}\n\n{document.text}",
        elements=(Element("title", 0, len(name), None, (name,)), *inside),
        links=tuple(replace(link, start=link.start + by, end=link.end + by) for link in document.links),
    )


def _attached(attachment: Attachment, name: str, budget: _AttachmentBudget) -> Document:
    if budget.files <= 0:
        raise UnreadableError(Outcome.TOO_LARGE, Message("more than {most} attachments", most=MAX_ATTACHMENTS))
    if budget.depth > MAX_ATTACHED_DEPTH:
        raise UnreadableError(Outcome.TOO_LARGE, Message("more than {most} nested messages", most=MAX_ATTACHED_DEPTH))
    budget.files -= 1
    if isinstance(attachment.content, MailMessage):
        return document_of(attachment.content, READERS[".eml"].media_type)
    budget.size -= len(attachment.content)
    if budget.size < 0:
        raise UnreadableError(
            Outcome.TOO_LARGE, Message("more than {most} MB of attachments", most=MAX_ATTACHMENT_BYTES // 2**20)
        )
    suffix = PurePosixPath(name).suffix.lower()
    suffix = suffix if _FILE_SUFFIX.fullmatch(suffix) else ""
    if kind := unsupported_kind(Path(f"x{suffix}")):
        raise UnreadableError(Outcome.UNSUPPORTED, Message("it is {what}", what=kind))
    with tempfile.TemporaryDirectory(prefix="oaken-") as folder:
        copy = Path(folder, f"attachment{suffix}")
        copy.write_bytes(attachment.content)
        try:
            return read(copy)
        except (UnreadableError, MemoryError, RecursionError):
            raise
        except Exception as error:  # the exceptions of libraries on damaged files are no contract
            raise UnreadableError(
                Outcome.FAILED, Message("it is damaged ({kind})", kind=type(error).__name__)
            ) from None
