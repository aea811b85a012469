"""How long the pages of a file may take, and how those left out are named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingest.readers import read
from ingest.readers.pages.ocr_budget import page_ranges
from tests.ingest import made_pdf
from tests.ingest.readers.image.scans import TRAM

pytestmark = pytest.mark.real


def test_patience_with_a_file_ends_and_the_rest_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.readers.pdf.reader.MOST_SCANNED", 1)
    scan: Any = made_pdf.page_picture(TRAM)
    made_pdf.write_mixed(tmp_path / "scan.pdf", [scan, scan, scan])
    assert read(tmp_path / "scan.pdf").remark == "pages 2–3 are scans over the per-file limit"


def test_pages_are_listed_in_spans() -> None:
    one, many = "page {pages} is", "pages {pages} are"
    assert page_ranges([4], one, many) == "page 4 is"
    assert page_ranges([2, 5, 6, 7], one, many) == "pages 2, 5–7 are"
    assert page_ranges(list(range(1, 60, 2)), one, many).endswith("19, … are")
