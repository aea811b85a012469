"""Puts together a GGUF file that comes in parts, each in a Python package: nothing is downloaded, nothing of the
packages is run.

A distribution and those that it requires carry files ``NAME.gguf.part00``, ``…part01`` and so on. What they make is
taken only if its size and checksum are those of the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from rag.errors import ModelBrokenError, ModelNotFoundError
from rag.model.files.check import check_gguf
from rag.model.files.known_models import KnownModel, ModelFile
from rag.model.files.store import FileNote, StoredFile, Tell, find_stored, keep, require_room, sha256_of, store_folder

_PACKAGE_BYTES = 2**20
_DISTRIBUTION_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")  # of a distribution, at the beginning of a requirement


def assemble(model: KnownModel, home: Path, tell: Tell | None = None) -> StoredFile:
    """The model's file in the store, put together from the parts of its packages. Returns at once where it is there.

    Raises ModelNotFoundError where a package is not installed, ModelBrokenError where a part lacks or they make another
    file than the one that is known, ModelError where there is no room.
    """
    [offer] = model.files
    held = find_stored(home, offer.file)
    if held is not None and held.there and held.note.sha256 == offer.sha256:
        return held
    again = f"Reinstall it: pip install --force-reinstall {model.package}"
    parts = _parts(model, offer)
    folder = store_folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    require_room(folder, offer.size, offer.file)
    whole = folder / f".{offer.file}.part"
    try:
        _join(parts, whole, offer.size, tell)
        if sha256_of(whole, tell) != offer.sha256:
            raise ModelBrokenError(
                f"The parts of {offer.file} do not make the file that is known.",
                again,
            )
        check_gguf(whole)
        return keep(whole, folder / offer.file, FileNote(model.name, offer.sha256, f"package {model.package}", True))
    finally:
        whole.unlink(missing_ok=True)


def is_installed(package: str) -> bool:
    """Whether the distribution that carries a model's file is there; a look, which reads no part."""
    try:
        metadata.distribution(package)
    except metadata.PackageNotFoundError:
        return False
    return True


def _parts(model: KnownModel, offer: ModelFile) -> list[Path]:
    """The parts in their order. Raises ModelNotFoundError, ModelBrokenError."""
    again = f"Reinstall it: pip install --force-reinstall {model.package}"
    numbered: dict[int, Path] = {}
    wanted = re.compile(rf"{re.escape(offer.file)}\.part(\d+)")
    for found in _distributions(model):
        for file in found.files or ():
            if match := wanted.fullmatch(file.name):
                numbered[int(match[1])] = Path(str(found.locate_file(file)))
    parts = [numbered[number] for number in sorted(numbered)]
    if sorted(numbered) != list(range(len(parts))) or not all(part.is_file() for part in parts):
        raise ModelBrokenError(f"A part of {offer.file} is not there.", again)
    size = sum(part.stat().st_size for part in parts)
    if size != offer.size:
        raise ModelBrokenError(
            f"The parts of {offer.file} have {size:,} bytes, not {offer.size:,}.",
            f"Reinstall it: pip install --force-reinstall {model.package}",
        )
    return parts


def _distributions(model: KnownModel) -> Iterator[metadata.Distribution]:
    """The model's package, and those that it requires in any case."""
    try:
        first = metadata.distribution(model.package)
        yield first
        for requirement in first.requires or ():
            match = _DISTRIBUTION_NAME.match(requirement)
            if match and ";" not in requirement:
                yield metadata.distribution(match[0])
    except metadata.PackageNotFoundError as error:
        raise ModelNotFoundError(
            f"{model.name} comes in the package {error.name}, which is not installed.", "pip install 'oaken[gemma]'"
        ) from None


def _join(parts: list[Path], whole: Path, size: int, tell: Tell | None) -> None:
    done = 0
    with whole.open("wb") as out:
        for part in parts:
            with part.open("rb") as file:
                while block := file.read(_PACKAGE_BYTES):
                    out.write(block)
                    done += len(block)
                    if tell is not None:
                        tell("putting together", done, size)
