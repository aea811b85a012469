"""The GGUF files that Oaken stores: one folder in its home, with a note beside each file.

A file is either there whole and checked, or not at all. Nothing is loaded and nothing is downloaded here.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.errors import ModelBrokenError, ModelError, ModelNotFoundError, UsageError
from rag.messages import Message
from rag.model.files.check import check_gguf
from rag.model.files.known_models import KnownModel, known, known_file, pinned
from rag.storage import private_folder, write_error, write_file

ProgressCallback = Callable[[str, int, int], None]  # stage, bytes done, bytes in all
ALLOW_OPTION = "--allow-unverified"
ACCEPT_OPTION = "--accept-terms"
_COPY_PIECE_BYTES = 2**20
_FREE_BYTES_KEPT = 64 * 2**20  # bytes that stay free on the disk


@dataclass(frozen=True, slots=True)
class FileNote:
    """What is recorded beside a file."""

    model: str = ""  # its name in the table, or ""
    sha256: str = ""
    origin: str = ""  # repository and commit, or the path it was added from
    verified: bool = False  # the checksum is one that the table or the repository gave


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the store. ``path`` may be a symlink to the user's own file."""

    name: str  # the file's name without .gguf
    path: Path
    size: int  # bytes; 0 for a dangling symlink
    note: FileNote

    @property
    def exists(self) -> bool:
        """Whether the file, or the target of the symlink, exists."""
        return self.path.exists()


def store_folder(home: Path) -> Path:
    """Return the store's folder."""
    return home / "models" / "gguf"


def stored(home: Path) -> list[StoredFile]:
    """Return the files of the store, by name."""
    found = []
    for path in sorted(store_folder(home).glob("*.gguf"), key=lambda path: path.name.lower()):
        size = 0
        with contextlib.suppress(OSError):
            size = path.stat().st_size
        found.append(StoredFile(path.stem, path, size, _note(path)))
    return found


def find_stored(home: Path, name: str) -> StoredFile | None:
    """Return the stored file of this name: its own, with or without .gguf, or its model's. None without a match.

    Raises UsageError where several files of one model are there.
    """
    wanted = name.lower().removesuffix(".gguf")
    stored_files = stored(home)
    exact = [each for each in stored_files if each.name.lower() == wanted]
    if exact:
        return exact[0]
    same = [each for each in stored_files if each.note.model == wanted]
    if len(same) > 1:
        names = ", ".join(each.name for each in same)
        raise UsageError(
            Message("Several files of {name} are there: {names}.", name=name, names=names), Message("Name one of them.")
        )
    return same[0] if same else None


def add(
    path: Path,
    home: Path,
    *,
    copy: bool = False,
    allow: bool = False,
    accepted: bool = False,
    on_progress: ProgressCallback | None = None,
) -> StoredFile:
    """Add the user's own file to the store: as a symlink, or copied.

    Its header is checked, and its checksum: one that the table does not hold needs ``allow``. Raises
    ModelNotFoundError, ModelBrokenError, UsageError without ``allow``, or without ``accepted`` for a model under terms,
    ModelError where the disk is full.
    """
    path = path.expanduser().absolute()
    check_gguf(path)
    note = note_by_checksum(path, allow=allow, accepted=accepted, on_progress=on_progress)
    folder = store_folder(home)
    target = folder / f"{path.stem}.gguf"
    if target.exists() and target.samefile(path):
        _write_note(target, note)
        return StoredFile(target.stem, target, path.stat().st_size, note)
    if target.exists() or target.is_symlink():
        raise UsageError(
            Message("A model named {stem!r} already exists.", stem=target.stem), f"oaken models remove {target.stem}"
        )
    private_folder(folder)
    try:
        if copy:
            _copy(path, target, on_progress)
        else:
            target.symlink_to(path)
    except OSError as error:
        done, instead = ("copied", "") if copy else ("linked", f"Copy it: oaken models add {path} --copy")
        raise ModelError(
            Message(
                "{name} cannot be {done} to {folder}: {strerror}.",
                name=path.name,
                done=done,
                folder=folder,
                strerror=error,
            ),
            instead,
        ) from error
    _write_note(target, note)
    return StoredFile(target.stem, target, path.stat().st_size, note)


def require_terms(model: KnownModel | None, *, accepted: bool) -> None:
    """Raise UsageError, with their address, for a model under terms of use that were not accepted.

    These are no open licence, so whoever fetches or uses the model has to say that they comply.
    """
    if model is not None and model.terms and not accepted:
        raise UsageError(
            Message(
                "{name} comes under terms of use, not an open licence. They restrict how it may be used, "
                "and apply to anyone you pass it on to. Read them: {terms}",
                name=model.name,
                terms=model.terms,
            ),
            Message("If you accept them: add {accept}", accept=ACCEPT_OPTION),
        )


def remove(home: Path, name: str) -> StoredFile:
    """Delete a file of the store, or only the symlink where it is one.

    Raises ModelNotFoundError where there is none.
    """
    found = find_stored(home, name)
    if found is None:
        raise ModelNotFoundError(
            Message("There is no model {name!r} to remove.", name=name), Message("See what there is: oaken models")
        )
    found.path.unlink(missing_ok=True)
    _note_path(found.path).unlink(missing_ok=True)
    return found


def note_by_checksum(
    path: Path, *, allow: bool, accepted: bool = False, on_progress: ProgressCallback | None = None
) -> FileNote:
    """Return the note for a file, by its checksum.

    llama.cpp reads a model's file with code that was not written for hostile ones, so a file with an unknown checksum
    is refused unless ``allow``, and one under terms of use unless they are ``accepted``. Raises UsageError then.
    """
    sha = sha256_of(path, on_progress)
    match = pinned(sha)
    if match is not None:
        require_terms(match[0], accepted=accepted)
        return FileNote(match[0].name, sha, str(path), True)
    named = known_file(path.name)
    if not allow:
        expected = named is not None and named[1].sha256
        says = (
            Message("{name} is not the file that was published under this name: its checksum differs.", name=path.name)
            if expected
            else Message("{name} is none of the files whose checksum Oaken knows.", name=path.name)
        )
        raise UsageError(
            Message("{says} A model's file is read by native code: use only one whose maker you trust.", says=says),
            Message("If you do: add {allow}", allow=ALLOW_OPTION),
        )
    return FileNote("" if named is None else named[0].name, sha, str(path), False)


def sha256_of(path: Path, on_progress: ProgressCallback | None = None) -> str:
    """Return the file's SHA-256 in hexadecimal. Raises ModelBrokenError where it cannot be read."""
    digest, done = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            while piece := file.read(_COPY_PIECE_BYTES):
                digest.update(piece)
                done += len(piece)
                if on_progress is not None:
                    on_progress("checking", done, size)
    except OSError as error:
        raise ModelBrokenError(Message("{path} cannot be read: {why}.", path=path, why=error)) from error
    return digest.hexdigest()


def keep(part: Path, target: Path, note: FileNote) -> StoredFile:
    """Move a complete, checked file to its place in the store; atomic, as both are on one file system."""
    private_folder(target.parent)
    part.replace(target)
    target.chmod(0o600)
    _write_note(target, note)
    return StoredFile(target.stem, target, target.stat().st_size, note)


def require_room(folder: Path, size: int, what: str) -> None:
    """Raise ModelError, with both figures, where the disk of ``folder`` lacks room for ``size`` bytes and a reserve."""
    free = shutil.disk_usage(folder).free
    if free < size + _FREE_BYTES_KEPT:
        raise ModelError(
            Message(
                "{what} needs {size} and the disk of {folder} has {free} left.",
                what=what,
                size=size_text(size),
                folder=folder,
                free=size_text(free),
            ),
            Message("Free some space, or keep Oaken's files elsewhere: export OAKEN_HOME=FOLDER"),
        )


UNITS_OF_SIZE = {"gigabyte": "GB", "megabyte": "MB", "kilobyte": "kB", "byte": "bytes"}


def size_text(size: float) -> str:
    """Return a size in bytes for people: '4.75 GB', '84 MB'."""
    figure, unit, grouped = in_largest_unit(size)
    return f"{figure:,.0f} {UNITS_OF_SIZE[unit]}" if grouped else f"{figure:.3g} {UNITS_OF_SIZE[unit]}"


def in_largest_unit(size: float) -> tuple[float, str, bool]:
    """Return a size in bytes as a figure, its unit (CLDR's name) and whether the figure has four digits or more."""
    for unit, scale in (("gigabyte", 1e9), ("megabyte", 1e6), ("kilobyte", 1e3)):
        if size >= scale:
            return size / scale, unit, size >= 1000 * scale
    return size, "byte", True


def _copy(path: Path, target: Path, on_progress: ProgressCallback | None) -> None:
    size = path.stat().st_size
    require_room(target.parent, size, f"A copy of {path.name}")
    part = target.with_name(f".{target.name}.part")
    try:
        done = 0
        with path.open("rb") as source, part.open("wb") as copied:
            while piece := source.read(_COPY_PIECE_BYTES):
                copied.write(piece)
                done += len(piece)
                if on_progress is not None:
                    on_progress("copying", done, size)
            copied.flush()
            os.fsync(copied.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _note_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _note(path: Path) -> FileNote:
    """Return the note recorded beside a file; a file placed there by hand has at most its table name."""
    try:
        stored = json.loads(_note_path(path).read_text(encoding="utf-8"))
        note = FileNote(str(stored["model"]), str(stored["sha256"]), str(stored["origin"]), stored["verified"] is True)
    except (OSError, ValueError, KeyError, TypeError):
        named = known_file(path.name)
        return FileNote(named[0].name if named else "")
    return note if not note.model or known(note.model) else FileNote("", note.sha256, note.origin, note.verified)


def _write_note(path: Path, note: FileNote) -> None:
    try:
        write_file(_note_path(path), json.dumps(asdict(note), indent=2))
    except OSError as error:
        raise write_error(_note_path(path), error) from error
