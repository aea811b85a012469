"""Packages that are bombs, that hold too many parts, or that lie about their sizes."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from ingest.readers import UnreadableError, read
from ingest.readers.shared import zip_checks
from ingest.readers.shared.sniff import OLE_MAGIC
from ingest.readers.shared.zip_checks import check_package, part
from rag.types import Outcome


def bomb(path: Path, names: dict[str, bytes], size: int = 60 * 2**20) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in names.items():
            archive.writestr(name, content)
        archive.writestr("bomb", b"\0" * size)
    return path


OFFICE = {
    ".docx": {"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"},
    ".xlsx": {"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"},
    ".pptx": {"[Content_Types].xml": b"<x/>", "ppt/presentation.xml": b"<x/>"},
    ".epub": {"mimetype": b"application/epub+zip"},
    ".odt": {"mimetype": b"application/vnd.oasis.opendocument.text"},
    ".ods": {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"},
}


@pytest.mark.parametrize("suffix", sorted(OFFICE))
def test_a_bomb_is_refused_by_its_directory(tmp_path: Path, suffix: str) -> None:
    for name in (f"a{suffix}", "a.txt"):
        with pytest.raises(UnreadableError, match=r"it would take .* when unpacked") as caught:
            read(bomb(tmp_path / name, OFFICE[suffix]))
        assert caught.value.outcome is Outcome.TOO_LARGE


def test_a_package_of_very_many_parts_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        for number in range(10_002):
            archive.writestr(f"word/{number}.xml", "")
        archive.writestr("[Content_Types].xml", "<x/>")
    with pytest.raises(UnreadableError, match="parts"):
        read(tmp_path / "a.docx")


def test_a_directory_that_lies_about_sizes(tmp_path: Path) -> None:
    """The directory says ten bytes, the part unpacks to 200 MB: never more than the limit is unpacked."""
    path = tmp_path / "a.odt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        with archive.open("content.xml", "w") as part:
            for _ in range(200):
                part.write(b"\0" * 2**20)
    data = bytearray(path.read_bytes())
    real = (200 * 2**20).to_bytes(4, "little")
    while (at := data.find(real)) >= 0:
        data[at : at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises((UnreadableError, zipfile.BadZipFile, ValueError, SyntaxError)):
        read(path)


def test_a_sound_package_passes_and_its_parts_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    check_package(path, "a Word file")
    with zipfile.ZipFile(path) as archive:
        assert part(archive, "word/document.xml") == b"<x/>" and part(archive, "word/none.xml") == b""


@pytest.mark.parametrize(
    ("content", "outcome", "reason"),
    [
        (b"", Outcome.EMPTY, "empty"),
        (OLE_MAGIC + b"\0" * 600, Outcome.FAILED, "older office file, not a Word file"),
        (OLE_MAGIC + "EncryptedPackage".encode("utf-16-le"), Outcome.ENCRYPTED, "password"),
        (b"PK\x03\x04 cut", Outcome.FAILED, "damaged or cut short, or is not a Word file"),
        (b"The mill grinds rye.", Outcome.FAILED, "is not a Word file"),
    ],
)
def test_what_is_no_sound_package_says_why(tmp_path: Path, content: bytes, outcome: Outcome, reason: str) -> None:
    (tmp_path / "a.docx").write_bytes(content)
    with pytest.raises(UnreadableError, match=reason) as caught:
        check_package(tmp_path / "a.docx", "a Word file")
    assert caught.value.outcome is outcome


def test_a_part_over_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("part", b"x" * 100)
    monkeypatch.setattr(zip_checks, "MAX_PART_BYTES", 99)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive, pytest.raises(UnreadableError) as caught:
        part(archive, "part")
    assert caught.value.outcome is Outcome.TOO_LARGE
