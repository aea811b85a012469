"""Mailboxes: each message, its attachments, what was escaped."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from ingest.readers.mail import mbox
from rag.types import Outcome
from tests.ingest.readers.reading import document_of, outcome_of, section_of
from tests.linear_time import excess


def letter(subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ana@example.org", "bo@example.org", subject
    message["Date"] = "Fri, 08 Mar 2024 09:00:00 +0000"
    message.set_content(text)
    return message


def mailbox(*messages: EmailMessage, start: str = "From ana@example.org Fri Mar  8 09:00:00 2024") -> bytes:
    return b"".join(
        start.encode() + b"\n" + each.as_bytes().replace(b"\nFrom ", b"\n>From ") + b"\n" for each in messages
    )


FIRST = letter("Kiln keys", "The spare key hangs behind the clock.\nFrom here it is not far.\n")
SECOND = letter("Печь", "Печь остыла в полночь.")
SECOND.add_attachment("The gate is blue.", filename="gate.txt")


@pytest.mark.parametrize("name", ["a.mbox", "Inbox", "a.txt"])
def test_each_message_is_a_section(tmp_path: Path, name: str) -> None:
    document = document_of(tmp_path, name, mailbox(FIRST, SECOND))
    assert section_of(document, "behind the clock") == ("Kiln keys",)
    assert "\nFrom here it is not far." in document.text
    assert section_of(document, "остыла") == ("Печь",)
    assert section_of(document, "gate is blue") == ("Печь", "gate.txt")
    assert "Date: Fri, 08 Mar 2024" in document.text and "=?utf-8" not in document.text


def test_other_first_lines_and_carriage_returns(tmp_path: Path) -> None:
    data = mailbox(FIRST, SECOND, start="From - Fri Mar 08 09:00:00 2024")
    for name, content in (("a.mbox", data), ("b.mbox", data.replace(b"\n", b"\r\n")), ("c.mbox", b"\n" + data)):
        document = document_of(tmp_path, name, content)
        assert {each.section[0] for each in document.elements} == {"Kiln keys", "Печь"}


def test_a_message_without_subject_and_one_that_is_encrypted(tmp_path: Path) -> None:
    locked = EmailMessage()
    locked["Subject"] = "Secret"
    locked.set_content(b"\x30\x80", "application", "pkcs7-mime")
    document = document_of(tmp_path, "a.mbox", mailbox(letter("", "No subject here."), locked))
    assert section_of(document, "No subject here.") == ("message 1",)
    assert document.remark == "Secret was not read: what it says is encrypted"
    assert outcome_of(tmp_path / "b.mbox", mailbox(locked))[0] is Outcome.FAILED
    assert outcome_of(tmp_path / "c.mbox", "\n\n")[0] is Outcome.EMPTY


def test_too_many_messages_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mbox, "MAX_MESSAGES", 1)
    document = document_of(tmp_path, "a.mbox", mailbox(FIRST, SECOND))
    assert "остыла" not in document.text and document.remark == "more than 1 messages"


def test_a_text_that_begins_with_from_is_a_text(tmp_path: Path) -> None:
    text = "From Monday at 09:00 until the end of 2024\nthe kiln is shut: nobody comes.\n"
    assert document_of(tmp_path, "a.txt", text).media_type == "text/plain"


@pytest.mark.parametrize("seed", ["11:11 ", "11:1", "a"])
def test_a_long_line_takes_time_in_proportion(seed: str) -> None:
    assert not excess(lambda text: mbox._MESSAGE_START.match(text.encode()), "From a", seed, (8_000, 32_000))
