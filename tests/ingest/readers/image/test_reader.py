"""Pictures of every kind, as the camera held them and of any size."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers import UnreadableError, read
from ingest.readers.image import reader
from rag.types import Outcome
from tests.ingest import made_pdf
from tests.ingest.readers.image.scans import TRAM, recall, text_of

pytestmark = pytest.mark.real


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
    huge_png(tmp_path / "colour.png", 11_000)
    cases = {
        "cut.png": Outcome.FAILED, "head.jpg": Outcome.FAILED, "huge.png": Outcome.TOO_LARGE,
        "colour.png": Outcome.TOO_LARGE,
    }  # fmt: skip
    for name, outcome in cases.items():
        with pytest.raises(UnreadableError) as caught:
            read(tmp_path / name)
        assert caught.value.outcome is outcome and caught.value.reason, name


def test_what_a_decoder_needs_is_known_before_it_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image

    def reason(name: str) -> str:
        with pytest.raises(UnreadableError) as caught:
            read(tmp_path / name)
        return caught.value.reason

    def forbidden(*_: object) -> None:
        raise AssertionError("it was decoded")

    monkeypatch.setattr(reader, "IMAGE_MEMORY", 12 * 1000**2)
    for name, mode in (("a.webp", "RGB"), ("b.jp2", "RGB"), ("c.png", "RGBA"), ("d.jpg", "RGB"), ("e.png", "L")):
        progressive = {"progressive": True} if name == "d.jpg" else {}
        Image.new(mode, (1000, 1600 if mode != "L" else 3100)).save(tmp_path / name, **progressive)
    monkeypatch.setattr(Image.Image, "load", forbidden)
    assert {reason(name) for name in ("a.webp", "b.jp2", "c.png", "d.jpg")} == {"it has 1 million pixels when unpacked"}
    assert reason("e.png") == "it has 3 million pixels when unpacked"


def test_a_large_photograph_is_read_at_a_size_that_can_be(tmp_path: Path) -> None:
    picture = made_pdf.page_picture(TRAM, size=150, width=6_400, height=5_000)
    picture.save(tmp_path / "a.jpg")
    document = read(tmp_path / "a.jpg")
    assert recall(TRAM, document.text) >= 0.95
    assert max(line.box[2] for line in document.lines) > 4_000, "boxes count in the pixels of the file"


def test_a_png_too_large_to_be_decoded_is_not_decoded_for_its_captions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image, PngImagePlugin

    decoded: list[int] = []
    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", lambda _: decoded.append(1))
    Image.new("1", (20_000, 8_000)).save(tmp_path / "wide.png")
    with pytest.raises(UnreadableError, match="160 million pixels"):
        read(tmp_path / "wide.png")
    assert not decoded
