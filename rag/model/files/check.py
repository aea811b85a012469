"""Rejects a file that cannot be a model before llama.cpp sees it. Nothing is loaded."""

from __future__ import annotations

from pathlib import Path

from rag.errors import ModelBrokenError, ModelNotFoundError
from rag.messages import Message
from rag.model.files.gguf import DamagedFileError, GgufHeader, read_header

CHOOSE_ANOTHER = Message(
    "Choose another: oaken models use NAME (oaken models lists them; embedded is the one that "
    "comes with Oaken), or export OAKEN_MODEL=/path/to/model.gguf"
)

# The first bytes of files mistaken for a GGUF. GGML of 2023 wrote its magic as a number: either byte order.
_OLD_MAGICS = frozenset(order for magic in (b"ggml", b"ggmf", b"ggjt", b"ggla") for order in (magic, magic[::-1]))
_OTHER_FORMATS = (
    (b"version https://git-lfs", Message("is only a Git LFS pointer: the model itself was not downloaded")),
    (b"PK\x03\x04", Message("is a PyTorch or zip file, not a GGUF")),
    (b"<!DOCTYPE", Message("is a web page, not a model: the download went wrong")),
    (b"<html", Message("is a web page, not a model: the download went wrong")),
)


def check_gguf(path: Path) -> GgufHeader:
    """Return the header of a GGUF file that is complete according to it.

    Reads the first megabytes, not the weights. Raises ModelNotFoundError where there is no file, ModelBrokenError with
    the fault otherwise.
    """
    check_first_bytes(path)
    try:
        return read_header(path)
    except DamagedFileError as error:
        raise ModelBrokenError(
            Message("{file} {what}.", file=path.name, what=error),
            Message("Download it again. {choose_another}", choose_another=CHOOSE_ANOTHER),
        ) from error
    except OSError as error:
        raise _unreadable(path, error) from error


def check_first_bytes(path: Path) -> None:
    """Raise ModelNotFoundError or ModelBrokenError for what is plainly no GGUF; the header is not read."""
    try:
        if not path.exists():
            raise ModelNotFoundError(Message("There is no model at {path}.", path=path), CHOOSE_ANOTHER)
        if path.is_dir():
            raise ModelBrokenError(Message("{path} is a folder, not a model.", path=path), CHOOSE_ANOTHER)
        if not path.is_file():
            raise ModelBrokenError(Message("{path} is not a regular file.", path=path), CHOOSE_ANOTHER)
        with path.open("rb") as file:
            start = file.read(32)
    except OSError as error:
        raise _unreadable(path, error) from error
    if not start:
        raise ModelBrokenError(
            Message("{file} is empty.", file=path.name),
            Message("Download it again. {choose_another}", choose_another=CHOOSE_ANOTHER),
        )
    if start[:4] in _OLD_MAGICS:
        raise ModelBrokenError(
            Message("{file} is a GGML file as written in 2023, which llama.cpp no longer reads.", file=path.name),
            Message(
                "Get the model as GGUF, or convert it with llama.cpp's convert_llama_ggml_to_gguf.py. {choose_another}",
                choose_another=CHOOSE_ANOTHER,
            ),
        )
    for magic, reason in _OTHER_FORMATS:
        if start.startswith(magic):
            raise ModelBrokenError(Message("{file} {what}.", file=path.name, what=reason), CHOOSE_ANOTHER)


def _unreadable(path: Path, error: OSError) -> ModelBrokenError:
    return ModelBrokenError(Message("{path} cannot be read: {why}.", path=path, why=error), CHOOSE_ANOTHER)
