"""The programs that some readers start, and what is said where one is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.readers import UnreadableError, read
from ingest.readers.shared import external_programs
from tests.ingest import made_pdf
from tests.ingest.readers.image.scans import text_of

pytestmark = pytest.mark.real


def test_tesseract_and_its_languages_are_there() -> None:
    assert set(external_programs.SUPPORTED_PACKS) <= external_programs.packs(), (
        f"the tests {external_programs.missing_program(external_programs.OCR)}"
    )


@pytest.fixture
def tessdata_of_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A tesseract that knows English and how a page lies, and nothing else."""
    import subprocess

    told = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=True).stdout
    home = Path(re.search('"(.+)"', told).group(1))  # type: ignore[union-attr]
    (tmp_path / "tessdata").mkdir()
    for name in ("eng.traineddata", "osd.traineddata", "configs", "tessconfigs"):
        (tmp_path / "tessdata" / name).symlink_to(home / name)
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path / "tessdata"))
    external_programs._packs.cache_clear()
    yield
    external_programs._packs.cache_clear()


@pytest.mark.parametrize(("language", "pack"), [("ru", "rus"), ("es", "spa")])
def test_a_missing_language_is_reported(tmp_path: Path, tessdata_of_english: None, language: str, pack: str) -> None:
    made_pdf.page_picture(text_of(language)).save(tmp_path / "a.png")
    try:
        said = read(tmp_path / "a.png").remark
    except UnreadableError as error:
        said = error.reason
    assert f"needs tesseract with its language pack {pack} (apt install tesseract-ocr-{pack})" in said
    assert not external_programs.programs_now_installed(said)
