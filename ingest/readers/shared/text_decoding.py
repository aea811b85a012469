"""Bytes of a text file to text: by byte order mark, by the declared encoding, or by the likeliest."""

from __future__ import annotations

import codecs
import re

from ingest.readers.shared.unreadable import UnreadableError
from rag.messages import Message
from rag.types import Outcome

_BYTE_ORDER_MARKS = (  # the longer first: UTF-32's mark begins with UTF-16's
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSES = ["cp1252", "cp1251", "koi8-r", "cp866", "cp1250", "mac_cyrillic"]
_NO_TEXT = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f\ufffd]")


def decode(data: bytes, declared: str = "", *, strict: bool = True) -> str:
    """Decode by byte order mark, else UTF-8, else the encoding that the file declares, else the likeliest.

    Raises UnreadableError where the result is not text, if ``strict``.
    """
    text = _decode(data, declared)
    if strict and len(_NO_TEXT.findall(text, 0, 20_000)) * 20 > len(text[:20_000]):
        raise UnreadableError(Outcome.FAILED, Message("it is not text, whatever its name says"))
    return text


def _decode(data: bytes, declared: str) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if b"\0" in data:
        return _decode_wide(data)
    for encoding in ("utf-8", declared):
        try:
            if encoding:
                return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    from charset_normalizer import from_bytes

    best = from_bytes(data[:200_000], cp_isolation=_GUESSES).best()
    return data.decode(best.encoding if best else "cp1252", errors="replace")


def _decode_wide(data: bytes) -> str:
    """Decode UTF-16 without a byte order mark: every second byte of western text is zero."""
    head = data[:4_000]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) / 8 and min(even, odd) * 10 < max(even, odd):
        return data.decode("utf-16-be" if even > odd else "utf-16-le", errors="replace")
    return data.decode("utf-8", errors="replace")
