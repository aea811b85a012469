"""Reader of conversations as messengers export them: who, when and what, message by message.

WhatsApp writes lines of text; Telegram's files are JSON (known_json.py) or web pages (telegram_page.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.decoding.text_decoding import decode
from ingest.readers.shared.sniff import CHAT_LINE, CHAT_SUFFIX
from rag.types import Document


def read(path: Path) -> Document:
    """Read a conversation that was exported as text. Raises UnreadableError where it is not text."""
    return build(_messages(decode(path.read_bytes())), READERS[CHAT_SUFFIX].media_type)


def _messages(text: str) -> Iterator[ReaderBlock]:
    """Yield each message, to the letter; further lines belong to the message above them."""
    message: list[str] = []
    for line in text.lstrip("\ufeff").splitlines():
        if message and CHAT_LINE.match(line):
            yield ReaderBlock("text", "\n".join(message))
            message = []
        message.append(line)
    yield ReaderBlock("text", "\n".join(message))
