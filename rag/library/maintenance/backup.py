"""Backs up a library in one file, and restores it.

The file is a zip of the ledger, the conversations, copies of uploaded files, and a list that names each with its size
and SHA-256. Indexes are not in it: they are rebuilt from the ledger, and those of a stranger are never opened.
Everything is checked before anything is replaced.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any
from uuid import uuid4

from rag.errors import LibraryError, OakenError, UsageError
from rag.library.db import sqlite
from rag.library.db.ledger import Ledger
from rag.library.db.migrations import SCHEMA_VERSION
from rag.library.locks import RESTORED_PART, WriteLock
from rag.messages import Message
from rag.settings import CHATS_FILE, LEDGER_FILE, UPLOADS_FOLDER
from rag.storage import private_folder
from rag.types import chunk_id, document_id

BACKUP_FORMAT = 1
_LIST = "oaken.json"
_LIST_SIZE = 64 << 20
_COPY_BYTES = 1 << 20
_RATIO = 200  # a part that expands more than so many times is a zip bomb
_SMALL_FILE_BYTES = 1 << 20
_MADE = {"changes", "chunks", "documents", "elements", "meta", "next_documents", "next_vectors", "vectors"}
_CHATS_MADE = {"chats", "meta", "questions", "rankings", "replies"}


@dataclass(frozen=True, slots=True)
class BackupInfo:
    """A backup file's own description."""

    created: str  # ISO 8601, UTC
    embedder: str
    documents: int
    chunks: int
    size: int  # bytes of all parts
    uploads: str = ""  # the folder of the uploaded copies


def save(folder: Path, file: Path, *, force: bool = False) -> BackupInfo:
    """Write the library in ``folder`` to ``file``, as it is at one moment, while others use it.

    Atomic. Raises UsageError where the file exists and not ``force``, LibraryError.
    """
    if file.exists() and not force:
        raise UsageError(
            Message("The file {file} already exists.", file=file),
            Message("Overwrite it: oaken backup {file} --force", file=file),
        )
    try:
        with tempfile.TemporaryDirectory(dir=file.resolve().parent, prefix=".oaken-") as scratch:
            copy = Path(scratch) / LEDGER_FILE
            about = _snapshot(folder / LEDGER_FILE, copy)
            parts = [(LEDGER_FILE, copy)]
            if (folder / CHATS_FILE).exists():
                held = folder / CHATS_FILE
                _copy(held, Path(scratch) / CHATS_FILE, "conversations", sqlite.move_aside(held))
                parts.append((CHATS_FILE, Path(scratch) / CHATS_FILE))
            uploads = folder / UPLOADS_FOLDER
            for path in sorted(uploads.rglob("*")) if uploads.is_dir() else []:
                if path.is_file() and not path.is_symlink():
                    parts.append((f"{UPLOADS_FOLDER}/{path.relative_to(uploads).as_posix()}", path))
            about |= {"uploads": str(uploads.resolve())}
            fresh = Path(scratch) / "backup"
            size = _pack(fresh, parts, about)
            os.replace(fresh, file)  # noqa: PTH105
    except OSError as error:
        raise LibraryError(
            Message("The backup cannot be written to {file}: {error}.", file=file, error=error.strerror or error),
            Message("Choose another location."),
        ) from error
    return _about(about, size)


def verify(file: Path) -> BackupInfo:
    """Check every part of a backup against its checksum, and inspect its ledger.

    Raises UsageError where there is no such file, LibraryError that says what is wrong with it.
    """
    with tempfile.TemporaryDirectory(prefix="oaken-") as scratch:
        return _unpack(file, Path(scratch))


def restore(file: Path, folder: Path, *, force: bool = False, wait: float = 5.0) -> BackupInfo:
    """Restore the library in ``folder`` to what the backup holds; others may have it open.

    Everything is verified first; then the ledger is replaced in one transaction. Raises UsageError where there is a
    library already and not ``force``, LibraryError, LibraryBusyError where another process holds the write lock.
    """
    target = folder / LEDGER_FILE
    if target.exists() and not force:
        raise UsageError(
            Message("{folder} already holds a library.", folder=folder),
            Message("Restore under another name (--library NAME), or use --force."),
        )
    if not file.is_file():
        raise UsageError(Message("The backup {file} does not exist.", file=file), f"ls -l {file.parent}")
    try:
        private_folder(folder)
        with WriteLock(folder).hold(wait):
            scratch = folder / f"{RESTORED_PART}{uuid4().hex[:8]}"
            scratch.mkdir(mode=0o700)
            try:
                about = _unpack(file, scratch)
                _move_uploads(scratch / LEDGER_FILE, about.uploads, folder / UPLOADS_FOLDER)
                _switch(scratch / LEDGER_FILE, target)
                if (scratch / CHATS_FILE).exists():  # older backups have none: then those that are here stay
                    _switch(scratch / CHATS_FILE, folder / CHATS_FILE)
                _switch_uploads(scratch, folder)
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        raise LibraryError(
            Message(
                "The library in {folder} cannot be written: {error}.", folder=folder, error=error.strerror or error
            ),
            f"ls -ld {folder}",
        ) from error
    finally:
        with contextlib.suppress(OSError):  # an empty folder is no library
            if not target.exists():
                for name in ("turn.lock", "turn.json"):
                    (folder / name).unlink(missing_ok=True)
                folder.rmdir()
    return about


def _snapshot(ledger: Path, copy: Path) -> dict[str, Any]:
    """Copy the ledger at one moment, without what was removed from it; return the description."""
    held = Ledger.open(ledger, None)
    held.close()
    _copy(ledger, copy, "ledger", "oaken doctor")
    with contextlib.closing(sqlite3.connect(copy)) as db:
        documents, chunks = (db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("documents", "chunks"))
        schema_version, embedder = (
            db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()[0] for key in ("schema", "embedder")
        )
    return {
        "format": BACKUP_FORMAT,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "schema": int(schema_version),
        "embedder": embedder,
        "documents": documents,
        "chunks": chunks,
    }


def _copy(held: Path, copy: Path, what: str, repair_advice: str) -> None:
    """Copy a file at one moment, without what was removed."""
    try:
        with contextlib.closing(sqlite3.connect(held, timeout=30.0)) as db:
            db.execute("VACUUM INTO ?", (str(copy),))
    except sqlite3.Error as error:
        raise LibraryError(
            Message("The {what} {held} cannot be copied: {error}.", what=what, held=held, error=error), repair_advice
        ) from error
    copy.chmod(0o600)


def _pack(target: Path, parts: list[tuple[str, Path]], about: dict[str, Any]) -> int:
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
    info = zipfile.ZipInfo(name, datetime.now().timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def _unpack(file: Path, target: Path) -> BackupInfo:
    """Unpack a backup into an empty folder. Raises LibraryError for one that is damaged or hostile."""
    if not file.is_file():
        raise UsageError(Message("The backup {file} does not exist.", file=file), f"ls -l {file.parent}")
    with _refusing(file):
        with zipfile.ZipFile(file) as archive:
            about = _read_list(archive)
            infos = {info.filename: info for info in archive.infolist()}
            needed = sum(part["size"] for part in about["parts"])
            free = shutil.disk_usage(target).free
            _require(
                needed < free, Message("it needs {needed:,} bytes, and {free:,} are free", needed=needed, free=free)
            )
            for part in about["parts"]:
                _check_part(infos[part["name"]], part)
            for part in about["parts"]:
                with archive.open(part["name"]) as source:
                    _lay_out(source, target / part["name"], part)
        _check_ledger(target / LEDGER_FILE)
        if (target / CHATS_FILE).exists():
            lacking = _CHATS_MADE - _only_tables(target / CHATS_FILE, _CHATS_MADE, "conversations")
            _require(not lacking, Message("its conversations file is missing {lacking}", lacking=sorted(lacking)))
    return _about(about, needed)


def _read_list(archive: zipfile.ZipFile) -> dict[str, Any]:
    names = archive.namelist()
    _require(_LIST in names, Message("it is not an Oaken backup"))
    _require(archive.getinfo(_LIST).file_size <= _LIST_SIZE, Message("its manifest is too long"))
    about: dict[str, Any] = json.loads(archive.read(_LIST))
    _require(isinstance(about, dict) and isinstance(about.get("parts"), list), Message("its manifest cannot be read"))
    _require(
        about.get("format") == BACKUP_FORMAT,
        Message(
            "its format is {found!r}; this version of Oaken reads {backup_format}",
            found=about.get("format"),
            backup_format=BACKUP_FORMAT,
        ),
    )
    kinds = {"schema": int, "created": str, "embedder": str, "documents": int, "chunks": int}
    _require(all(type(about.get(key)) is kind for key, kind in kinds.items()), Message("its manifest is incomplete"))
    _require(
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
        _require(
            fine and isinstance(part.get("name"), str) and isinstance(part.get("sha256"), str),
            Message("its manifest is invalid"),
        )
    listed = [part["name"] for part in about["parts"]]
    _require(
        len(set(names)) == len(names) and sorted([*listed, _LIST]) == sorted(names),
        Message("its manifest does not match its contents"),
    )
    _require(LEDGER_FILE in listed, Message("it contains no ledger"))
    return about


def _check_part(info: zipfile.ZipInfo, part: dict[str, Any]) -> None:
    name = info.filename
    path = PurePosixPath(name)
    safe = name in (LEDGER_FILE, CHATS_FILE) or (
        path.parts[:1] == (UPLOADS_FOLDER,) and len(path.parts) > 1 and not {"..", "."} & set(name.split("/"))
    )
    safe = safe and not path.is_absolute() and not any(sign in name for sign in "\\:\0") and "//" not in name
    _require(safe and not name.endswith("/"), Message("it would write outside the library: {name!r}", name=name))
    _require(not stat.S_ISLNK(info.external_attr >> 16), Message("{name!r} is a link", name=name))
    _require(not info.flag_bits & 1, Message("{name!r} is encrypted", name=name))
    _require(info.file_size == part["size"], Message("{name!r} is not of the size that the manifest says", name=name))
    _require(
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
            _require(size <= part["size"], Message("{name!r} is longer than the manifest says", name=part["name"]))
            digest.update(block)
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    _require(size == part["size"], Message("{name!r} is shorter than the manifest says", name=part["name"]))
    _require(
        digest.hexdigest() == part["sha256"],
        Message("{name!r} does not have the checksum in the manifest", name=part["name"]),
    )


def _only_tables(path: Path, made: set[str], what: str) -> set[str]:
    """Return the tables of a file that is whole and has these tables and nothing besides: no triggers, no views."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA trusted_schema=OFF")
        db.execute("PRAGMA cell_size_check=ON")
        kinds = db.execute("SELECT type, name FROM sqlite_master").fetchall()
        strange = [
            name
            for kind, name in kinds
            if kind not in ("table", "index") or (kind == "table" and not _known(name, made))
        ]
        _require(
            not strange,
            Message("its {what} file contains unexpected objects: {strange}", what=what, strange=strange[:3]),
        )
        state = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
        _require(state == "ok", Message("its {what} file is damaged: {state}", what=what, state=state))
    return {name for _, name in kinds}


def _check_ledger(path: Path) -> None:
    """Check that a ledger is whole, with nothing besides and no vectors of another dimension."""
    _only_tables(path, _MADE, "ledger")
    ledger = Ledger.open(path, None)  # migrates an older format to today's
    try:
        dimension = ledger.embedder.dimension
        with ledger.engine.connect() as db:
            other = db.exec_driver_sql(
                "SELECT count(*) FROM vectors WHERE length(vector) != ?", (4 * dimension,)
            ).scalar()
            bare = db.exec_driver_sql(
                "SELECT count(*) FROM chunks WHERE text_hash NOT IN (SELECT text_hash FROM vectors)"
            ).scalar()
        _require(not other and not bare, Message("vectors are missing from its ledger, or have another length"))
    finally:
        ledger.close()


def _known(table: str, made: set[str]) -> bool:
    return table in made or table == "sqlite_sequence" or table.startswith("sqlite_stat")


def _move_uploads(path: Path, before: str, now: Path) -> None:
    """Adjust the ids of uploaded copies, which lie in another folder now: a document's id depends on its path."""
    if not before or Path(before) == now.resolve():
        return
    ledger = Ledger.open(path, None)
    try:
        for record in ledger.records():
            if record.root != before:
                continue
            root = str(now.resolve())
            identity = document_id(root, record.path)
            moved = replace(record, id=identity, root=root, source=str(Path(root, record.path)))
            document, chunks = ledger.document(record.id), ledger.chunks_of(record.id)
            _, vectors = ledger.vectors_of(record.id)
            ledger.remove(record.id)
            if document is None:
                ledger.store_without_text(moved)
                continue
            renewed = [
                replace(chunk, id=chunk_id(identity, chunk.start, chunk.text), document_id=identity) for chunk in chunks
            ]
            ledger.replace(moved, document, renewed, vectors)
    finally:
        ledger.close()


def _switch_uploads(scratch: Path, folder: Path) -> None:
    fresh, held = scratch / UPLOADS_FOLDER, folder / UPLOADS_FOLDER
    if held.exists():
        held.rename(scratch / f"{UPLOADS_FOLDER}-before")
    if fresh.exists():
        fresh.rename(held)


def _switch(fresh: Path, target: Path) -> None:
    if target.exists():
        try:
            with (
                contextlib.closing(sqlite3.connect(fresh)) as source,
                contextlib.closing(sqlite3.connect(target, timeout=30.0)) as live,
            ):
                live.execute("SELECT count(*) FROM meta")  # or it is no ledger any more
                source.backup(live)
                return
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and "no such table" not in str(error):
                raise LibraryError(
                    Message("{target} cannot be replaced: {error}.", target=target, error=error), Message("Try again.")
                ) from error
        for suffix in ("-wal", "-shm"):  # of a ledger that cannot be read, and is replaced by force
            target.with_name(f"{target.name}{suffix}").unlink(missing_ok=True)
    fresh.replace(target)


def _about(about: dict[str, Any], size: int) -> BackupInfo:
    return BackupInfo(
        about["created"], about["embedder"], about["documents"], about["chunks"], size, str(about.get("uploads", ""))
    )


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise _RefusedError(message)


class _RefusedError(Exception):
    pass


@contextlib.contextmanager
def _refusing(file: Path) -> Iterator[None]:
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
