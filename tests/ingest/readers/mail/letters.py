"""Letters to read, and how they are read."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

from ingest.readers import read
from rag.types import Document
from tests.ingest.made_msg import Msg


def mail(subject: str = "The ferry", text: str = "Dear Anna,\n\nthe ferry leaves at six.\n") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "Boris <boris@mill.example>"
    message["To"] = "anna@mill.example"
    message["Date"] = "Wed, 08 Nov 2023 10:42:00 +0100"
    message.set_content(text)
    return message


def read_mail(folder: Path, message: EmailMessage | bytes | Msg, name: str = "") -> Document:
    path = folder / (name or ("letter.msg" if isinstance(message, Msg) else "letter.eml"))
    path.write_bytes(bytes(message))
    return read(path)
