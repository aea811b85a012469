"""Mails as Outlook saves them, from scratch: the OLE container (MS-CFB), and the properties in it (MS-OXMSG)."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SECTOR, SMALL, CUTOFF = 512, 64, 4_096
END, FREE, TABLE, NOBODY = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF

Tree = Mapping[str, Any]  # name -> bytes, or a Tree


@dataclass
class _Entry:
    name: str
    kind: int  # 1 storage, 2 stream, 5 root
    data: bytes = b""
    left: int = NOBODY
    right: int = NOBODY
    child: int = NOBODY
    start: int = END
    size: int = 0
    children: list[int] = field(default_factory=list)


def ole_file(tree: Tree) -> bytes:
    """An OLE file that holds these streams and storages."""
    entries = [_Entry("Root Entry", 5)]
    _add(entries, 0, tree)
    sectors: list[bytes] = []
    chain: list[int] = []  # of sectors: the next one
    small: list[bytes] = []
    small_chain: list[int] = []
    for entry in entries:
        if entry.kind == 2 and entry.data:
            entry.size = len(entry.data)
            if entry.size < CUTOFF:
                entry.start = _store(entry.data, SMALL, small, small_chain)
            else:
                entry.start = _store(entry.data, SECTOR, sectors, chain)
    if small:
        entries[0].size = len(small) * SMALL
        entries[0].start = _store(b"".join(small), SECTOR, sectors, chain)
    packed = b"".join(struct.pack("<I", each) for each in small_chain)
    small_table = _store(packed, SECTOR, sectors, chain, b"\xff") if small else END
    small_tables = -(-len(packed) // SECTOR)
    directory = _store(b"".join(map(_packed, entries)), SECTOR, sectors, chain)
    tables = 1
    while tables * SECTOR // 4 < len(sectors) + tables:
        tables += 1
    first = len(sectors)
    chain += [TABLE] * tables
    chain += [FREE] * (tables * SECTOR // 4 - len(chain))
    packed = b"".join(struct.pack("<I", each) for each in chain)
    sectors += [packed[at : at + SECTOR] for at in range(0, len(packed), SECTOR)]
    places = [first + number for number in range(tables)]
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        *(0x3E, 3, 0xFFFE, 9, 6),
        *(0, tables, directory, 0, CUTOFF, small_table, small_tables, END, 0),
    )
    header += b"".join(struct.pack("<I", place) for place in places + [FREE] * (109 - tables))
    return header + b"".join(sectors)


def _add(entries: list[_Entry], parent: int, tree: Tree) -> None:
    for name, value in sorted(tree.items(), key=lambda each: (len(each[0]), each[0].upper())):
        entries[parent].children.append(len(entries))
        at = len(entries)
        entries.append(_Entry(name, 2, value) if isinstance(value, bytes) else _Entry(name, 1))
        if not isinstance(value, bytes):
            _add(entries, at, value)
    entries[parent].child = _balanced(entries, entries[parent].children)


def _balanced(entries: list[_Entry], ids: list[int]) -> int:
    if not ids:
        return NOBODY
    middle = len(ids) // 2
    entries[ids[middle]].left = _balanced(entries, ids[:middle])
    entries[ids[middle]].right = _balanced(entries, ids[middle + 1 :])
    return ids[middle]


def _store(data: bytes, size: int, sectors: list[bytes], chain: list[int], fill: bytes = b"\0") -> int:
    start = len(sectors)
    for at in range(0, len(data), size):
        sectors.append(data[at : at + size].ljust(size, fill))
        chain.append(len(sectors))
    chain[-1] = END
    return start


def _packed(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16xI16xIQ",
        name,
        len(name) + 2,
        entry.kind,
        1,
        *(entry.left, entry.right, entry.child),
        0,
        entry.start,
        entry.size,
    )


def _properties(header: bytes, values: Mapping[int, str | bytes | int]) -> dict[str, bytes]:
    """Streams of properties: text as Unicode, bytes as they are, numbers within the table."""
    table, streams = header, {}
    for number, value in values.items():
        if isinstance(value, int):
            table += struct.pack("<HHIi4x", 3, number, 6, value)
            continue
        kind, data = (0x1F, value.encode("utf-16-le")) if isinstance(value, str) else (0x102, value)
        table += struct.pack("<HHII4x", kind, number, 6, len(data) + (2 if kind == 0x1F else 0))
        streams[f"__substg1.0_{number:04X}{kind:04X}"] = data
    return {"__properties_version1.0": table, **streams}


@dataclass(frozen=True)
class Msg:
    """A mail; attachments are bytes by name, or another mail."""

    subject: str = ""
    sender: str = ""
    to: str = ""
    plain: str = ""
    html: bytes = b""
    rich: bytes = b""
    message_class: str = "IPM.Note"
    attachments: tuple[tuple[str, bytes | Msg], ...] = ()

    def tree(self, *, inner: bool = False) -> dict[str, Any]:
        """Its storages and streams."""
        values: dict[int, str | bytes | int] = {0x001A: self.message_class, 0x3FDE: 65001}
        texts = {0x0037: self.subject, 0x0C1A: self.sender, 0x0C1F: self.sender, 0x1000: self.plain}
        values |= {number: text for number, text in texts.items() if text}
        values |= {0x1013: self.html} if self.html else {}
        values |= {0x1009: self.rich} if self.rich else {}
        count = len(self.attachments)
        header = struct.pack("<8xIIII", 1, count, 1, count) + (b"" if inner else b"\0" * 8)
        tree: dict[str, Any] = _properties(header, values)
        if self.to:
            tree["__recip_version1.0_#00000000"] = _properties(b"\0" * 8, {0x3001: self.to, 0x3003: self.to, 0x0C15: 1})
        for number, (name, content) in enumerate(self.attachments):
            own: dict[int, str | bytes | int] = {0x3707: name, 0x3705: 1 if isinstance(content, bytes) else 5}
            if isinstance(content, bytes):
                own[0x3701] = content
            attachment: dict[str, Any] = _properties(b"\0" * 8, own)
            if isinstance(content, Msg):
                attachment["__substg1.0_3701000D"] = content.tree(inner=True)
            tree[f"__attach_version1.0_#{number:08X}"] = attachment
        return tree

    def __bytes__(self) -> bytes:
        return ole_file(self.tree())
