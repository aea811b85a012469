"""Refuses a file that cannot be a model before llama.cpp sees it. Nothing is loaded."""

from __future__ import annotations

from pathlib import Path

from rag.errors import ModelBrokenError, ModelNotFoundError
from rag.model.files.gguf import DamagedFileError, GgufHeader, read_header

CHOOSE_ANOTHER = (
    "Choose another: oaken models use NAME (oaken models lists them; embedded is the one that comes with Oaken), "
    "or export OAKEN_MODEL=/path/to/model.gguf"
)

# The first bytes of what is mistaken for a GGUF. GGML of 2023 wrote its magic as a number: either byte order.
_OLD_MAGICS = frozenset(order for magic in (b"ggml", b"ggmf", b"ggjt", b"ggla") for order in (magic, magic[::-1]))
_OTHERS = (
    (b"version https://git-lfs", "is only a Git LFS pointer: the model itself was not downloaded"),
    (b"PK\x03\x04", "is a PyTorch or zip file, not a GGUF"),
    (b"<!DOCTYPE", "is a web page, not a model: the download went wrong"),
    (b"<html", "is a web page, not a model: the download went wrong"),
)


def check_gguf(path: Path) -> GgufHeader:
    """The file's header, if it is a whole GGUF by its own account.

    A look at the first megabytes, not at the weights. Raises ModelNotFoundError where there is no file,
    ModelBrokenError with what is wrong otherwise.
    """
    check_first_bytes(path)
    try:
        return read_header(path)
    except DamagedFileError as error:
        raise ModelBrokenError(f"{path.name} {error}.", f"Download it again. {CHOOSE_ANOTHER}") from error
    except OSError as error:
        raise _unreadable(path, error) from error


def check_first_bytes(path: Path) -> None:
    """Raises ModelNotFoundError or ModelBrokenError for what is plainly no GGUF; the header is not read."""
    try:
        if not path.exists():
            raise ModelNotFoundError(f"There is no model at {path}.", CHOOSE_ANOTHER)
        if path.is_dir():
            raise ModelBrokenError(f"{path} is a folder, not a model.", CHOOSE_ANOTHER)
        if not path.is_file():
            raise ModelBrokenError(f"{path} is not a regular file.", CHOOSE_ANOTHER)
        with path.open("rb") as file:
            start = file.read(32)
    except OSError as error:
        raise _unreadable(path, error) from error
    if not start:
        raise ModelBrokenError(f"{path.name} is empty.", f"Download it again. {CHOOSE_ANOTHER}")
    if start[:4] in _OLD_MAGICS:
        raise ModelBrokenError(
            f"{path.name} is a GGML file as written in 2023, which llama.cpp no longer reads.",
            f"Get the model as GGUF, or convert it with llama.cpp's convert_llama_ggml_to_gguf.py. {CHOOSE_ANOTHER}",
        )
    for magic, reason in _OTHERS:
        if start.startswith(magic):
            raise ModelBrokenError(f"{path.name} {reason}.", CHOOSE_ANOTHER)


def _unreadable(path: Path, error: OSError) -> ModelBrokenError:
    return ModelBrokenError(f"{path} cannot be read: {error.strerror or error}.", CHOOSE_ANOTHER)
