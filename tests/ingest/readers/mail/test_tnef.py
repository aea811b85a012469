"""Letters as Outlook wraps them: what they say and what is attached."""

from __future__ import annotations

from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

import pytest

from rag.types import Outcome
from tests.ingest.readers.mail.winmail import (
    LETTER,
    PROPERTIES,
    SIGNATURE,
    attached_letter,
    file,
    letter,
    part,
)
from tests.ingest.readers.reading import document_of, outcome_of, section_of, told

PAGE = "<html><body><p>The kiln opens at <b>nine</b>.</p></body></html>"


def test_a_wrapped_letter_with_its_files(tmp_path: Path) -> None:
    rent = file("rent.txt", b"The rent is 640 euros.")
    gate = file("STRASS~1.TXT", b"The gate is blue.", "Straße 5.txt")
    document = document_of(tmp_path, "winmail.dat", letter("Kiln hours", PAGE, rent, gate))
    assert document.media_type == "application/vnd.ms-tnef"
    assert told(document)[:3] == [
        ("title", "Kiln hours"),
        ("text", "From: Ana Muñoz <ana@example.org>\nTo: Bo\nAttachments: rent.txt, Straße 5.txt"),
        ("text", "The kiln opens at nine."),
    ]
    assert section_of(document, "640 euros") == ("Kiln hours", "rent.txt")
    assert section_of(document, "gate is blue") == ("Kiln hours", "Straße 5.txt")


def test_plain_text_and_names_in_the_writers_encoding(tmp_path: Path) -> None:
    wrapped = letter("Kiln hours", "", file("größe.txt", b"It is wide."), body="Der Ofen öffnet um neun.")
    document = document_of(tmp_path, "winmail.dat", wrapped)
    assert ("text", "Der Ofen öffnet um neun.") in told(document)
    assert section_of(document, "It is wide.") == ("Kiln hours", "größe.txt")


def test_a_letter_attached_to_another(tmp_path: Path) -> None:
    inner = letter("Old hours", PAGE.replace("nine", "ten"), file("key.txt", b"The key hangs behind the clock."))
    document = document_of(tmp_path, "x.tnef", letter("Kiln hours", PAGE, attached_letter(inner)))
    assert section_of(document, "opens at ten") == ("Kiln hours", "Old hours")
    assert section_of(document, "behind the clock") == ("Kiln hours", "Old hours", "key.txt")


def test_within_a_mail_it_is_read_as_an_attachment(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["Subject"] = "Hours"
    mail.set_content("See the file.")
    wrapped = letter("Kiln hours", PAGE, file("rent.txt", b"The rent is 640 euros."))
    mail.add_attachment(wrapped, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    document = document_of(tmp_path, "a.eml", mail.as_bytes())
    assert section_of(document, "640 euros") == ("Hours", "winmail.dat", "Kiln hours", "rent.txt")


def test_damaged_and_hostile_ones_end(tmp_path: Path) -> None:
    whole = letter("Kiln hours", PAGE, file("rent.txt", b"The rent is 640 euros."))
    for end in range(20, len(whole), 23):
        with suppress(Exception):  # the worker names the kind; here it is enough that it ends
            document_of(tmp_path, "winmail.dat", whole[:end])
    many = SIGNATURE + part(LETTER, 0x8006, 6, b"") * 20_000
    assert outcome_of(tmp_path / "many.dat", many)[0] is Outcome.TOO_LARGE
    counted = SIGNATURE + part(LETTER, PROPERTIES, 6, b"\xff\xff\xff\xff" + b"\0" * 40)
    with pytest.raises(ValueError, match="more properties"):
        document_of(tmp_path, "counted.dat", counted)
