"""Render a page of a file in a separate process, where a hostile file can be slow, use too much memory or crash.

Renders the kinds of pages that were read with the positions of their lines: PDF and images. Keeps nothing.
"""

from __future__ import annotations

import binascii
import hashlib
import threading
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ingest.process import INVALID_ANSWER, WorkerFailedError, WorkerProcess
from ingest.source_file import open_named
from rag.child_process import module_command
from rag.messages import Message, from_data, system_message

PAGE_SECONDS = 30.0  # seconds for a page
PAGE_WIDTH_PIXELS = 1_400  # pixels: a page stays sharp when it is enlarged
PAGE_IMAGE_COMMAND = module_command("ingest.worker.page_image_main")
_IMAGE_TYPES = ("image/png", "image/jpeg")
_PAGE_SLOTS = threading.Semaphore(2)  # pages at once: many people may page at the same time


class PageImageError(Exception):
    """A page cannot be rendered: why, in plain words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class PageImage:
    """A rendered page.

    ``width`` and ``height`` are in the units of ``rag.types.PageLine.box``: points of a PDF, pixels of an image; not in
    those of ``image``, which is rendered for display.
    """

    image: bytes
    media_type: str
    width: float
    height: float
    pages: int  # number of pages in the file


def render_page(
    path: Path,
    page: int,
    across: int = PAGE_WIDTH_PIXELS,
    *,
    content_hash: str = "",
    time_limit: float = PAGE_SECONDS,
    command: tuple[str, ...] = PAGE_IMAGE_COMMAND,
) -> PageImage:
    """Render page number ``page`` (from 1) of the file, about ``across`` pixels wide.

    With ``content_hash``, of a file with that SHA-256 alone. Raises PageImageError.
    """
    try:
        with _PAGE_SLOTS, open_named(path) as source:
            if content_hash and hashlib.file_digest(source, "sha256").hexdigest() != content_hash:
                raise PageImageError(Message("it has changed since it was read"))
            source.seek(0)
            response = _ask_worker(path.name, source, time_limit, command, page=page, across=across)
    except OSError as error:
        raise PageImageError(system_message(error)) from None
    try:
        if "image" not in response:
            raise PageImageError(from_data(response.get("reason") or INVALID_ANSWER))
        image = b64decode(response["image"], validate=True)
        drawn = PageImage(
            image, response["media_type"], float(response["width"]), float(response["height"]), int(response["pages"])
        )
    except (KeyError, TypeError, ValueError, OverflowError, binascii.Error):  # a file may have taken the worker over
        raise PageImageError(INVALID_ANSWER) from None
    if drawn.media_type not in _IMAGE_TYPES or not (0 < drawn.width < 1e9 and 0 < drawn.height < 1e9):
        raise PageImageError(INVALID_ANSWER)
    return drawn


def _ask_worker(
    name: str, source: BinaryIO, time_limit: float, command: tuple[str, ...], *, page: int, across: int
) -> dict[str, Any]:
    try:
        worker = WorkerProcess(command)
    except OSError as error:
        raise PageImageError(
            Message("the program that draws pages could not be started: {why}", why=system_message(error))
        ) from None
    try:
        return worker.ask(name, source, time_limit, time_limit, page=page, across=across)
    except WorkerFailedError as broken:
        raise PageImageError(broken.reason) from None
    finally:
        worker.kill()
