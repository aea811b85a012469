"""Pictures of text, read by the tesseract of this machine with its English, Spanish and Russian."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ingest.parse import Parser
from ingest.pipeline import ingest
from ingest.readers import UnreadableError, read
from ingest.readers.image.tesseract import OcrScanner, OcrWord, _confident
from ingest.readers.shared import external_programs
from rag.types import Outcome
from tests.ingest import made_pdf
from tests.ingest.doubles import BagEmbedder, MemoryLibrary
from tests.ingest.readers.image.scans import TEXTS, TRAM, recall, text_of

pytestmark = pytest.mark.real


def without_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))


@pytest.mark.parametrize("language", TEXTS)
def test_clean_pages_are_read(tmp_path: Path, language: str) -> None:
    text = text_of(language)
    made_pdf.write_mixed(tmp_path / "scan.pdf", [made_pdf.page_picture(text)])
    document = read(tmp_path / "scan.pdf")
    assert recall(text, document.text) >= 0.95
    assert (document.language, document.pages, document.remark) == (language, 1, "")
    assert {element.page for element in document.elements} == {1}
    paragraphs = len(text.split("\n\n"))
    assert abs(len(document.elements) - paragraphs) <= 2, "paragraphs are told apart, and lines put together"


def test_boxes_lie_on_the_ink_of_a_scan(tmp_path: Path) -> None:
    picture = made_pdf.page_picture(TRAM)
    made_pdf.write_mixed(tmp_path / "scan.pdf", [picture])
    document = read(tmp_path / "scan.pdf")
    assert document.lines
    across, up = picture.width / 595, picture.height / 842
    for line in document.lines:
        left, bottom, right, top = line.box
        box = (round(left * across), round((842 - top) * up), round(right * across), round((842 - bottom) * up))
        assert picture.crop(box).getextrema()[0] < 128
        picture.paste(250, (box[0] - 6, box[1] - 6, box[2] + 6, box[3] + 6))
    assert picture.getextrema()[0] > 200, "ink outside of all boxes"


def test_text_and_scanned_pages_of_one_file_are_both_read(tmp_path: Path) -> None:
    typed = "\n".join(["The ferry leaves the eastern pier at six in the morning and comes back at noon."] * 4)
    made_pdf.write_mixed(tmp_path / "mixed.pdf", [typed, made_pdf.page_picture(TRAM), typed])
    document = read(tmp_path / "mixed.pdf")
    assert document.remark == ""
    page = {document.text[element.start : element.end]: element.page for element in document.elements}
    assert next(number for text, number in page.items() if "last tram" in text) == 2
    assert {line.page for line in document.lines} == {1, 2, 3}
    assert document.text.index("eastern pier") < document.text.index("last tram") < document.text.rindex("at noon")


def test_a_stamp_on_a_scan_is_not_read_twice(tmp_path: Path) -> None:
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(595, 842))
    canvas.drawImage(ImageReader(made_pdf.page_picture(TRAM)), 0, 0, 595, 842)
    canvas.setFont("Helvetica", 14)
    canvas.drawString(72, 60, "Received by the archive")
    canvas.save()
    document = read(tmp_path / "a.pdf")
    assert document.text.count("Received by the archive") == 1
    assert "last tram leaves" in document.text


def test_a_text_layer_without_meaning_is_read_from_the_picture(tmp_path: Path) -> None:
    """Letters whose font does not tell what they are: they come out as private ones."""
    import pypdf
    from pypdf.generic import DecodedStreamObject, NameObject
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(TTFont("DejaVu", made_pdf.FONT))
    canvas = Canvas(str(tmp_path / "plain.pdf"), pagesize=(595, 842))
    canvas.setFont("DejaVu", 14)
    for at, line in enumerate(TRAM.split("\n\n") * 3):
        canvas.drawString(40, 700 - 30 * at, line[:60])
    canvas.save()
    writer = pypdf.PdfWriter(clone_from=str(tmp_path / "plain.pdf"))
    fonts: Any = writer.pages[0]["/Resources"]
    font = next(each.get_object() for each in fonts["/Font"].values() if "DejaVu" in str(each.get_object()))
    lost = DecodedStreamObject()
    lost.set_data(
        b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange\n"
        b"1 beginbfrange <00> <FF> <E000> endbfrange endcmap end"
    )
    font[NameObject("/ToUnicode")] = writer._add_object(lost)
    writer.write(str(tmp_path / "garbled.pdf"))
    document = read(tmp_path / "garbled.pdf")
    assert "The last tram leaves" in document.text
    assert not re.search("[\ue000-\uf8ff]", document.text)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_page_on_its_side_or_its_head_is_read_and_boxes_lie_where_it_lies(tmp_path: Path, turns: int) -> None:
    text = text_of("en")
    picture = made_pdf.page_picture(text).rotate(-90 * turns, expand=True)
    picture.save(tmp_path / "a.png")
    document = read(tmp_path / "a.png")
    assert recall(text, document.text) >= 0.95
    for line in document.lines:
        left, bottom, right, top = line.box
        box = [round(left), round(picture.height - top), round(right), round(picture.height - bottom)]
        assert picture.crop(tuple(box)).getextrema()[0] < 128
        picture.paste(250, (box[0] - 6, box[1] - 6, box[2] + 6, box[3] + 6))
    assert picture.getextrema()[0] > 200


def test_words_that_are_stains_are_dropped() -> None:
    def word(text: str, confidence: float, line: int = 1) -> OcrWord:
        return OcrWord(text, confidence, (0, 0, 10, 10), (1, 1), (1, 1, line))

    kept = _confident([word("ferry", 96), word("qz", 12), word("|", 80, 2), word("x", 60, 3), word("7", 95, 4)])
    assert [each.text for each in kept] == ["ferry", "7"]


# --- where tesseract, or a language of it, is missing ------------------------------------------------------------


def test_without_tesseract_a_scan_says_how_to_read_it_and_later_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_pdf.write_mixed(tmp_path / "scan.pdf", [made_pdf.page_picture(TRAM)])
    made_pdf.page_picture(TRAM).save(tmp_path / "a.png")
    reasons = []
    with monkeypatch.context() as patch:
        without_programs(patch, tmp_path)
        for name in ("scan.pdf", "a.png"):
            with pytest.raises(UnreadableError) as caught:
                read(tmp_path / name)
            assert caught.value.outcome is Outcome.EMPTY
            assert "needs tesseract (apt install tesseract-ocr tesseract-ocr-spa tesseract-ocr-rus)" in str(
                caught.value
            )
            reasons.append(caught.value.reason)
            assert not external_programs.programs_now_installed(caught.value.reason)
    assert all(map(external_programs.programs_now_installed, reasons))
    assert "last tram" in read(tmp_path / "scan.pdf").text


def test_a_run_reads_what_waited_for_tesseract_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    made_pdf.write_mixed(folder / "scan.pdf", [made_pdf.page_picture(TRAM)])
    made_pdf.write_mixed(folder / "blank.pdf", [""])
    (folder / "a.txt").write_text("The ferry leaves at six.")
    library, embedder = MemoryLibrary(), BagEmbedder()
    with monkeypatch.context() as patch:
        without_programs(patch, tmp_path)
        for _ in range(2):
            ingest([folder], library, embedder)
            outcomes = {record.path: record.outcome for record in library.records()}
            assert outcomes == {"scan.pdf": Outcome.EMPTY, "blank.pdf": Outcome.EMPTY, "a.txt": Outcome.INDEXED}
    assert library.written == [str(folder / "a.txt")]
    report = ingest([folder], library, embedder)
    assert {Path(one.source).name: one.outcome for one in report.outcomes} == {
        "scan.pdf": Outcome.INDEXED,
        "blank.pdf": Outcome.EMPTY,
        "a.txt": Outcome.UNCHANGED,
    }
    assert library.written == [str(folder / "a.txt"), str(folder / "scan.pdf")]


def test_without_tesseract_a_mixed_file_gives_its_text_and_names_its_scans(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = "\n".join(["The ferry leaves the eastern pier at six in the morning and comes back at noon."] * 4)
    scan = made_pdf.page_picture(TRAM)
    made_pdf.write_mixed(tmp_path / "mixed.pdf", [typed, scan, scan])
    without_programs(monkeypatch, tmp_path)
    document = read(tmp_path / "mixed.pdf")
    assert "eastern pier" in document.text
    assert document.remark.startswith("pages 2–3 are scans, and reading that needs tesseract (apt install")
    with Parser(workers=1) as parser:
        assert parser.parse(tmp_path / "mixed.pdf").reason == document.remark


def test_a_page_that_takes_too_long_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.readers.image.tesseract.OCR_PAGE_SECONDS", 0.001)
    made_pdf.write_mixed(tmp_path / "scan.pdf", [made_pdf.page_picture(TRAM)])
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path / "scan.pdf")
    assert caught.value.reason == "it has no text layer; page 1 could not be read as a scan"


def test_a_scanner_without_tesseract_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_programs(monkeypatch, tmp_path)
    assert not OcrScanner().ready and "needs tesseract" in OcrScanner().note


def test_an_empty_page_is_not_given_to_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image

    scanner = OcrScanner()
    assert scanner.ready
    monkeypatch.setattr(scanner, "_recognize_rotated", lambda _: pytest.fail("it was started"))
    for mode, colour in (("L", 255), ("1", 0), ("RGB", (12, 90, 3)), ("LA", (0, 0))):
        assert scanner.read(Image.new(mode, (300, 300), colour), 1, (1.0, 1.0)) == []
