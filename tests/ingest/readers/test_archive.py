"""Archives: members as sections, what is within limits, bombs, damage and names that lead elsewhere."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

from ingest.readers import archive, read
from ingest.readers.shared import members
from rag.types import Outcome
from tests.ingest.readers.reading import document_of, outcome_of, section_of

FILES = {
    "lease/mill.md": b"# Rent\n\nThe rent is 640 euros.\n",
    "../../etc/passwd.txt": "Печь остыла в полночь.".encode(),
    "song.mp3": b"ID3\x04",
    "__MACOSX/._mill.md": b"\0\1",
    ".git/config": b"[core]\n",
}


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return packed.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as made:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            made.addfile(entry, io.BytesIO(content))
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        made.addfile(link)
    return packed.getvalue()


PACKED: dict[str, Callable[[dict[str, bytes]], bytes]] = {
    "a.zip": zipped,
    "a.tar": tarred,
    "a.tar.gz": lambda files: gzip.compress(tarred(files)),
    "a.tgz": lambda files: gzip.compress(tarred(files)),
    "a.tbz2": lambda files: bz2.compress(tarred(files)),
    "a.txz": lambda files: lzma.compress(tarred(files)),
    "papers": zipped,
    "a.bin": lambda files: gzip.compress(tarred(files)),
}


@pytest.mark.parametrize("name", PACKED)
def test_each_member_is_a_section_by_its_path(tmp_path: Path, name: str) -> None:
    document = document_of(tmp_path, name, PACKED[name](FILES))
    assert section_of(document, "640 euros") == ("lease/mill.md", "Rent")
    assert section_of(document, "Печь остыла") == ("etc/passwd.txt",)
    assert document.remark == "song.mp3 was not read: it is an audio file, and speech is not transcribed"
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


def test_archives_and_mails_within_an_archive_are_opened(tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "Keys"
    message.set_content("The key hangs behind the clock.")
    message.add_attachment(zipped({"in.txt": b"The gate is blue."}), "application", "zip", filename="b.zip")
    inner = zipped({"keys.eml": message.as_bytes()})
    document = document_of(tmp_path, "a.zip", zipped({"old/b.zip": inner}))
    assert section_of(document, "behind the clock") == ("old/b.zip", "keys.eml", "Keys")
    assert section_of(document, "gate is blue") == ("old/b.zip", "keys.eml", "Keys", "b.zip", "in.txt")


def test_an_archive_within_archives_without_end_is_read_to_a_depth(tmp_path: Path) -> None:
    inner = zipped({"deep.txt": b"The deepest words."})
    for number in range(members.MAX_MEMBER_DEPTH + 2):
        inner = zipped({"a.zip": inner, f"{number}.txt": f"Number {number}.".encode()})
    document = document_of(tmp_path, "a.zip", inner)
    assert f"Number {members.MAX_MEMBER_DEPTH + 1}." in document.text and "deepest" not in document.text
    assert "more than 5 files within each other" in document.remark


def test_a_single_packed_file_is_read_under_its_own_name(tmp_path: Path) -> None:
    for suffix, pack in ((".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)):
        document = document_of(tmp_path, f"notes.md{suffix}", pack(b"# Notes\n\nThe gate is blue."))
        assert section_of(document, "gate") == ("notes.md", "Notes")


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.zip", lambda data: zipped({"a.txt": data})),
        ("a.gz", gzip.compress),
        ("a.tgz", lambda data: PACKED["a.tgz"]({"a.txt": data})),
    ],
)
def test_a_bomb_ends_with_a_reason(tmp_path: Path, name: str, pack: Callable[[bytes], bytes]) -> None:
    outcome, reason = outcome_of(tmp_path / name, pack(b"0" * (60 * 2**20)))
    assert outcome is Outcome.TOO_LARGE and "when unpacked" in reason


def test_a_bomb_within_an_archive_does_not_hide_the_others(tmp_path: Path) -> None:
    files = {"bomb.zip": zipped({"a.txt": b"0" * (60 * 2**20)}), "b.txt": b"The gate is blue."}
    document = document_of(tmp_path, "a.zip", zipped(files))
    assert "The gate is blue." in document.text
    assert "bomb.zip was not read: it would take 60 MB when unpacked" in document.remark


def test_limits_of_number_size_and_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"{number}.txt": f"Note number {number}. {'x y ' * 100}".encode() for number in range(5)}
    monkeypatch.setattr(archive, "MAX_MEMBERS", 3)
    document = document_of(tmp_path, "a.zip", zipped(files))
    assert "number 2." in document.text and "number 3." not in document.text
    assert "3.txt was not read: more than 3 files in one" in document.remark
    monkeypatch.setattr(archive, "MAX_MEMBERS", 9)
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 1_000)
    document = document_of(tmp_path, "b.zip", zipped(files))
    assert "number 1." in document.text and "2.txt was not read: more than 0 MB of files in one" in document.remark
    monkeypatch.setattr(archive, "MAX_PART_BYTES", 100)
    assert outcome_of(tmp_path / "c.tgz", PACKED["a.tgz"](files))[0] is Outcome.TOO_LARGE
    monkeypatch.setattr(archive, "MAX_PART_BYTES", 10_000)
    monkeypatch.setattr(members, "MAX_MEMBER_SECONDS", -1.0)
    assert "the files before it took too long" in outcome_of(tmp_path / "d.zip", zipped(files))[1]
    monkeypatch.setattr(archive, "MAX_ARCHIVE_ENTRIES", 2)
    for name in ("e.zip", "e.tar"):
        assert outcome_of(tmp_path / name, PACKED[f"a{name[1:]}"](files))[1].endswith("more than 2 files in one")


def test_what_is_damaged_empty_or_without_words(tmp_path: Path) -> None:
    whole = gzip.compress(tarred({"a.txt": b"The gate is blue. " * 40, "b.bin": bytes(range(256)) * 40}))
    document = document_of(tmp_path, "cut.tgz", whole[: len(whole) - 40])
    assert "gate is blue" in document.text and "it is damaged or cut short" in document.remark
    assert outcome_of(tmp_path / "a.zip", zipped(FILES)[:-30])[0] is Outcome.FAILED
    assert outcome_of(tmp_path / "a.tar", b"no archive at all " * 90)[0] is not Outcome.EMPTY
    assert outcome_of(tmp_path / "b.zip", zipped({})) == (Outcome.EMPTY, "there is no file in it")
    assert outcome_of(tmp_path / "c.zip", zipped({"a.mp3": b"ID3"}))[0] is Outcome.UNSUPPORTED
    damaged = zipped({"a.docx": b"PK\3\4 damaged", "b.txt": b"The gate is blue."})
    assert "a.docx was not read: it is damaged" in document_of(tmp_path, "d.zip", damaged).remark
    data = bytearray(zipped({"a.txt": b"The gate is blue."}))
    data[data.index(b"PK\1\2") + 8] |= 1
    data[6] |= 1
    assert outcome_of(tmp_path / "e.zip", bytes(data))[0] is Outcome.ENCRYPTED


def test_a_damaged_office_file_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "a.odt").write_bytes(zipped({"a.txt": b"The gate is blue."}))
    with pytest.raises(Exception, match="Document is empty"):
        read(tmp_path / "a.odt")


def test_names_that_windows_wrote(tmp_path: Path) -> None:
    data = zipped({"Kafka_x.txt": b"The gate is blue."})
    for encoding, name in (
        ("cp866", "Отчёт_1.txt"), ("cp866", "Ёлка__1.txt"), ("cp437", "niño__1.txt"), ("cp850", "Árbol_1.txt"),
        ("utf-8", "łódź.txt"),
    ):  # fmt: skip
        document = document_of(tmp_path, "a.zip", data.replace(b"Kafka_x.txt", name.encode(encoding)))
        assert section_of(document, "gate") == (name,)


def test_two_reads_of_one_archive_are_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(FILES))
    assert read(tmp_path / "a.zip") == read(tmp_path / "a.zip")
