"""Prepared models: the files that an embedder runs from, made once from its package or folder and then only read.

A prepared model is a folder ``prepared/NAME-FINGERPRINT`` with the graph, its weights, its tokenizer, and a manifest of
sizes and SHA-256. It appears whole or not at all; of two processes that make the same one, the first wins.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from rag.errors import ModelBrokenError
from rag.messages import Message
from rag.storage import private_folder

MANIFEST = "manifest.json"
Notify = Callable[[str], None]
Build = Callable[[Path], None]  # fills an empty folder


def prepared(models: Path, name: str, fingerprint: str, build: Build, notify: Notify | None = None) -> Path:
    """Return the folder of a prepared model under ``models``; ``build`` makes a missing one.

    ``notify`` is then called with a sentence. Raises ModelBrokenError where a file of it is missing or truncated, or
    where it cannot be made.
    """
    folder = models / "prepared" / f"{name}-{fingerprint}"
    if not folder.exists():
        if notify is not None:
            notify(f"Preparing the model {name}: once, a few seconds.")
        write_prepared(folder, name, build)
        _remove_earlier(folder, name)
    check_sizes(folder, rebuild_damaged(folder))
    return folder


def prepared_folders(models: Path, name: str) -> list[Path]:
    """Return every prepared folder of a model: one for each package and kind of processor it was prepared for."""
    return sorted((models / "prepared").glob(f"{name}-????????"))


def fingerprint(path: Path, variant: str = "") -> str:
    """Return eight digits that change with a file of weights: its size and first 64 kB, not read in full."""
    with path.open("rb") as file:
        head = file.read(65536)
    return hashlib.sha256(head + f"{path.stat().st_size}{variant}".encode()).hexdigest()[:8]


def damaged_files(folder: Path) -> list[str]:
    """Return the files whose SHA-256 differs from the manifest, or that are gone; reads all of them."""
    try:
        manifest = _manifest(folder, "")
    except ModelBrokenError:
        return [MANIFEST]
    return [name for name, (_, digest) in manifest.items() if not _has_digest(folder / name, digest)]


def write_prepared(folder: Path, name: str, build: Build, *, replace: bool = False) -> None:
    """Fill ``folder`` with what ``build`` makes and its manifest: whole or not at all, read-only.

    An existing folder stays, unless ``replace``. Raises ModelBrokenError.
    """
    try:
        private_folder(folder.parent)
        scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{name}."))
        aside = scratch.with_name(f"{scratch.name}.old")
    except OSError as error:
        raise ModelBrokenError(
            Message(
                "The embedding model {name} cannot be prepared in {folder}: {why}.",
                name=name,
                folder=folder.parent,
                why=error,
            ),
            Message("Choose another folder: export OAKEN_HOME=FOLDER"),
        ) from error
    try:
        build(scratch)
        files = sorted(path for path in scratch.iterdir() if path.is_file())
        manifest = {path.name: [path.stat().st_size, _digest(path)] for path in files}
        (scratch / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        for path in scratch.iterdir():
            path.chmod(0o444)
        scratch.chmod(0o755)
        if replace and folder.exists():
            folder.rename(aside)
        with contextlib.suppress(OSError):  # another process was first: its folder is as good
            scratch.rename(folder)
        if not folder.exists():
            raise ModelBrokenError(
                Message("The embedding model {name} could not be put into {folder}.", name=name, folder=folder.parent),
                "oaken doctor",
            )
    except OSError as error:
        raise ModelBrokenError(
            Message("The embedding model {name} cannot be prepared: {why}.", name=name, why=error),
            Message("Free some space, or choose another folder: export OAKEN_HOME=FOLDER"),
        ) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.rmtree(aside, ignore_errors=True)


def _remove_earlier(folder: Path, name: str) -> None:
    """Delete what earlier versions prepared of the same model: 90 MB each."""
    for path in folder.parent.parent.glob(f"{name}-????????.onnx"):
        with contextlib.suppress(OSError):
            path.unlink()


def check_sizes(folder: Path, hint: str) -> None:
    """Compare each file's size with the manifest's. Raises ModelBrokenError with that ``hint``."""
    for name, (size, _) in _manifest(folder, hint).items():
        path = folder / name
        if not path.exists() or path.stat().st_size != size:
            raise ModelBrokenError(
                Message("The prepared embedding model in {folder} is damaged ({file}).", folder=folder, file=name), hint
            )


def _manifest(folder: Path, hint: str) -> dict[str, tuple[int, str]]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {str(name): (int(size), str(digest)) for name, (size, digest) in manifest.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        message = Message("The prepared embedding model in {folder} is damaged ({file}).", folder=folder, file=MANIFEST)
        raise ModelBrokenError(message, hint) from error


def rebuild_damaged(folder: Path) -> str:
    """Return the advice for a damaged folder."""
    return f"Delete the folder, it is made again: {folder}"


def _has_digest(path: Path, digest: str) -> bool:
    try:
        return _digest(path) == digest
    except OSError:
        return False


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
