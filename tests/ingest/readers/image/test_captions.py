"""What the file of an image says it shows."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, PngImagePlugin

from ingest.readers import read
from ingest.readers.image.captions import captions


def saved(path: Path, **more: object) -> list[str]:
    Image.new("RGB", (40, 40), "white").save(path, **more)
    with Image.open(path) as picture:
        return [block.text for block in captions(picture)]


def test_captions_of_photographs_and_drawings(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x9C9B] = "The kiln yard", "Печь".encode("utf-16-le")
    assert saved(tmp_path / "a.jpg", exif=exif) == ["Печь", "The kiln yard"]
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text("Description", "Gate of the mill")
    chunks.add_text("Software", "some program")
    assert saved(tmp_path / "a.png", pnginfo=chunks) == ["Gate of the mill"]


def test_what_a_camera_puts_there_is_no_caption(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "OLYMPUS DIGITAL CAMERA"
    assert saved(tmp_path / "a.jpg", exif=exif) == [] == saved(tmp_path / "b.jpg")


def test_letters_of_other_encodings(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "Montaña".encode()
    assert saved(tmp_path / "a.jpg", exif=exif) == ["Montaña"]
    exif[0x010E] = "Montaña".encode("latin-1")
    assert saved(tmp_path / "b.jpg", exif=exif) == ["Montaña"]


def test_a_picture_without_words_is_read_by_its_caption(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "The kiln yard at dusk"
    saved(tmp_path / "a.jpg", exif=exif)
    assert read(tmp_path / "a.jpg").text == "The kiln yard at dusk"
