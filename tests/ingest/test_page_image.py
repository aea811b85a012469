"""Pages as pictures: the marks of lines fit on them, and what a file does stays in its process."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from ingest.page_image import PageImage, PageImageError, render_page
from ingest.readers import read
from ingest.worker.page_image_main import MAX_PAGE_PIXELS
from tests.ingest import made_pdf
from tests.ingest.doubles import write_pdf


def pixels(picture: PageImage) -> Image.Image:
    return Image.open(io.BytesIO(picture.image)).convert("L")


def ink_within(picture: PageImage, box: tuple[float, float, float, float]) -> float:
    """The share of all dark pixels that lies in a box of the page."""
    whole = pixels(picture)
    scale = whole.width / picture.width
    left, bottom, right, top = box
    spot = (left * scale, (picture.height - top) * scale, right * scale, (picture.height - bottom) * scale)
    dark = [sum(each.histogram()[:128]) for each in (whole.crop(tuple(map(round, spot))), whole)]  # type: ignore[arg-type]
    return dark[0] / dark[1]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (20, 100, 560, 760)])
def test_the_place_of_a_line_is_where_its_ink_is(
    tmp_path: Path, turn: int, crop: tuple[float, float, float, float] | None
) -> None:
    file = tmp_path / "turned.pdf"
    made_pdf.write_turned(file, ["One line of text stands on this page"], turn, crop)
    [line] = read(file).lines
    picture = render_page(file, 1)
    assert picture.pages == 1 and pixels(picture).width == 1_400
    left, bottom, right, top = line.box
    assert ink_within(picture, (left - 2, bottom - 2, right + 2, top + 2)) > 0.97


def test_a_picture_is_measured_in_its_own_pixels(tmp_path: Path) -> None:
    photo = Image.new("L", (3_000, 2_000), 250)
    photo.paste(0, (300, 200, 600, 260))
    told = Image.Exif()
    told[0x0112] = 6  # held on its side: shown 2000 wide and 3000 high, the bar at its right edge
    photo.save(tmp_path / "photo.jpg", exif=told)
    picture = render_page(tmp_path / "photo.jpg", 1, 500)
    assert (picture.width, picture.height, picture.pages) == (2_000, 3_000, 1)
    assert ink_within(picture, (1_735, 2_395, 1_805, 2_705)) > 0.97
    frames = [Image.new("L", (400, 300), level) for level in (0, 250)]
    frames[0].save(tmp_path / "two.tiff", save_all=True, append_images=frames[1:])
    second = render_page(tmp_path / "two.tiff", 2)
    assert second.pages == 2 and pixels(second).getpixel((5, 5)) == 250


def test_what_is_filled_in_is_seen(tmp_path: Path) -> None:
    made_pdf.write_form(tmp_path / "form.pdf")
    document = read(tmp_path / "form.pdf")
    [line] = [each for each in document.lines if "Golondrina" in document.text[each.start : each.end]]
    assert ink_within(render_page(tmp_path / "form.pdf", 1), line.box) > 0.1


@pytest.mark.parametrize("size", [(14_400, 14_400), (14_400, 20), (20, 14_400)])
def test_a_huge_page_is_drawn_small(tmp_path: Path, size: tuple[int, int]) -> None:
    page = made_pdf.PAGE.replace(b"0 0 612 792", b"0 0 %d %d" % size)
    hello = made_pdf.stream(b"BT /A 12 Tf 5 5 Td (Hello) Tj ET")
    objects = [made_pdf.CATALOGUE, made_pdf.PAGES, page, hello, made_pdf.form(b"", 5), made_pdf.FONTS]
    made_pdf.write_objects(tmp_path / "huge.pdf", objects)
    picture = render_page(tmp_path / "huge.pdf", 1, 100_000)
    assert (picture.width, picture.height) == size
    assert pixels(picture).width * pixels(picture).height <= 1.01 * MAX_PAGE_PIXELS


@pytest.mark.slow
@pytest.mark.parametrize("name", made_pdf.HOSTILE)
def test_a_hostile_file_ends_in_a_picture_or_a_reason(tmp_path: Path, name: str) -> None:
    made_pdf.write_objects(tmp_path / "a.pdf", made_pdf.hostile(name))
    try:
        assert render_page(tmp_path / "a.pdf", 1, time_limit=10.0).image
    except PageImageError as error:
        assert error.reason


def test_a_damaged_or_locked_file_or_one_that_is_gone_is_a_reason(tmp_path: Path) -> None:
    whole = write_pdf(tmp_path / "whole.pdf", pages=2).read_bytes()
    (tmp_path / "cut.pdf").write_bytes(whole[:700])
    (tmp_path / "text.pdf").write_text("no PDF at all")
    write_pdf(tmp_path / "locked.pdf", pages=1, password="secret")
    for name, page, reason in (
        ("cut.pdf", 1, "damaged"),
        ("text.pdf", 1, "not a type of picture"),
        ("locked.pdf", 1, "protected by a password"),
        ("gone.pdf", 1, "no such file"),
        ("whole.pdf", 3, "it has no page 3"),
        ("whole.pdf", 0, "it has no page 0"),
    ):
        with pytest.raises(PageImageError, match=reason):
            render_page(tmp_path / name, page)
