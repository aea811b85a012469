"""Packages that are bombs, that hold too many parts, or that lie about their sizes."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from ingest.readers import UnreadableError, read
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
        with pytest.raises(UnreadableError, match="unpacked it would take") as caught:
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
