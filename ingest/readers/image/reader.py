"""Reader of images, such as the photograph or scan of a page: tesseract reads each page of the file.

An image has no points: its pixels stand in for them, as it is shown (rotated the way the camera says).
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.readers.image.captions import captions
from ingest.readers.image.tesseract import MAX_OCR_PIXELS, OcrError, OcrScanner, grey
from ingest.readers.pages.blocks import blocks, mark_continued_paragraphs
from ingest.readers.pages.ocr_budget import MOST_SCANNED, OcrTimeBudget, page_ranges
from ingest.readers.pages.text_line import TextLine
from ingest.readers.registry import READERS
from ingest.readers.shared import external_programs
from ingest.readers.shared.build import build
from ingest.readers.shared.heartbeat import send_heartbeat
from ingest.readers.shared.memory import memory_limit
from ingest.readers.shared.unreadable import NO_WORDS_IN_PICTURE, UnreadableError
from rag.messages import Message, joined, marked
from rag.types import Document, Outcome

if TYPE_CHECKING:
    from PIL.Image import Image

IMAGE_MEMORY = 700 * 2**20  # bytes
MAX_IMAGE_PIXELS = 150_000_000  # of one page, decoded
# Bytes of memory that a pixel takes until its page is grey, as measured. Some decoders hold the whole image several
# times, for each of its bands; a progressive JPEG is held as coefficients before it is made smaller.
_DECODER_BYTES_A_BAND = {"WEBP": 5.4, "AVIF": 3.5, "HEIF": 4.7, "JPEG2000": 6.5}
_GREY_BYTES, _COLOUR_BYTES, _TRANSPARENT_BYTES, _PROGRESSIVE_JPEG_BYTES, _ROTATED_BYTES = 4, 7, 9, 8, 4
MIN_SIDE_PIXELS = 12  # pixels: a smaller image holds no word
_ORIENTATION, _ON_ITS_SIDE = 0x0112, (5, 6, 7, 8)  # how the camera was held
_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "DIB", "GIF", "WEBP", "AVIF", "JPEG2000", "HEIF")  # no other decoder
_UNREAD = (marked("page {pages} could not be read"), marked("pages {pages} could not be read"))


def read(path: Path) -> Document:
    """Read an image; one without words by its caption.

    Raises UnreadableError where it is damaged, too large, or there are no words.
    """
    scanner = OcrScanner()
    media_type = READERS[path.suffix.lower()].media_type if path.suffix.lower() in READERS else "image/*"
    with memory_limit(IMAGE_MEMORY), open_picture(path) as picture:
        if picture.format == "PNG":  # its captions may stand behind its pixels: to look for them decodes it
            _check_size(picture, _bytes_per_pixel(picture))
        captioned = build(captions(picture), media_type)
    if not scanner.ready:
        if captioned.text:
            return captioned
        raise UnreadableError(
            Outcome.EMPTY,
            Message(
                "it is a picture, and reading that {needs}",
                needs=external_programs.missing_program(external_programs.OCR),
            ),
        )
    with memory_limit(IMAGE_MEMORY), open_picture(path) as picture:
        pages = min(getattr(picture, "n_frames", 1), MOST_SCANNED) if picture.format == "TIFF" else 1
        lines, unread = _lines(picture, pages, scanner)
    note = joined("; ", [scanner.note, page_ranges(unread, *_UNREAD) if unread else ""])
    if not lines and captioned.text:
        return replace(captioned, remark=note)
    if not lines:
        raise UnreadableError(Outcome.EMPTY, joined("; ", [Message(NO_WORDS_IN_PICTURE), note]))
    return replace(build(mark_continued_paragraphs(list(blocks(lines))), media_type, pages), remark=note)


def open_picture(path: Path) -> Image:
    """Open an image without decoding it. Raises UnreadableError where it is none, OSError."""
    from PIL import Image

    try:
        from pi_heif import register_heif_opener

        register_heif_opener()
    except ImportError:  # there is no wheel of it for this platform
        pass
    Image.MAX_IMAGE_PIXELS = None  # Pillow's own limit warns, and knows nothing of how many bytes a pixel takes
    try:
        return Image.open(path, formats=_FORMATS)
    except (OSError, SyntaxError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # not the image's fault
            raise
        raise UnreadableError(
            Outcome.FAILED, Message("it is damaged, or not a type of picture that Oaken reads")
        ) from None


def _lines(picture: Image, pages: int, scanner: OcrScanner) -> tuple[list[TextLine], list[int]]:
    """Return the lines of all pages, and the numbers of unreadable pages."""
    lines: list[TextLine] = []
    unread: list[int] = []
    patience = OcrTimeBudget()
    for number in range(1, pages + 1):
        send_heartbeat(Message("page {number} of {pages}", number=number, pages=pages))
        try:
            if patience.is_over:
                raise OcrError
            picture.seek(number - 1)
            lines += _page(picture, number, scanner)
        except UnreadableError:
            raise
        except (OcrError, OSError, SyntaxError, ValueError, EOFError):  # what a damaged page raises is no contract
            if pages == 1:
                raise UnreadableError(Outcome.FAILED, Message("the picture is damaged")) from None
            unread.append(number)
    return lines, unread


def upright(picture: Image, mode: str, least: tuple[int, int]) -> tuple[Image, tuple[int, int]]:
    """Return the current page as it is shown, rotated the way the camera says, and its size in pixels.

    A photograph is decoded only as far as it takes to have ``least`` pixels. Raises UnreadableError where its header
    says that it is too large.
    """
    from PIL import ImageOps

    most_bytes = _bytes_per_pixel(picture)
    _check_size(picture, most_bytes)
    orientation = picture.getexif().get(_ORIENTATION, 1)  # which decodes a PNG
    if orientation != 1:
        _check_size(picture, most_bytes + _ROTATED_BYTES)
    size = picture.size[::-1] if orientation in _ON_ITS_SIDE else picture.size
    picture.draft(mode, least)
    if orientation == 1:
        picture.load()
        return picture, size
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ImageOps.exif_transpose(picture), size


def _check_size(picture: Image, bytes_per_pixel: float) -> None:
    pixels = picture.width * picture.height
    if pixels > MAX_IMAGE_PIXELS or pixels * bytes_per_pixel > IMAGE_MEMORY:
        raise UnreadableError(
            Outcome.TOO_LARGE, Message("it has {pixels:,} million pixels when unpacked", pixels=pixels // 10**6)
        )


def _bytes_per_pixel(picture: Image) -> float:
    if picture.format == "JPEG":
        own = _PROGRESSIVE_JPEG_BYTES if picture.info.get("progressive") else _GREY_BYTES
    elif picture.has_transparency_data:
        own = _TRANSPARENT_BYTES
    else:
        own = _GREY_BYTES if picture.mode in ("1", "L", "P") else _COLOUR_BYTES
    decoding = _DECODER_BYTES_A_BAND.get(picture.format or "", 0) * len(picture.getbands())
    return max(own, decoding)


def _page(picture: Image, number: int, scanner: OcrScanner) -> list[TextLine]:
    if min(picture.size) < MIN_SIDE_PIXELS:
        return []
    whole, size = upright(picture, "L", _fit(picture.size))
    whole = grey(whole)  # before it is made smaller: a quarter of the memory
    whole = whole.resize(_shape(whole)) if _shape(whole) != whole.size else whole
    return scanner.read(whole, number, (size[0] / whole.width, size[1] / whole.height))


def _fit(size: tuple[int, int]) -> tuple[int, int]:
    factor = min(1.0, (MAX_OCR_PIXELS / (size[0] * size[1])) ** 0.5)
    return max(1, int(size[0] * factor)), max(1, int(size[1] * factor))


def _shape(picture: Image) -> tuple[int, int]:
    """Return the size at which a page is read: within the limit, with square pixels, which those of a fax are not."""
    across, down = _resolution(picture.info.get("dpi"))
    width, height = picture.size
    if across and down and 1.1 < max(across, down) / min(across, down) < 4:
        width, height = (
            (width, round(height * across / down)) if across > down else (round(width * down / across), height)
        )
    return _fit((width, height))


def _resolution(dpi: Any) -> tuple[float, float]:
    try:
        return float(dpi[0]), float(dpi[1])
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        return 0.0, 0.0
