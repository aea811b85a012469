"""Pictures of text, read by the tesseract of this machine with its English, Spanish and Russian."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.parse import Parser
from ingest.pipeline import ingest
from ingest.readers import UnreadableError, read
from ingest.readers.image.tesseract import OcrScanner, OcrWord, _confident
from ingest.readers.shared import external_programs
from ingest.readers.shared.page_budget import page_ranges
from rag.types import Outcome
from tests.ingest import made_pdf
from tests.ingest.doubles import BagEmbedder, MemoryLibrary

pytestmark = pytest.mark.real
SAMPLE = Path(__file__).parents[4] / "data" / "library"
TEXTS = {
    "en": SAMPLE / "transport" / "tram-memories.txt",
    "es": SAMPLE / "ferry" / "la-barca-del-vado.txt",
    "ru": SAMPLE / "bakery" / "pekarnya-gromovykh.txt",
}
TRAM = "The last tram leaves the observatory at midnight.\n\nIt waits for nobody, and it carries dogs free of charge."


def text_of(language: str) -> str:
    return "\n\n".join(TEXTS[language].read_text(encoding="utf-8").split("\n\n")[:6])[:1_500]


def recall(expected: str, found: str) -> float:
    """Share of the expected words that were found."""
    wanted, got = (Counter(re.findall(r"\w+", text.lower())) for text in (expected, found))
    return (wanted & got).total() / wanted.total()


def without_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))


def test_tesseract_and_its_languages_are_there() -> None:
    assert set(external_programs.SUPPORTED_PACKS) <= external_programs.packs(), (
        f"the tests {external_programs.missing_program(external_programs.OCR)}"
    )


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


@pytest.mark.parametrize("kind", ["png", "jpg", "tiff", "bmp", "webp", "gif", "heic", "avif", "jp2"])
def test_pictures_of_every_kind(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    picture = made_pdf.page_picture(TRAM, size=30, width=1000, height=600)
    if kind == "heic":  # it is only read here, not written
        path.write_bytes((Path(__file__).parents[2] / "files" / "tram.heic").read_bytes())
    else:
        picture.save(path)
    document = read(path)
    assert recall(TRAM, document.text) >= 0.95
    assert document.media_type == {"jpg": "image/jpeg"}.get(kind, f"image/{kind}")
    assert document.pages == 1 and document.lines


def test_every_page_of_a_tiff_is_read(tmp_path: Path) -> None:
    pages = [
        made_pdf.page_picture(f"{TRAM}\n\nThis is sheet {word}.", width=900, height=900) for word in ("one", "two")
    ]
    pages[0].save(tmp_path / "a.tiff", save_all=True, append_images=pages[1:])
    document = read(tmp_path / "a.tiff")
    assert document.pages == 2 and {line.page for line in document.lines} == {1, 2}
    assert "sheet one" in document.text and "sheet two" in document.text


def test_a_picture_as_the_camera_held_it(tmp_path: Path) -> None:
    from PIL import Image

    picture = made_pdf.page_picture(TRAM, width=1000, height=600).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned clockwise
    picture.save(tmp_path / "a.jpg", exif=exif)
    document = read(tmp_path / "a.jpg")
    assert recall(TRAM, document.text) >= 0.95
    assert max(line.box[2] for line in document.lines) > 600, "boxes are of the picture as it is shown"


def test_small_letters_and_a_fax_are_enlarged(tmp_path: Path) -> None:
    made_pdf.page_picture(text_of("es"), size=11, width=620, height=877).save(tmp_path / "small.png")
    assert recall(text_of("es"), read(tmp_path / "small.png").text) >= 0.95
    fax = made_pdf.page_picture(TRAM, size=30, width=1200, height=1000).resize((1200, 500))
    fax.save(tmp_path / "fax.tiff", dpi=(204, 102))
    document = read(tmp_path / "fax.tiff")
    assert recall(TRAM, document.text) >= 0.95
    assert max(line.box[3] for line in document.lines) < 500


def test_a_page_half_in_shadow_is_read(tmp_path: Path) -> None:
    from PIL import Image, ImageChops, ImageFilter

    page = made_pdf.page_picture(text_of("es"))
    shadow = Image.linear_gradient("L").resize(page.size).point(lambda level: 110 + level // 2)
    ImageChops.multiply(page, shadow).filter(ImageFilter.GaussianBlur(1)).save(tmp_path / "a.jpg", quality=70)
    assert recall(text_of("es"), read(tmp_path / "a.jpg").text) >= 0.95


def test_a_transparent_picture_is_on_white(tmp_path: Path) -> None:
    from PIL import Image

    shape = made_pdf.page_picture(TRAM, width=1000, height=600).point(lambda level: 255 - level)
    picture = Image.new("RGBA", shape.size, (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), mask=shape)
    picture.save(tmp_path / "a.png")
    assert recall(TRAM, read(tmp_path / "a.png").text) >= 0.95


def test_noise_gives_no_words(tmp_path: Path) -> None:
    from PIL import Image

    Image.effect_noise((900, 700), 90).save(tmp_path / "noise.png")
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path / "noise.png")
    assert (caught.value.outcome, caught.value.reason) == (Outcome.EMPTY, "no words were found in the picture")


def test_words_that_are_stains_are_dropped() -> None:
    def word(text: str, confidence: float, line: int = 1) -> OcrWord:
        return OcrWord(text, confidence, (0, 0, 10, 10), (1, 1), (1, 1, line))

    kept = _confident([word("ferry", 96), word("qz", 12), word("|", 80, 2), word("x", 60, 3), word("7", 95, 4)])
    assert [each.text for each in kept] == ["ferry", "7"]


def huge_png(path: Path, side: int) -> Path:
    """A PNG that claims so many pixels, in a few hundred bytes."""
    import struct
    import zlib

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(b"")) + part(b"IEND", b"")
    )
    return path


def test_pictures_that_are_none_or_too_large(tmp_path: Path) -> None:
    whole = tmp_path / "whole.png"
    made_pdf.page_picture(TRAM).save(whole)
    (tmp_path / "cut.png").write_bytes(whole.read_bytes()[:2_000])
    (tmp_path / "head.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    huge_png(tmp_path / "huge.png", 50_000)
    cases = {"cut.png": Outcome.FAILED, "head.jpg": Outcome.FAILED, "huge.png": Outcome.TOO_LARGE}
    for name, outcome in cases.items():
        with pytest.raises(UnreadableError) as caught:
            read(tmp_path / name)
        assert caught.value.outcome is outcome and caught.value.reason, name


def test_a_large_photograph_is_read_at_a_size_that_can_be(tmp_path: Path) -> None:
    picture = made_pdf.page_picture(TRAM, size=150, width=6_400, height=5_000)
    picture.save(tmp_path / "a.jpg")
    document = read(tmp_path / "a.jpg")
    assert recall(TRAM, document.text) >= 0.95
    assert max(line.box[2] for line in document.lines) > 4_000, "boxes count in the pixels of the file"


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
def test_a_language_that_is_missing_is_told_of(
    tmp_path: Path, tessdata_of_english: None, language: str, pack: str
) -> None:
    made_pdf.page_picture(text_of(language)).save(tmp_path / "a.png")
    try:
        said = read(tmp_path / "a.png").remark
    except UnreadableError as error:
        said = error.reason
    assert f"needs tesseract with its language pack {pack} (apt install tesseract-ocr-{pack})" in said
    assert not external_programs.programs_now_installed(said)


def test_a_page_that_takes_too_long_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.readers.image.tesseract.OCR_PAGE_SECONDS", 0.001)
    made_pdf.write_mixed(tmp_path / "scan.pdf", [made_pdf.page_picture(TRAM)])
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path / "scan.pdf")
    assert caught.value.reason == "it has no text layer; page 1 could not be read as a scan"


def test_patience_with_a_file_ends_and_the_rest_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.readers.pdf.reader.MOST_SCANNED", 1)
    scan: Any = made_pdf.page_picture(TRAM)
    made_pdf.write_mixed(tmp_path / "scan.pdf", [scan, scan, scan])
    assert read(tmp_path / "scan.pdf").remark == "pages 2–3 are scans over the per-file limit"


def test_pages_are_told_in_spans() -> None:
    one, many = "page {pages} is", "pages {pages} are"
    assert page_ranges([4], one, many) == "page 4 is"
    assert page_ranges([2, 5, 6, 7], one, many) == "pages 2, 5–7 are"
    assert page_ranges(list(range(1, 60, 2)), one, many).endswith("19, … are")


def test_a_scanner_without_tesseract_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_programs(monkeypatch, tmp_path)
    assert not OcrScanner().ready and "needs tesseract" in OcrScanner().note
