"""Letters as Outlook wraps them (winmail.dat), written part by part."""

from __future__ import annotations

from collections.abc import Sequence

SIGNATURE = b"\x78\x9f\x3e\x22\x01\x00"
LETTER, ATTACHED = 1, 2
SUBJECT, BODY, PROPERTIES, CODEPAGE, VERSION = 0x8004, 0x800C, 0x9003, 0x9007, 0x9006
RENDERING, TITLE, DATA, ATTACHMENT = 0x9002, 0x8010, 0x800F, 0x9005
UNICODE, BINARY, OBJECT = 0x1F, 0x102, 0x0D
EMBEDDED = b"\x07\x03\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"


def part(level: int, name: int, kind: int, data: bytes) -> bytes:
    head = bytes([level]) + name.to_bytes(2, "little") + kind.to_bytes(2, "little")
    return head + len(data).to_bytes(4, "little") + data + (sum(data) % 65_536).to_bytes(2, "little")


def properties(found: Sequence[tuple[int, int, bytes]]) -> bytes:
    """Return properties as their kind, number and bytes."""
    parts = [len(found).to_bytes(4, "little")]
    for kind, number, value in found:
        padded = value + b"\0" * (-len(value) % 4)
        parts.append(kind.to_bytes(2, "little") + number.to_bytes(2, "little") + (1).to_bytes(4, "little"))
        parts.append(len(value).to_bytes(4, "little") + padded)
    return b"".join(parts)


def wide(text: str) -> bytes:
    return f"{text}\0".encode("utf-16-le")


def letter(subject: str, html: str, *attached: bytes, body: str = "") -> bytes:
    """Return a wrapped letter from Ana to Bo."""
    found = [
        (UNICODE, 0x0037, wide(subject)),
        (UNICODE, 0x0C1A, wide("Ana Muñoz")),
        (UNICODE, 0x0C1F, wide("ana@example.org")),
        (UNICODE, 0x0E04, wide("Bo")),
        *([(BINARY, 0x1013, html.encode())] if html else []),
    ]
    return b"".join(
        (
            SIGNATURE,
            part(LETTER, VERSION, 8, (0x10000).to_bytes(4, "little")),
            part(LETTER, CODEPAGE, 6, (1252).to_bytes(8, "little")),
            *([part(LETTER, BODY, 2, body.encode("cp1252") + b"\0")] if body else []),
            part(LETTER, PROPERTIES, 6, properties(found)),
            *attached,
        )
    )


def file(title: str, content: bytes, long_name: str = "") -> bytes:
    """Return the parts of an attached file."""
    parts = (
        part(ATTACHED, RENDERING, 6, b"\x01\x00" + b"\0" * 12),
        part(ATTACHED, TITLE, 1, title.encode("cp1252") + b"\0"),
        part(ATTACHED, DATA, 6, content),
        *([part(ATTACHED, ATTACHMENT, 6, properties([(UNICODE, 0x3707, wide(long_name))]))] if long_name else []),
    )
    return b"".join(parts)


def attached_letter(wrapped: bytes) -> bytes:
    """Return the parts of a letter that is attached to another."""
    held = properties([(OBJECT, 0x3701, EMBEDDED + wrapped)])
    return part(ATTACHED, RENDERING, 6, b"\x01\x00" + b"\0" * 12) + part(ATTACHED, ATTACHMENT, 6, held)
