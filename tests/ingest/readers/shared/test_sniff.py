"""What a file is by its first bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers import UnreadableError, read
from ingest.readers.shared.sniff import OLE_MAGIC, content_suffix, is_asciidoc, text_suffix
from rag.types import Outcome
from tests.ingest.made import WORDS, write_xlsx
from tests.ingest.made_msg import ole_file
from tests.ingest.readers.reading import FILES, document_of, outcome_of
from tests.linear_time import excess


def test_an_asciidoc_file_is_no_signature(tmp_path: Path) -> None:
    document = document_of(tmp_path, "branches.asc", "= Ветки\n\nВетка — это указатель на снимок.\n")
    assert "Ветка — это указатель на снимок." in document.text


@pytest.mark.parametrize("head", ["SIGNATURE", "PUBLIC KEY BLOCK", "PRIVATE KEY BLOCK"])
@pytest.mark.parametrize("name", ["release.asc", "release.txt"])
def test_keys_and_signatures_are_recognised_by_their_content(head: str, name: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="a signature or a key"):
        document_of(tmp_path, name, f"-----BEGIN PGP {head}-----\n\niQEzBAABCAAdFiEE\n-----END PGP {head}-----\n")


def test_a_signed_message_is_read_and_an_encrypted_one_is_reported(tmp_path: Path) -> None:
    signed = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nThe gate is blue.\n-----BEGIN PGP SIGNATURE-----\n"
    assert "The gate is blue." in document_of(tmp_path, "gate.asc", signed).text
    with pytest.raises(UnreadableError) as caught:
        document_of(tmp_path, "secret.asc", "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n")
    assert caught.value.outcome is Outcome.ENCRYPTED


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.wav", b"RIFF\x10\0\0\0WAVEfmt ", "audio"),
        ("a", b"RIFF\x10\0\0\0WAVEfmt ", "audio"),
        ("a.txt", b"ID3\x04\0\0\0\0\0\0", "audio"),
        ("film", b"\0\0\0\x18ftypmp42\0\0\0\0", "a video, and speech is not transcribed"),
        ("a.md", b"MZ\x90\0\x03\0\0\0" + b"\0" * 200, "a program"),
        ("tool", b"\x7fELF\x02\x01\x01" + b"\0" * 50, "a program"),
        ("a.dat", b"SQLite format 3\0" + b"\0" * 90, "data"),
        ("a.bin", bytes(range(256)) * 9, "neither text nor"),
        ("a.docx", b"7z\xbc\xaf\x27\x1c" + b"\0" * 90, "an archive"),
        ("font", b"wOF2" + b"\0" * 90, "a font"),
        ("thumbs", ole_file({"Catalog": b"x"}), "older office file"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_document_is_named(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    outcome, told = outcome_of(tmp_path / name, content)
    assert outcome is Outcome.UNSUPPORTED and reason in told


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.doc.htm", "<html><body><h1>Mill</h1><p>By the river.</p>", "text/html"),
        ("a.xls", "<html><body><table><tr><td>Mill</td><td>River</td></tr></table>", "text/html"),
        ("a.xls", "Day\tOpens\nMonday\t9:00\nFriday\t10:00\n", "text/tab-separated-values"),
        ("a.docx", "The mill stands by the river, and has no style at all.", "text/plain"),
        ("a.docx", "{\\rtf1\\ansi The mill stands by the river.\\par}", "application/rtf"),
        ("NOTES", "The mill stands by the river.", "text/plain"),
        ("a.xyz", "The mill stands by the river.", "text/plain"),
        ("a.odt", '<?xml version="1.0"?><mill><place>By the river</place></mill>', "application/xml"),
        ("a.csv", "%PDF-not", None),
        ("letter.txt", "From: a@b\nTo: c@d\nSubject: Mill\n\nIt stands.", "message/rfc822"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "",
)
def test_content_is_believed_over_the_name(tmp_path: Path, name: str, content: str, kind: str | None) -> None:
    path = tmp_path / name
    path.write_text(content)
    if kind is None:
        with pytest.raises(UnreadableError):
            read(path)
    else:
        assert read(path).media_type == kind


def test_a_workbook_by_the_name_of_a_page_is_a_workbook(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx", WORDS["en"])
    (tmp_path / "a.html").write_bytes((tmp_path / "a.xlsx").read_bytes())
    assert read(tmp_path / "a.html").pages == 2
    (tmp_path / "a.docx").write_bytes((FILES / "fares.xls").read_bytes())
    assert read(tmp_path / "a.docx").media_type == "application/vnd.ms-excel"


@pytest.mark.parametrize(
    ("head", "suffix"),
    [
        (b"junk before %PDF-1.7", ".pdf"),
        (b"RIFF....WEBP", ".webp"),
        (b"RIFF....WAVE", ".wav"),
        (b"\0\0\0\x18ftypheic", ".heic"),
        (b"\0\0\0\x18ftypavif", ".avif"),
        (b"\0\0\0\x18ftypisom", ".mp4"),
        (b"MZ is how this note begins", ""),
        (b"MZ\x90\0", ".exe"),
        (b"BM and other makers", ""),
        (b"GGUF\3\0", ".gguf"),
        (b"The mill grinds rye.", ""),
        (b"", ""),
    ],
)
def test_the_first_bytes_tell_the_kind(head: bytes, suffix: str, tmp_path: Path) -> None:
    assert content_suffix(tmp_path / "unread", head) == suffix


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("\ufeff<!DOCTYPE html><p>x", ".html"),
        ("<!-- a remark --> <html>", ".html"),
        ("<?xml version='1.0'?><html xmlns='x'/>", ".html"),
        ("<?xml version='1.0'?><feed/>", ".xml"),
        ("From: a@b\nTo: c@d\n e@f\nSubject: x\n\nHello", ".eml"),
        ("From: a@b\nTo: c@d\n\nHello", ""),
        ("The mill grinds rye.", ""),
    ],
)
def test_the_beginning_of_a_text_tells_the_kind(text: str, suffix: str) -> None:
    assert text_suffix(text) == suffix


def test_an_asc_file_is_asciidoc_only_where_it_has_its_marks() -> None:
    assert is_asciidoc("= Branches\n\nA branch.") and is_asciidoc("[source,c]\nint x;")
    assert not is_asciidoc("-----BEGIN PGP MESSAGE-----\n= x") and not is_asciidoc("ncols 4\nnrows 4\n")


@given(st.binary(max_size=200), st.text(max_size=200))
def test_no_beginning_is_too_strange(head: bytes, text: str) -> None:
    missing = Path("/nowhere/unread")
    if not head.startswith((b"PK", OLE_MAGIC)):
        assert content_suffix(missing, head) == "" or content_suffix(missing, head).startswith(".")
    assert text_suffix(text) in ("", ".html", ".xml", ".eml")
    is_asciidoc(text)


@pytest.mark.parametrize(
    ("before", "seed"),
    [("", "<!---->"), ("", "<!-- a --> "), ("From a", "11:11 "), ("From a", "11:11 2024 "), ("", "From: a\n")],
)
def test_no_beginning_of_a_text_takes_long(before: str, seed: str) -> None:
    assert not excess(text_suffix, before, seed, (1_000, 4_000))


def test_a_page_and_a_mailbox_are_told_behind_much_else() -> None:
    assert text_suffix("<!-- a -->\n" * 50 + "<!DOCTYPE html>") == ".html"
    assert text_suffix("<!-- <html> -->\n" * 50 + "words") == ""
    assert text_suffix("From ann@mill.example  at 9:00 Sat Mar  9 10:00:12 2024 +0100\nFrom: Ann\n\nhi") == ".mbox"
