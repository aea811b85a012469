"""Mail as it is sent: its encodings, its page and its plain text."""

from __future__ import annotations

import base64
import gzip
from email.headerregistry import HeaderRegistry
from pathlib import Path

import pytest

from tests.ingest.readers.mail.letters import mail, read_mail


def test_the_page_is_read_where_there_is_one_and_the_plain_text_where_it_says_more(tmp_path: Path) -> None:
    message = mail(text="Plain words.\n")
    message.add_alternative("<p>Words with a <a href='https://x.example/a'>link</a>.</p>", subtype="html")
    document = read_mail(tmp_path, message)
    assert "Words with a link." in document.text and "Plain" not in document.text
    assert [link.target for link in document.links] == ["https://x.example/a"]
    message = mail(text="Plain words that say a good deal more than the page beside them ever does, or could.\n")
    message.add_alternative("<p>Get a newer program.</p>", subtype="html")
    document = read_mail(tmp_path, message)
    assert "Plain words that say" in document.text and "newer" not in document.text


def test_texts_beside_the_page_are_kept(tmp_path: Path) -> None:
    data = (
        b'Subject: List\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n'
        b"--b\nContent-Type: text/html\n\n<p>The page of the letter.</p>\n"
        b"--b\nContent-Type: text/plain\n\nThe list's footer.\n--b--\n"
    )
    document = read_mail(tmp_path, data)
    assert "The page of the letter." in document.text and "The list's footer." in document.text


@pytest.mark.parametrize("encoding", ["utf-16", "cp1251", "koi8-r", "utf-8"])
def test_mail_in_other_encodings(tmp_path: Path, encoding: str) -> None:
    text = "Паром отходит в шесть часов утра, от восточной пристани, каждый день."
    head = "Subject: Паром\n" if encoding == "utf-16" else "Subject: =?utf-8?B?0J/QsNGA0L7QvA==?=\n"
    message = f"{head}MIME-Version: 1.0\nContent-Type: text/plain; charset={encoding}\n\n{text}\n"
    document = read_mail(tmp_path, message.encode(encoding))
    assert text in document.text and "Паром\n" in document.text


def test_lines_that_flow_are_joined(tmp_path: Path) -> None:
    data = b"Subject: x\nContent-Type: text/plain; format=flowed\n\nThe ferry \nleaves at \nsix.\nNext.\n"
    assert "The ferry leaves at six.\nNext." in read_mail(tmp_path, data).text


def test_a_packed_part_that_holds_no_text_is_reported(tmp_path: Path) -> None:
    packed = base64.encodebytes(gzip.compress(b"\0" * 2**20))
    data = b"Content-Type: application/gzip\nContent-Transfer-Encoding: base64\n\n" + packed
    document = read_mail(tmp_path, data)
    assert document.text == "Attachments: attachment.gzip"
    assert "it is neither text nor a type of file that Oaken reads" in document.remark


def test_headers_without_an_end_are_shown_as_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The standard library takes 0.2 ms for each address, and reads a part's headers each time they are asked for."""
    parsed: list[int] = []
    parse = HeaderRegistry.__call__

    def counted(registry: HeaderRegistry, name: str, value: str) -> object:
        parsed.append(len(value))
        return parse(registry, name, value)

    monkeypatch.setattr(HeaderRegistry, "__call__", counted)
    many = ", ".join(f"person{number}@example.org" for number in range(900))
    part = f"--b\nContent-Type: text/plain; {'a=b; ' * 1000}\n\nWords.\n"
    for to in (f"To: {many}\n", f"To: {many[:9000]}\n" + "To: a@b.example\n" * 2000):
        head = f"Subject: List\n{to}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
        document = read_mail(tmp_path, f"{head}{part * 40}--b--\n".encode())
        assert document.text.count("@") == to.count("@") and document.text.count("Words.") == 40
    assert max(parsed) <= 2_000 and len(parsed) < 40


@pytest.mark.parametrize("declared", ["; charset={encoding}", ""])
@pytest.mark.parametrize(
    ("subject", "text", "encoding"),
    [
        ("Вёсла для лодки", "Лодку починили, вёсла висят в сарае у пристани.", "cp1251"),
        ("Вёсла для лодки", "Лодку починили, вёсла висят в сарае у пристани.", "koi8-r"),
        ("Señales del río", "El patrón de la barca pregunta cuándo abrís mañana.", "latin-1"),
        ("Schlüssel", "Die Schlüssel hängen hinter der Tür.", "utf-8"),
    ],
)
def test_headers_sent_as_raw_bytes_are_in_the_encoding_of_the_text(
    tmp_path: Path, subject: str, text: str, encoding: str, declared: str
) -> None:
    data = (
        f"Subject: {subject}\nFrom: {subject} <a@mill.example>\nMIME-Version: 1.0\n"
        f"Content-Type: text/plain{declared.format(encoding=encoding)}\nContent-Transfer-Encoding: 8bit\n\n{text}\n"
    )
    document = read_mail(tmp_path, data.encode(encoding))
    assert document.text.startswith(f"{subject}\n") and text in document.text
    assert f"From: {subject} <a@mill.example>" in document.text


def test_an_invitation_is_read_as_a_calendar(tmp_path: Path) -> None:
    data = (
        'Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary="b"\n\n--b\n'
        "Content-Type: text/plain\n\nPlease come.\n--b\nContent-Type: text/calendar; method=REQUEST\n\n"
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Meeting\nDTSTART:20240312T100000Z\nEND:VEVENT\nEND:VCALENDAR\n--b--\n"
    )
    assert "Summary: Meeting | Start: 2024-03-12 10:00 UTC" in read_mail(tmp_path, data.encode()).text


def test_the_name_of_an_attachment_may_be_raw_bytes(tmp_path: Path) -> None:
    data = (
        'Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain; '
        "charset=koi8-r\n\nВёсла висят в сарае.\n--b\nContent-Type: text/plain\nContent-Disposition: attachment;\n"
        ' filename="вёсла.txt"\n\nTwo oars.\n--b--\n'
    )
    assert "Attachments: вёсла.txt" in read_mail(tmp_path, data.encode("koi8-r")).text
