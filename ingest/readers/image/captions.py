"""What the file of an image says it shows: its title, caption or description."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ingest.readers.shared.block import ReaderBlock

if TYPE_CHECKING:
    from PIL.Image import Image

_DESCRIPTION = 0x010E
_WINDOWS_TAGS = (0x9C9B, 0x9C9F, 0x9C9C)  # title, subject, comment, in UTF-16
_PNG_NAMES = ("Title", "Description", "Comment")
_IPTC_NAMES = ((2, 5), (2, 105), (2, 120))  # title, headline, caption
LONGEST_CAPTION = 5_000  # characters


def captions(picture: Image) -> list[ReaderBlock]:
    """Return the captions of an image, each once; names that cameras put there are none."""
    try:
        found = list(_found(picture))
    except Exception:  # damaged: what libraries raise then is no contract
        return []
    texts = dict.fromkeys(text.replace("\0", "").strip()[:LONGEST_CAPTION] for text in found)
    return [ReaderBlock("text", text) for text in texts if text != text.upper()]  # "OLYMPUS DIGITAL CAMERA"


def _found(picture: Image) -> Iterator[str]:
    from PIL import IptcImagePlugin

    exif = picture.getexif()
    for tag in _WINDOWS_TAGS:
        value = exif.get(tag, b"")
        yield value.decode("utf-16-le", "ignore") if isinstance(value, bytes) else ""
    yield _text(exif.get(_DESCRIPTION, ""))
    for name in _PNG_NAMES:
        value = picture.info.get(name)
        yield value if isinstance(value, str) else ""
    iptc: Any = IptcImagePlugin.getiptcinfo(picture) or {}  # type: ignore[arg-type]
    for key in _IPTC_NAMES:
        value = iptc.get(key, b"")
        yield _text(value[0] if isinstance(value, list) and value else value)


def _text(value: Any) -> str:
    """Return a value as text: old fields hold UTF-8 or Latin-1, and do not say which."""
    if isinstance(value, str):
        try:
            return value.encode("latin-1").decode("utf-8")
        except UnicodeError:
            return value
    if not isinstance(value, bytes):
        return ""
    try:
        return value.decode("utf-8")
    except UnicodeError:
        return value.decode("latin-1")
