"""Bring a model into the store: download it, or assemble it from the packages that carry it."""

from __future__ import annotations

from pathlib import Path

from rag.errors import UsageError
from rag.messages import Message
from rag.model.files.download import chosen_file, offered_files, pull
from rag.model.files.known_models import KnownModel
from rag.model.files.package import assemble
from rag.model.files.store import ALLOW_OPTION, ProgressCallback, StoredFile, require_terms


def source(model: KnownModel) -> str:
    """Return where its file comes from, for people."""
    return f"the package {model.package}" if model.package else model.repo


def file_of(model: KnownModel, wanted: str = "", *, allow: bool = False) -> str:
    """Return the name of the file to obtain; see :func:`rag.model.files.download.chosen_file`.

    Raises UsageError for a repository that is not in the table unless ``allow``, and, listing the names, for one
    without a known file; ModelError where it cannot be reached for them.
    """
    if model.package:
        return model.files[0].file
    if not model.family and not allow:
        raise UsageError(
            Message(
                "{name} is not in Oaken's list. Model files are read by native code: use only those whose maker "
                "you trust.",
                name=model.name,
            ),
            Message("If you trust it, add {allow}", allow=ALLOW_OPTION),
        )
    file = chosen_file(model, wanted)
    if file:
        return file
    files = offered_files(model.repo)
    raise UsageError(
        Message(
            "{repo} has {count} GGUF files: {files}.",
            repo=model.repo,
            count=len(files),
            files=", ".join(files) or "none",
        ),
        Message(
            "Choose one: oaken models pull {name} --file {files}", name=model.name, files=files[0] if files else "FILE"
        ),
    )


def obtain(
    model: KnownModel, file: str, home: Path, *, accepted: bool = False, on_progress: ProgressCallback | None = None
) -> StoredFile:
    """Return the model's file in the store, downloading or assembling it where it is missing.

    Raises UsageError for terms that are not ``accepted``, and what :func:`rag.model.files.download.pull` and
    :func:`rag.model.files.package.assemble` raise.
    """
    require_terms(model, accepted=accepted)
    return assemble(model, home, on_progress) if model.package else pull(model, file, home, on_progress)
