"""Files that were sent, by a browser or another program: a safe name, a size limit, a check of the first bytes.

Then our own copy is made. What the sender has checked is for comfort and counts for nothing here.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from rag.settings import UPLOADS_FOLDER
from rag.storage import private_folder
from ui.shared.formatting import clean
from ui.shared.i18n import tr

MAX_UPLOAD_BYTES = 50 * 2**20
_MAX_NAME_BYTES = 150  # bytes, of the 255 that file systems allow
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
# The first bytes of these formats; a text file never holds a zero byte.
_PACKAGES = frozenset({".docx", ".pptx", ".xlsx", ".odt", ".ods", ".odp", ".epub"})
_TEXTS = frozenset({".txt", ".md", ".markdown", ".html", ".htm", ".csv", ".json", ".eml", ".rtf"})


class UploadRefusedError(Exception):
    """An uploaded file is refused: why, in plain words."""


@dataclass(frozen=True, slots=True)
class DroppedFile:
    """A file as it was sent."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class UploadResult:
    """The outcome of an upload: the copies, and (name, reason) of the refused files."""

    paths: tuple[Path, ...]
    refused: tuple[tuple[str, str], ...]


def safe_name(name: str) -> str:
    """Return a safe file name for whatever was sent. Raises UploadRefusedError where nothing is left of it."""
    last = PureWindowsPath(PurePosixPath(clean(name)).name).name
    last = _FORBIDDEN.sub("_", last).strip(" .\t\n")
    stem, suffix = Path(last).stem, Path(last).suffix
    if _RESERVED.match(last):
        stem = f"_{stem}"
    room = _MAX_NAME_BYTES - len(suffix.encode())
    stem = stem.encode()[: max(room, 0)].decode(errors="ignore").strip()
    if not stem or len(suffix.encode()) > 20:
        raise UploadRefusedError(tr("its name cannot be used"))
    return stem + suffix


def check(name: str, content: bytes, *, by_path: bool = False) -> None:
    """Raise UploadRefusedError for a file that is too large, or whose content is not what its name says.

    ``by_path``: a file that is too large may be added by its path instead.
    """
    if len(content) > MAX_UPLOAD_BYTES:
        size = MAX_UPLOAD_BYTES // 2**20
        advice = tr("it is larger than {size} MB; add it by its path instead", size=size)
        raise UploadRefusedError(advice if by_path else tr("it is larger than {size} MB", size=size))
    if mismatch := _mismatch(Path(name).suffix.lower(), content):
        raise UploadRefusedError(f"{mismatch}; {tr('correct its extension, or save it again, and add that')}")


def _mismatch(suffix: str, content: bytes) -> str:
    """Return how the content differs from what the name says; "" where it does not."""
    if suffix == ".pdf" and b"%PDF" not in content[:1024]:
        return tr("it has the extension .pdf but is not a PDF")
    if suffix in _PACKAGES and content and not content.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        return tr("it has the extension {ending} but is another type of file", ending=suffix)
    utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if suffix in _TEXTS and not utf16 and b"\x00" in content[:65536]:
        return tr("it has the extension {ending} but is not text", ending=suffix)
    return ""


def keep(files: Iterable[DroppedFile], library: Path, *, by_path: bool = False) -> UploadResult:
    """Copy the files into the library's folder.

    A name uploaded before replaces that copy; two files of one name in the same upload are both kept.
    """
    folder = library / UPLOADS_FOLDER
    private_folder(folder)
    paths: list[Path] = []
    refused: list[tuple[str, str]] = []
    for file in files:
        try:
            check(file.name, file.content, by_path=by_path)
            target = _free(folder / safe_name(file.name), paths)
        except UploadRefusedError as error:
            refused.append((file.name, str(error)))
            continue
        _write(target, file.content)
        paths.append(target)
    return UploadResult(tuple(paths), tuple(refused))


def _free(target: Path, taken: list[Path]) -> Path:
    number, path = 2, target
    while path in taken:
        path, number = target.with_stem(f"{target.stem} ({number})"), number + 1
    return path


def _write(target: Path, content: bytes) -> None:
    """Write atomically, readable only by this user. A symlink in its place is replaced, not followed."""
    handle, scratch = tempfile.mkstemp(dir=target.parent, prefix=".dropped")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(scratch).replace(target)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise
