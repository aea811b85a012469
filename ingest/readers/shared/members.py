"""Files within a file: the attachments of a mail, the members of an archive, each read by the reader of its own kind.

A member's name is data: it is shown, and its suffix may choose a reader; the copy that is read lies in a private folder
under a name of ours. The outermost file's limits hold for all that is within it, however deep.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Protocol

from ingest.readers.registry import read, unsupported_kind
from ingest.readers.shared.build import clean, join, joined_remarks
from ingest.readers.shared.unreadable import UnreadableError
from rag.messages import Message
from rag.types import Document, Element, Outcome

MAX_ATTACHMENTS = 200  # attachments, those of attached messages included
MAX_ATTACHMENT_BYTES = 256 * 2**20  # bytes of them all
MAX_MEMBER_DEPTH = 5  # files within files
MAX_MEMBER_SECONDS = 1_200.0  # seconds for all members; less than one file may take, so that those read are kept
_MAX_NAME_CHARS = 120  # characters
_FILE_SUFFIX = re.compile(r"\.[a-z0-9]{1,12}")


class Readable(Protocol):
    """What is no file, and yet attached to one: a message."""

    def document(self) -> Document:
        """Return what it holds. Raises UnreadableError."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment: bytes under a name, or a message."""

    name: str
    content: bytes | Readable
    inline: bool = False  # an image within the text: nobody misses its words


@dataclass(slots=True)
class Budget:
    """What may still be read of the files within the outermost one."""

    max_files: int
    max_bytes: int
    files: int = 0
    size: int = 0
    depth: int = 0
    until: float = field(default_factory=lambda: time.monotonic() + MAX_MEMBER_SECONDS)

    def take(self, size: int) -> None:
        """Count a member of so many bytes. Raises UnreadableError where it is one too many."""
        if self.files >= self.max_files:
            raise UnreadableError(Outcome.TOO_LARGE, Message("more than {most:,} files in one", most=self.max_files))
        if self.depth > MAX_MEMBER_DEPTH:
            raise UnreadableError(
                Outcome.TOO_LARGE, Message("more than {most} files within each other", most=MAX_MEMBER_DEPTH)
            )
        if self.size + size > self.max_bytes:
            raise UnreadableError(
                Outcome.TOO_LARGE, Message("more than {most:,} MB of files in one", most=self.max_bytes // 2**20)
            )
        if time.monotonic() > self.until:
            raise UnreadableError(Outcome.TOO_LARGE, Message("the files before it took too long"))
        self.files += 1
        self.size += size


_BUDGET: ContextVar[Budget | None] = ContextVar("budget", default=None)


@contextmanager
def opened(max_files: int, max_bytes: int) -> Iterator[Budget]:
    """Yield the budget for the members of a file: its own, or that of the file around it, one level deeper."""
    budget = _BUDGET.get()
    token = None if budget is not None else _BUDGET.set(budget := Budget(max_files, max_bytes))
    assert budget is not None
    budget.depth += 1
    try:
        yield budget
    finally:
        budget.depth -= 1
        if token is not None:
            _BUDGET.reset(token)


def shown_name(name: str) -> str:
    """Return a member's name without folders, which are the sender's or a trap."""
    return clean(re.split(r"[\\/]", name.replace("\0", ""))[-1], lines=False)[-_MAX_NAME_CHARS:] or "attachment"


def read_member(name: str, content: bytes) -> Document:
    """Read a member of that name. Raises UnreadableError, MemoryError, RecursionError."""
    suffix = PurePosixPath(name).suffix.lower()
    suffix = suffix if _FILE_SUFFIX.fullmatch(suffix) else ""
    if kind := unsupported_kind(Path(f"x{suffix}")):
        raise UnreadableError(Outcome.UNSUPPORTED, Message("it is {what}", what=kind))
    with tempfile.TemporaryDirectory(prefix="oaken-") as folder:
        copy = Path(folder, f"attachment{suffix}")
        copy.write_bytes(content)
        try:
            return read(copy)
        except (UnreadableError, MemoryError, RecursionError):
            raise
        except Exception as error:  # the exceptions of libraries on damaged files are no contract
            raise UnreadableError(
                Outcome.FAILED, Message("it is damaged ({kind})", kind=type(error).__name__)
            ) from None


def with_attachments(first: Document, attachments: Sequence[Attachment], around: tuple[str, ...] = ()) -> Document:
    """Return a document and a section for each of its attachments, below the section ``around``.

    Its remark says what could not be read of them. Attachments of attachments share one budget.
    """
    if not attachments:
        return first
    parts: list[tuple[tuple[str, ...], Document]] = []
    remarks: list[str] = []
    with opened(MAX_ATTACHMENTS, MAX_ATTACHMENT_BYTES) as budget:
        for attachment in attachments:
            name, content = shown_name(attachment.name), attachment.content
            try:
                budget.take(len(content) if isinstance(content, bytes) else 0)
                found = read_member(name, content) if isinstance(content, bytes) else content.document()
            except UnreadableError as error:
                if not attachment.inline:
                    remarks.append(Message("the attachment {name} was not read: {why}", name=name, why=error.reason))
            else:
                parts.append((around, titled(found, name)))
    whole = join(first, *parts)
    return replace(whole, remark=joined_remarks([whole.remark, *remarks]))


def titled(document: Document, name: str) -> Document:
    """Prefix the document with its name, unless it begins with it: a member is found by its name too."""
    if document.elements and document.elements[0].section == (name,):
        return document
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
