"""Bytes of a text file to text: by byte order mark, as UTF-8, in the declared encoding, or in the likeliest.

A file may hold several encodings: a log of several programs, a pasted line, a damaged byte. What is nearly UTF-8 is
UTF-8, and lines that are not are decoded by themselves. A byte that is no text becomes U+FFFD, and a remark on the file
counts them.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from itertools import islice

import regex

from ingest.readers.shared.decoding.charset import fit_of, likeliest_charset
from ingest.readers.shared.unreadable import UnreadableError
from rag.messages import Message, joined
from rag.text.scripts import letters_by_script
from rag.types import Document, Outcome

_BYTE_ORDER_MARKS = (  # the longer first: UTF-32's mark begins with UTF-16's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NO_TEXT = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f\ufffd]")
_CONTROL_BYTE = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f]")
_MIN_CONTROL_SHARE = 0.02  # of the bytes, from which on they may be halves of characters
_NO_CHARACTER = regex.compile(r"[[\p{Cc}\p{Cn}\p{Co}\p{Cs}\ufffd]--[\t\n\r\f\x1b]]", regex.V1)
_MAX_NO_CHARACTER_SHARE = 0.02  # of the characters of a text in two bytes each
_EAST_ASIAN = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\u3000-\u303f\uff00-\uffef\t\n\r -~]")
_ASCII = bytes(range(0x80))
_BEYOND_ASCII = bytes(range(0x80, 0x100))
_BAD_BYTES = re.compile("[\udc80-\udcff]+")  # as errors="surrogateescape" leaves them
_PASTED = re.compile("[\udc80-\udcff]{3}(?:[ -@]{0,3}[\udc80-\udcff])*")  # words in another encoding
_CUT_CHARACTER = re.compile(
    rb"\A[\x80-\xbf]{1,3}|(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z"
)
_WORD_BEYOND_ASCII = re.compile(r"[!-~]{0,24}[^\0-\x7f]\S{0,60}")
# A line as another encoding would have it: a capital after a small letter, a sign or another script in a word.
_ODD = regex.compile(
    r"[^\P{Ll}\0-\x7f][^\P{Lu}\0-\x7f]|\p{L}[^\p{L}\p{M}\s\0-\x7f’]\p{L}|\p{Latin}\p{Cyrillic}|\p{Cyrillic}\p{Latin}"
)
_PASTED_BYTES = 3
_TYPED_SIGNS = "“”‘’–—…«»°£"
_MAX_ODD_LINES, _MAX_ENCODINGS = 1_000, 4
# Characters in UTF-8 for each byte that is not: from 3 on no other encoding looks like it, from 0.5 on few do.
_UTF8_CERTAIN, _UTF8_POSSIBLE = 3.0, 0.5
_ODD_FIT, _GOOD_FIT, _BAD_FIT, _BETTER_FIT = 3.5, 8.0, 10.0, 1.5  # nats a character beyond ASCII (charset.py)
_FITTED_WORDS = 40
_DECLARED_BY_DEFAULT = ("cp1252", "iso8859-15")
_SEVEN_BIT = ("iso2022", "hz", "utf-7")  # how codecs begin whose text is ASCII to look at

_damage: ContextVar[list[int] | None] = ContextVar("files", default=None)


def decode(data: bytes, declared: str = "", *, strict: bool = True) -> str:
    """Decode by byte order mark, else UTF-8, else the encoding that the file declares, else the likeliest.

    Raises UnreadableError where the result is not text, if ``strict``.
    """
    text, damaged = _decode(data, declared)
    if strict and len(_NO_TEXT.findall(text, 0, 20_000)) * 20 > len(text[:20_000]):
        raise UnreadableError(Outcome.FAILED, Message("it is not text, whatever its name says"))
    found = _damage.get()
    if damaged and found is not None:
        found.append(damaged)
    return text


@contextmanager
def counting_damage() -> Iterator[list[int]]:
    """Yield a list to which each text that is decoded adds how many of its bytes are no text."""
    found: list[int] = []
    token = _damage.set(found)
    try:
        yield found
    finally:
        _damage.reset(token)


def with_damage(document: Document, found: list[int]) -> Document:
    """Return the document with a remark on the bytes that are no text, if there are any."""
    if not found:
        return document
    remark = Message("damaged bytes, shown as \ufffd: {number:,}", number=sum(found))
    return replace(document, remark=joined("; ", (document.remark, remark)))


def _decode(data: bytes, declared: str) -> tuple[str, int]:
    """Return the text, and how many bytes of it are no text."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            data, declared = data[len(mark) :], encoding
            if encoding != "utf-8":
                return _replaced(data, encoding)
    if wide := _wide_encoding(data):
        return _replaced(data, wide)
    if (codec := _codec(declared)).startswith(_SEVEN_BIT):
        return _replaced(data, codec)
    try:
        return data.decode("utf-8"), 0
    except UnicodeDecodeError:
        return _decode_mixed(data, declared)


def _replaced(data: bytes, encoding: str) -> tuple[str, int]:
    try:
        return data.decode(encoding), 0
    except UnicodeDecodeError:
        text = data.decode(encoding, errors="replace")
        return text, text.count("\ufffd")


def _wide_encoding(data: bytes) -> str:
    """Return the encoding of text in two or four bytes a character, without a byte order mark; "" for any other."""
    head = data[:8_000]
    head = head[: len(head) // 4 * 4] or head[: len(head) // 2 * 2]
    if len(_CONTROL_BYTE.findall(head)) < _MIN_CONTROL_SHARE * len(head) or not head:
        return ""
    for encoding, top, plane in (("utf-32-le", 3, 2), ("utf-32-be", 0, 1)):
        if len(head) >= 4 and not any(head[top::4]) and max(head[plane::4]) <= 0x10:
            return encoding
    even, odd = head[0::2], head[1::2]
    encoding, high = ("utf-16-be", even) if _concentration(even) > _concentration(odd) else ("utf-16-le", odd)
    text = head.decode(encoding, errors="replace")
    if len(_NO_CHARACTER.findall(text)) > _MAX_NO_CHARACTER_SHARE * len(text):
        return ""
    if len(_EAST_ASIAN.findall(text)) >= 0.95 * len(text):
        return encoding
    scripts = letters_by_script(text).values()
    return (
        encoding
        if sum(byte < 0x20 for byte in high) >= 0.9 * len(high) and 2 * max(scripts, default=0) > sum(scripts)
        else ""
    )


def _concentration(data: bytes) -> int:
    return sum(count * count for count in Counter(data).values())


def _decode_mixed(data: bytes, declared: str) -> tuple[str, int]:
    """Decode bytes that are not UTF-8 throughout."""
    kept = _CUT_CHARACTER.sub(b"", data)  # a log may begin and end within a character
    is_utf8 = _is_utf8(kept)
    if not is_utf8 and (text := _as_declared(data, declared)) is not None:
        return text, 0
    whole = len(data)
    data = kept if is_utf8 else data
    pieces: list[str] = []
    others: list[tuple[int, bytes]] = []  # lines in another encoding, and their places among the pieces
    for line in data.splitlines(keepends=True):
        if not line.isascii() and not _is_utf8(line):
            others.append((len(pieces), line))
        pieces.append(line.decode("utf-8", errors="surrogateescape"))
    damaged = whole - len(data)
    for (at, line), text in zip(others, _decode_lines([line for _, line in others]), strict=True):
        if not is_utf8 or (text := _pasted(line, text)):
            pieces[at] = text
            damaged += text.count("\ufffd")
    text, undecoded = _without_bad_bytes("".join(pieces))
    return text, damaged + undecoded


def _pasted(line: bytes, text: str) -> str:
    """Return a line of a file in UTF-8 as text in another encoding; "" where it is rather damaged.

    Of one or two bytes, no other encoding than cp1252 is believed, in letters and quotation marks: others are what is
    left of a character in UTF-8.
    """
    if len(line.translate(None, _ASCII)) < _PASTED_BYTES:
        text = line.decode("cp1252", errors="replace")
        if not all(sign.isalpha() or sign in _TYPED_SIGNS for sign in text if sign > "\x7f"):
            return ""
    return text if _fit(text) <= _GOOD_FIT else ""


def _decode_lines(lines: Sequence[bytes]) -> list[str]:
    """Return the lines in the likeliest encoding of them all; those that are odd in it, in the likeliest of these."""
    texts: dict[int, str] = {}
    waiting = list(range(len(lines)))
    for _ in range(_MAX_ENCODINGS):
        encoding = likeliest_charset(b"".join(lines[at] for at in waiting)) if waiting else ""
        odd: list[int] = []
        for at in waiting:
            text = lines[at].decode(encoding, errors="replace")
            if at not in texts or _fit(text) + _BETTER_FIT < _fit(texts[at]):
                texts[at] = text
            if len(odd) < _MAX_ODD_LINES and _ODD.search(texts[at]) and _fit(texts[at]) > _ODD_FIT:
                odd.append(at)
        if len(odd) == len(waiting):
            break
        waiting = odd
    return [texts[at] for at in range(len(lines))]


def _without_bad_bytes(text: str) -> tuple[str, int]:
    """Decode words pasted in another encoding; put U+FFFD for other bytes that are no text, and count them."""
    if pasted := [match.encode("utf-8", errors="surrogateescape") for match in _PASTED.findall(text)]:
        encoding = likeliest_charset(b" ".join(pasted))

        def decoded(match: re.Match[str]) -> str:
            words = match.group().encode("utf-8", errors="surrogateescape").decode(encoding, errors="replace")
            return words if _fit(words) <= _GOOD_FIT else match.group()

        text = _PASTED.sub(decoded, text)
    damaged = sum(map(len, _BAD_BYTES.findall(text)))
    return (_BAD_BYTES.sub("\ufffd", text) if damaged else text), damaged


def _is_utf8(data: bytes) -> bool:
    """Tell whether bytes are UTF-8 but for some damage."""
    characters = len(data.decode("utf-8", errors="ignore"))
    valid = characters - len(data.translate(None, _BEYOND_ASCII))
    bad = len(data.decode("utf-8", errors="surrogateescape")) - characters
    if valid >= _UTF8_CERTAIN * bad:
        return valid > 0
    if valid < _UTF8_POSSIBLE * bad:
        return False
    text = data.decode("utf-8", errors="ignore")
    return _fit(text) <= _GOOD_FIT or not any(sign.isalpha() for sign in text if sign > "\x7f")


def _codec(declared: str) -> str:
    """Return the name of a declared encoding as its codec has it; "" for one that is not known."""
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        return ""
    return "cp1252" if name == "iso8859-1" else name  # as browsers read it


def _as_declared(data: bytes, declared: str) -> str | None:
    """Return the text in the declared encoding; None where there is none, or it cannot be."""
    codec = _codec(declared)
    if codec in ("", "utf-8"):
        return None
    try:
        text = data.decode(codec)
    except (LookupError, UnicodeError):
        return None
    if codec in _DECLARED_BY_DEFAULT and _fit(text) > _BAD_FIT:
        likelier = data.decode(likeliest_charset(data), errors="replace")
        return likelier if _fit(likelier) <= _GOOD_FIT else text
    return text


def _fit(text: str) -> float:
    """Return how badly a text reads, by its first words beyond ASCII."""
    return fit_of(" ".join(islice((match.group() for match in _WORD_BEYOND_ASCII.finditer(text)), _FITTED_WORDS)))
