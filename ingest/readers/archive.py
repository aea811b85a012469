"""Reader of archives (zip, tar, and what gzip, bzip2 or xz packs): each member by its own reader, as a section.

Nothing is unpacked to a place that a member names. A member that cannot be read is told of with the reason; one that
tools make for themselves is passed over, as in a folder. What unpacks to far more than it holds is refused.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from ingest.readers.registry import READERS
from ingest.readers.shared.build import clean, join, joined_remarks
from ingest.readers.shared.decoding.charset import fit_of
from ingest.readers.shared.heartbeat import send_heartbeat
from ingest.readers.shared.members import Budget, opened, read_member, titled
from ingest.readers.shared.sniff import FOREIGN
from ingest.readers.shared.unreadable import UnreadableError
from ingest.readers.shared.zip_checks import MAX_PART_BYTES, MAX_UNPACKED_BYTES, check_ratio
from rag.messages import Message
from rag.types import Document, Outcome

MAX_MEMBERS = 5_000  # files in an archive, those of archives within it included
MAX_ARCHIVE_ENTRIES = 100_000  # entries that are looked at
_PACKED_BY: dict[bytes, Callable[[Any], Any]] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}
_DAMAGED_STREAM = (
    EOFError,
    OSError,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    NotImplementedError,
)
_CONSOLES = "cp437", "cp850", "cp866"  # how Windows may have written a name
_DAMAGED_ZIP = (*_DAMAGED_STREAM, ValueError, RuntimeError)
# Made by a tool for itself, as ingest/ignore.py has it for folders.
_TOOL_FILES = re.compile(
    r"(?:.*/)?(?:\.[^/]*|__MACOSX|__pycache__|node_modules|site-packages|CVS|Thumbs\.db|desktop\.ini|~\$[^/]*)(?:/.*)?",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Member:
    """A file in an archive; ``content`` raises UnreadableError, or what its library raises on damage."""

    name: str
    size: int
    content: Callable[[], bytes]


def read(path: Path) -> Document:
    """Read an archive. Raises UnreadableError for a damaged one, a bomb, and one of which nothing can be read."""
    parts: list[tuple[tuple[str, ...], Document]] = []
    failures: list[UnreadableError] = []
    remarks: list[str] = []
    with opened(MAX_MEMBERS, MAX_UNPACKED_BYTES) as budget, path.open("rb") as file:
        magic = file.read(6)
        file.seek(0)
        is_zip = magic.startswith(b"PK")
        try:
            for number, member in enumerate(_zipped(file) if is_zip else _unpacked(path, file, magic), 1):
                try:
                    parts.append(((), titled(_read(member, budget, number), member.name)))
                except UnreadableError as error:
                    failures.append(error)
                    remarks.append(Message("{name} was not read: {why}", name=member.name, why=error.reason))
        except _DAMAGED_STREAM as error:
            why = Message("it is damaged or cut short ({kind})", kind=type(error).__name__)
            failures.append(UnreadableError(Outcome.FAILED, why))
            remarks.append(why)
    if not parts:
        raise _nothing_read(failures, remarks)
    whole = join(Document("", (), READERS[".zip" if is_zip else ".tar"].media_type), *parts)
    return replace(whole, remark=joined_remarks([whole.remark, *remarks]))


def _nothing_read(failures: list[UnreadableError], remarks: list[str]) -> UnreadableError:
    if not failures:
        return UnreadableError(Outcome.EMPTY, Message("there is no file in it"))
    outcomes = {each.outcome for each in failures}
    return UnreadableError(outcomes.pop() if len(outcomes) == 1 else Outcome.FAILED, joined_remarks(remarks))


def _read(member: _Member, budget: Budget, number: int) -> Document:
    suffix = PurePosixPath(member.name).suffix.lower()
    if suffix in FOREIGN and suffix not in READERS:  # a film need not be unpacked
        raise UnreadableError(Outcome.UNSUPPORTED, Message("it is {what}", what=FOREIGN[suffix]))
    if member.size > MAX_PART_BYTES:
        raise _too_large(member.size)
    budget.take(member.size)
    send_heartbeat(Message("file {number} within it", number=number))
    try:
        content = member.content()
        budget.size += len(content) - member.size
        return read_member(member.name, content)
    except MemoryError:
        why = Message("reading it takes more memory than one file may use")
    except RecursionError:
        why = Message("it is nested too deeply")
    except _DAMAGED_ZIP as error:
        why = Message("it is damaged ({kind})", kind=type(error).__name__)
    raise UnreadableError(Outcome.FAILED, why)


def _too_large(size: int) -> UnreadableError:
    return UnreadableError(Outcome.TOO_LARGE, Message("it would take {size:,} MB when unpacked", size=size // 2**20))


def _limited(file: Any) -> bytes:
    """Return what a member holds, whatever its archive says of its size."""
    data: bytes = file.read(MAX_PART_BYTES + 1)
    if len(data) > MAX_PART_BYTES:
        raise _too_large(len(data))
    return data


def _too_many() -> UnreadableError:
    return UnreadableError(Outcome.TOO_LARGE, Message("more than {most:,} files in one", most=MAX_ARCHIVE_ENTRIES))


def _zipped(file: BinaryIO) -> Iterator[_Member]:
    try:
        archive = zipfile.ZipFile(file)
    except _DAMAGED_ZIP:
        raise UnreadableError(
            Outcome.FAILED, Message("it is damaged or cut short, or is not {what}", what=Message("an archive"))
        ) from None
    with archive:
        entries = archive.infolist()
        if len(entries) > MAX_ARCHIVE_ENTRIES:
            raise _too_many()
        check_ratio(sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries))
        for entry in entries:
            name = _shown(_name_in_zip(entry))
            if not entry.filename.endswith("/") and not _TOOL_FILES.fullmatch(name):
                yield _Member(name, entry.file_size, partial(_zip_content, archive, entry))


def _zip_content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.flag_bits & 1:
        raise UnreadableError(Outcome.ENCRYPTED, Message("it is protected by a password"))
    with archive.open(entry) as file:
        return _limited(file)


def _name_in_zip(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name; Windows writes it as the console of its country did, and does not say so."""
    if entry.flag_bits & 0x800 or entry.filename.isascii():
        return entry.filename
    try:
        raw = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    names = [raw.decode(encoding) for encoding in _CONSOLES]
    with contextlib.suppress(UnicodeDecodeError):
        names.insert(0, raw.decode("utf-8"))
        if sum(letter > "\x7f" for letter in names[0]) > 1:  # one may be two letters of a Russian console
            return names[0]
    return min(names, key=fit_of)


def _shown(name: str) -> str:
    """Return a member's path in the archive as it is shown."""
    path = "/".join(part for part in re.split(r"[\\/]+", name.replace("\0", "")) if part not in ("", ".", ".."))
    return clean(path, lines=False)[-240:] or "file"


def _unpacked(path: Path, file: BinaryIO, magic: bytes) -> Iterator[_Member]:
    """Yield the files of a tar, packed or not, or the one file that is packed alone."""
    packed = next((opener for start, opener in _PACKED_BY.items() if magic.startswith(start)), None)
    stream = _Counted(packed(file) if packed else file, path.stat().st_size)
    head = stream.read(tarfile.BLOCKSIZE)
    whole = _Again(head, stream)
    try:
        tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape")
    except tarfile.TarError:
        if packed is None:
            raise UnreadableError(
                Outcome.FAILED, Message("it is damaged or cut short, or is not {what}", what=Message("an archive"))
            ) from None
        yield _Member(_shown(path.stem), 0, partial(_limited, whole))
        return
    with tarfile.open(fileobj=whole, mode="r|") as archive:
        for number, entry in enumerate(archive):
            if number >= MAX_ARCHIVE_ENTRIES:
                raise _too_many()
            vars(archive)["members"].clear()  # it would remember them all
            name = _shown(entry.name)
            if entry.isfile() and not _TOOL_FILES.fullmatch(name):
                yield _Member(name, entry.size, partial(_tar_content, archive, entry))


def _tar_content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(entry)
    return _limited(file) if file is not None else b""


class _Counted(io.RawIOBase):
    """A stream that ends with an UnreadableError where it unpacks to far more than it holds."""

    def __init__(self, stream: Any, packed: int) -> None:
        self._stream = stream
        self._packed = packed
        self._read = 0

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._stream.read(min(size, MAX_PART_BYTES + 1) if size >= 0 else MAX_PART_BYTES + 1)
        self._read += len(data)
        check_ratio(self._read, self._packed)
        return data


class _Again(io.RawIOBase):
    """A stream from its beginning, of which some bytes were read already."""

    def __init__(self, head: bytes, stream: _Counted) -> None:
        self._head = head
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        taken, self._head = (self._head[:size], self._head[size:]) if size >= 0 else (self._head, b"")
        return taken + self._stream.read(size - len(taken) if size >= 0 else -1)
