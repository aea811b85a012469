"""The file of a backup: a zip of parts, and a list that names each with its size and SHA-256.

Whatever a stranger's file holds, it is unpacked into an empty folder or refused with one sentence.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import stat
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from rag.errors import LibraryError, OakenError
from rag.library.db.migrations import SCHEMA_VERSION
from rag.messages import Message
from rag.settings import CHATS_FILE, LEDGER_FILE, UPLOADS_FOLDER
from rag.storage import private_folder

BACKUP_FORMAT = 1
_LIST = "oaken.json"
_LIST_SIZE = 64 << 20
# Bytes of a manifest at most: of what it says of the whole, of what it says of a part, of a character of a part's name.
# A list of nothings, which packs well, would take a thousand times its file in memory.
_LIST_ROOM, _PART_ROOM, _ESCAPED = 1 << 16, 256, 12
_COPY_BYTES = 1 << 20
_RATIO = 200  # a part that expands more than so many times is a zip bomb
_SMALL_FILE_BYTES = 1 << 20
_MAX_PART_NAME_BYTES = 255  # of a file's name: no file system allows more
_MAX_UPLOAD_DEPTH = 32  # folders within uploads


@dataclass(frozen=True, slots=True)
class BackupInfo:
    """A backup file's own description."""

    created: str  # ISO 8601, UTC
    embedder: str
    documents: int
    chunks: int
    size: int  # bytes of all parts
    uploads: str = ""  # the folder of the uploaded copies
    restored_roots: tuple[str, ...] = ()  # once restored: folders whose files are not read until they are added here


class RefusedError(Exception):
    """What is wrong with a backup; :func:`refusing` makes a LibraryError of it."""


def require(condition: bool, message: str) -> None:
    """Raise RefusedError with that message unless the condition holds."""
    if not condition:
        raise RefusedError(message)


def description(about: dict[str, Any], size: int) -> BackupInfo:
    """Return what a manifest says, as a type; ``size`` is of all parts."""
    return BackupInfo(
        about["created"], about["embedder"], about["documents"], about["chunks"], size, str(about.get("uploads", ""))
    )


def pack(target: Path, parts: list[tuple[str, Path]], about: dict[str, Any]) -> int:
    """Write the parts (name, file) and the manifest ``about`` to a new file; return the bytes of all parts."""
    rows, total = [], 0
    handle = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w+b") as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, path in parts:
                digest, size = hashlib.sha256(), 0
                with path.open("rb") as source, archive.open(_entry(name), "w", force_zip64=True) as part:
                    while block := source.read(_COPY_BYTES):
                        digest.update(block)
                        size += len(block)
                        part.write(block)
                rows.append({"name": name, "size": size, "sha256": digest.hexdigest()})
                total += size
            archive.writestr(_entry(_LIST), json.dumps(about | {"parts": rows}))
        stream.flush()
        os.fsync(stream.fileno())
    return total


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)  # of 1980, whatever the clock says: a zip holds no earlier day, and none after 2107
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def unpack(file: Path, target: Path) -> tuple[dict[str, Any], int]:
    """Unpack a backup into an empty folder; return its manifest, and the bytes of all parts.

    Raises RefusedError, or what zipfile raises of a damaged file: call it within :func:`refusing`.
    """
    with zipfile.ZipFile(file) as archive:
        about = _read_list(archive)
        infos = {info.filename: info for info in archive.infolist()}
        needed = sum(part["size"] for part in about["parts"])
        free = shutil.disk_usage(target).free
        require(needed < free, Message("it needs {needed:,} bytes, and {free:,} are free", needed=needed, free=free))
        for part in about["parts"]:
            _check_part(infos[part["name"]], part)
        for part in about["parts"]:
            with archive.open(part["name"]) as source:
                _lay_out(source, target / part["name"], part)
    return about, needed


def _read_list(archive: zipfile.ZipFile) -> dict[str, Any]:
    names = archive.namelist()
    require(_LIST in names, Message("it is not an Oaken backup"))
    most = min(_LIST_SIZE, _LIST_ROOM + sum(_PART_ROOM + _ESCAPED * len(name) for name in names))
    require(archive.getinfo(_LIST).file_size <= most, Message("its manifest is too long"))
    about: dict[str, Any] = json.loads(archive.read(_LIST))
    require(isinstance(about, dict) and isinstance(about.get("parts"), list), Message("its manifest cannot be read"))
    require(
        about.get("format") == BACKUP_FORMAT,
        Message(
            "its format is {found!r}; this version of Oaken reads {backup_format}",
            found=about.get("format"),
            backup_format=BACKUP_FORMAT,
        ),
    )
    kinds = {"schema": int, "created": str, "embedder": str, "documents": int, "chunks": int}
    require(all(type(about.get(key)) is kind for key, kind in kinds.items()), Message("its manifest is incomplete"))
    require(
        about["documents"] >= 0 and about["chunks"] >= 0 and (about["created"] + about["embedder"]).isprintable(),
        Message("its manifest is invalid"),
    )
    require(
        1 <= about["schema"] <= SCHEMA_VERSION,
        Message(
            "it was made by a newer version of Oaken (format {schema}, this one reads {schema_version}); "
            "pip install --upgrade oaken",
            schema=about["schema"],
            schema_version=SCHEMA_VERSION,
        ),
    )
    for part in about["parts"]:
        fine = isinstance(part, dict) and type(part.get("size")) is int and part["size"] >= 0
        require(
            fine and isinstance(part.get("name"), str) and isinstance(part.get("sha256"), str),
            Message("its manifest is invalid"),
        )
    listed = [part["name"] for part in about["parts"]]
    require(
        len(set(names)) == len(names) and sorted([*listed, _LIST]) == sorted(names),
        Message("its manifest does not match its contents"),
    )
    require(LEDGER_FILE in listed, Message("it contains no ledger"))
    folders = {str(folder) for name in listed for folder in PurePosixPath(name).parents}
    both = sorted(folders.intersection(listed))
    require(not both, Message("{name!r} is a file and a folder", name="".join(both[:1])))
    return about


def _check_part(info: zipfile.ZipInfo, part: dict[str, Any]) -> None:
    name = info.filename
    path = PurePosixPath(name)
    safe = name in (LEDGER_FILE, CHATS_FILE) or (
        path.parts[:1] == (UPLOADS_FOLDER,) and len(path.parts) > 1 and not {"..", "."} & set(name.split("/"))
    )
    safe = safe and not path.is_absolute() and not any(sign in name for sign in "\\:\0") and "//" not in name
    require(safe and not name.endswith("/"), Message("it would write outside the library: {name!r}", name=name))
    require(
        all(unicodedata.category(sign) not in ("Cc", "Cs") for sign in name),
        Message("{name!r} has characters that no file's name should have", name=name),
    )
    require(
        len(path.parts) <= _MAX_UPLOAD_DEPTH and all(len(part.encode()) <= _MAX_PART_NAME_BYTES for part in path.parts),
        Message("the name {name!r} is too long for a file", name=f"{name[:40]}…"),
    )
    require(not stat.S_ISLNK(info.external_attr >> 16), Message("{name!r} is a link", name=name))
    require(not info.flag_bits & 1, Message("{name!r} is encrypted", name=name))
    require(info.file_size == part["size"], Message("{name!r} is not of the size that the manifest says", name=name))
    require(
        info.file_size <= max(_SMALL_FILE_BYTES, _RATIO * info.compress_size),
        Message("{name!r} would unpack to an unreasonable size", name=name),
    )


def _lay_out(source: IO[bytes], target: Path, part: dict[str, Any]) -> None:
    private_folder(target.parent)
    digest, size = hashlib.sha256(), 0
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        while block := source.read(_COPY_BYTES):
            size += len(block)
            require(size <= part["size"], Message("{name!r} is longer than the manifest says", name=part["name"]))
            digest.update(block)
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    require(size == part["size"], Message("{name!r} is shorter than the manifest says", name=part["name"]))
    require(
        digest.hexdigest() == part["sha256"],
        Message("{name!r} does not have the checksum in the manifest", name=part["name"]),
    )


@contextlib.contextmanager
def refusing(file: Path) -> Iterator[None]:
    """Translate whatever is wrong with a backup into one sentence: a damaged zip raises some twenty error classes."""
    try:
        yield
    except (OakenError, OSError) as error:
        if isinstance(error, OSError) and not isinstance(error, EOFError | zipfile.BadZipFile) and error.errno:
            raise
        reason = error.message if isinstance(error, OakenError) else str(error)
        raise LibraryError(
            Message("The backup {file} cannot be used: {reason}", file=file, reason=reason),
            Message("Use another backup."),
        ) from error
    except Exception as error:
        reason = str(error) or type(error).__name__
        raise LibraryError(
            Message("The backup {file} cannot be used: {reason}.", file=file, reason=reason),
            Message("Use another backup."),
        ) from error
