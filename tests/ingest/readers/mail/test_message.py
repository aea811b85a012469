"""A letter of either kind: its headers, what hangs on it, letters within letters."""

from __future__ import annotations

import os
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.readers import UnreadableError
from ingest.readers.shared import members
from rag.types import Document, Outcome
from tests.ingest.doubles import write_pdf
from tests.ingest.made import WORDS, write_xlsx
from tests.ingest.made_msg import Msg
from tests.ingest.readers.mail.letters import mail, read_mail


def sections(document: Document) -> dict[str, tuple[str, ...]]:
    return {document.text[each.start : each.end]: each.section for each in document.elements}


def test_a_mail_is_its_subject_its_headers_and_what_it_says(tmp_path: Path) -> None:
    document = read_mail(tmp_path, mail("Мост закрыт"))
    assert document.text == (
        "Мост закрыт\n\n"
        "From: Boris <boris@mill.example>\nTo: anna@mill.example\nDate: Wed, 08 Nov 2023 10:42:00 +0100\n\n"
        "Dear Anna,\n\nthe ferry leaves at six."
    )
    assert {each.section for each in document.elements} == {("Мост закрыт",)}


@pytest.mark.parametrize("kind", ["eml", "msg"])
def test_attachments_are_read_by_their_own_readers(tmp_path: Path, kind: str) -> None:
    write_xlsx(tmp_path / "fees.xlsx", WORDS["es"])
    write_pdf(tmp_path / "rules.pdf", pages=2)
    held = [(name, (tmp_path / name).read_bytes()) for name in ("fees.xlsx", "rules.pdf")]
    held += [("broken.docx", b"PK\x03\x04 and no more"), ("song.mp3", b"ID3 la la la")]
    if kind == "eml":
        message = mail()
        for name, data in held:
            message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
        document = read_mail(tmp_path, message)
    else:
        document = read_mail(tmp_path, Msg("The ferry", "boris", "anna", "It leaves at six.", attachments=tuple(held)))
    where = sections(document)
    assert where["Día: Lunes | Abre: 9:00 | Molinero: Ana Núñez"] == ("The ferry", "fees.xlsx", "Horario de apertura")
    assert where["Dogs travel free on boat 2."][:2] == ("The ferry", "rules.pdf")
    assert where["Dogs travel free on boat 2."][-1] == "Chapter 2"
    assert "Attachments: fees.xlsx, rules.pdf, broken.docx, song.mp3" in document.text
    assert "the attachment broken.docx was not read: it is damaged" in document.remark
    assert "the attachment song.mp3 was not read: it is an audio file" in document.remark
    page = next(each.page for each in document.elements if document.text[each.start : each.end] == "Chapter 2")
    assert page == 2 and document.pages is None and document.lines == ()
    assert [document.text[link.start : link.end] for link in document.links] == [WORDS["es"].text]


@pytest.mark.parametrize("kind", ["eml", "msg"])
def test_letters_within_letters_are_read_to_a_depth(tmp_path: Path, kind: str) -> None:
    if kind == "eml":
        message = mail("Letter 0")
        for number in range(1, 12):
            outer = mail(f"Letter {number}", f"This is number {number}.\n")
            outer.add_attachment(message)
            message = outer
        document = read_mail(tmp_path, message)
    else:
        inner = Msg("Letter 0", plain="The ferry leaves at six.")
        for number in range(1, 12):
            inner = Msg(f"Letter {number}", plain=f"This is number {number}.", attachments=(("", inner),))
        document = read_mail(tmp_path, inner)
    where = sections(document)
    assert where["This is number 10."] == ("Letter 11", "Letter 10")
    assert where["This is number 7."] == ("Letter 11", "Letter 10", "Letter 9", "Letter 8", "Letter 7")
    assert "This is number 3." not in document.text
    assert "files within each other" in document.remark


def test_too_many_attachments_and_too_large_ones_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MAX_ATTACHMENTS", 3)
    monkeypatch.setattr(members, "MAX_ATTACHMENT_BYTES", 1_000)
    message = mail()
    for number in range(5):
        message.add_attachment(f"Note number {number}.", filename=f"{number}.txt")
    document = read_mail(tmp_path, message)
    assert "Note number 2." in document.text and "Note number 3." not in document.text
    assert "3.txt was not read: more than 3 files in one" in document.remark
    message = mail()
    message.add_attachment("x y " * 300, filename="long.txt")
    assert "MB of files in one" in read_mail(tmp_path, message).remark


NAMES = [
    "../../evil.txt",
    "/etc/cron.d/evil.txt",
    "..\\..\\evil.txt",
    "C:\\Windows\\evil.txt",
    "evil\0.txt",
    "~/evil.txt",
    "evil.txt/../../x.txt",
    "a" * 5_000 + ".txt",
    "CON.txt",
    "\u202etxt.evil.txt",
    ".",
    "..",
    "",
    "evil.$(touch evil)",
    "evil.txt;x",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
@pytest.mark.parametrize("kind", ["eml", "msg"])
def test_hostile_names_touch_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, name: str, written: list[str]
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    if kind == "eml":
        message = mail()
        message.add_attachment("The evil text.", filename="@")
        data = bytes(message).replace(b'filename="@"', f"filename*=utf-8''{quoted(name)}".encode())
        document = read_mail(tmp_path, data)
    else:
        document = read_mail(tmp_path, Msg("x", plain="y", attachments=((name, b"The evil text."),)))
    assert "The evil text." in document.text
    assert not list(home.iterdir())
    assert sorted(each.name for each in tmp_path.iterdir()) == ["home", f"letter.{kind}"]
    assert written and all(Path(each).parent.name.startswith("oaken-") for each in written)
    assert not any(Path(each).exists() or Path(each).parent.exists() for each in written)
    assert not any(sign in document.elements[-1].section[-1] for sign in "/\\\0\u202e")


def quoted(name: str) -> str:
    return "".join(f"%{byte:02X}" for byte in name.encode())


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Paths that the reading of attachments writes."""
    found: list[str] = []
    write = Path.write_bytes

    def noted(self: Path, data: bytes) -> int:
        if self.parent.name.startswith("oaken-"):
            found.append(os.fspath(self))
            assert os.stat(self.parent).st_mode & 0o77 == 0  # noqa: PTH116
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", noted)
    return found


def test_what_is_encrypted_says_so(tmp_path: Path) -> None:
    smime = b"Subject: x\nContent-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\nMIIB\n"
    pgp = (
        b'Subject: x\nContent-Type: multipart/encrypted; boundary="b"\n\n'
        b"--b\nContent-Type: application/pgp-encrypted\n\n"
        b"Version: 1\n--b\nContent-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----\nhQ==\n--b--\n"
    )
    outlook = Msg("x", message_class="IPM.Note.SMIME", attachments=(("smime.p7m", b"MII"),))
    for message in (smime, pgp, outlook):
        with pytest.raises(UnreadableError) as caught:
            read_mail(tmp_path, message)
        assert caught.value.outcome is Outcome.ENCRYPTED
    document = read_mail(tmp_path, mail_with("secret.txt", b"-----BEGIN PGP MESSAGE-----\nhQ==\n"))
    assert "secret.txt was not read: it is protected by a password" in document.remark


def mail_with(name: str, data: bytes) -> EmailMessage:
    message = mail()
    message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=400), cut=st.integers(0, 2_000))
def test_any_bytes_are_a_mail_or_have_a_reason(data: bytes, cut: int) -> None:
    import tempfile

    message = mail()
    message.add_alternative("<p>Page</p>", subtype="html")
    message.add_attachment(b"Note.", maintype="application", subtype="octet-stream", filename="note.txt")
    whole = bytes(message)
    with tempfile.TemporaryDirectory() as folder:
        try:
            assert read_mail(Path(folder), whole[:cut] + data + whole[cut:]).text.strip()
        except UnreadableError as error:
            assert error.reason
