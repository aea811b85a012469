"""The child process that renders pages: a path, a page's number and a width to an image, as JSON.

Started by ``ingest.page_image``. Sandboxed like the process that reads files (main.py), and for the same reasons.
"""

from __future__ import annotations

import io
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.readers import UnreadableError
from ingest.readers.image import reader as picture
from ingest.readers.pdf import reader as pdf
from ingest.readers.shared.memory import memory_limit
from ingest.worker.main import attempt, serve
from rag.messages import Message
from rag.types import Outcome

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PAGE_PIXELS = 6_000_000  # pixels of a rendered page
LARGE_FILE = 700_000  # bytes: an image larger than this without loss is a photograph, and compressed with some


def main() -> None:
    """Render pages until there are no more."""
    serve(
        lambda asked: attempt(
            path := Path(asked["path"]), lambda: drawn(path, int(asked["page"]), int(asked["across"]))
        )
    )


def drawn(path: Path, number: int, across: int) -> dict[str, Any]:
    """Return the page as plain data.

    Raises UnreadableError, OSError, or whatever a library raises on a damaged file.
    """
    with path.open("rb") as file:
        head = file.read(pdf.LATEST_HEAD)
    if b"%PDF-" in head:
        with memory_limit(pdf.PDF_MEMORY):
            return _of_pdf(path, head, number, across)
    with memory_limit(picture.IMAGE_MEMORY):
        return _of_picture(path, number, across)


def _of_pdf(path: Path, head: bytes, number: int, across: int) -> dict[str, Any]:
    document = pdf.open_pdf(path, head)
    try:
        pages = len(document)
        _require_page(number, pages)
        page = pdf.read_form_fields(document, document[number - 1], number)
        width, height = page.get_size()
        scale = min(across / max(1.0, width), (MAX_PAGE_PIXELS / max(1.0, width * height)) ** 0.5)
        return _reply(page.render(scale=scale).to_pil(), width, height, pages)
    finally:
        document.close()


def _of_picture(path: Path, number: int, across: int) -> dict[str, Any]:
    with picture.open_picture(path) as opened:
        pages = getattr(opened, "n_frames", 1) if opened.format == "TIFF" else 1
        _require_page(number, pages)
        opened.seek(number - 1)
        shown, (width, height) = picture.upright(opened, "RGB", (across, across))
        scale = min(1.0, across / width, (MAX_PAGE_PIXELS / (width * height)) ** 0.5)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        shown = shown if shown.mode == "RGB" else shown.convert("RGB")  # which would copy it
        return _reply(shown.resize(size), width, height, pages)


def _require_page(number: int, pages: int) -> None:
    if not 1 <= number <= pages:
        raise UnreadableError(Outcome.FAILED, Message("it has no page {number}", number=number))


def _reply(image: Image, width: float, height: float, pages: int) -> dict[str, Any]:
    written, media_type = io.BytesIO(), "image/png"
    image.save(written, "PNG")
    if written.tell() > LARGE_FILE:
        written, media_type = io.BytesIO(), "image/jpeg"
        image.convert("RGB").save(written, "JPEG", quality=85)
    return {
        "image": b64encode(written.getvalue()).decode(),
        "media_type": media_type,
        "width": width,
        "height": height,
        "pages": pages,
    }


if __name__ == "__main__":
    main()
