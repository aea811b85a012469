"""Three hundred damaged files: refused with a reason by the parser, or met by llama.cpp in a process of its own."""

import struct
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.errors import ModelBrokenError, ModelError
from rag.model.files.check import check_gguf
from rag.model.local.client import LlamaCpp
from tests import ggufs

MARKERS = ("<|prompter|>", "<|assistant|>", "<|system|>")


CASES, LOADED = 300, 6


@pytest.mark.real
def test_damaged_files_end_no_program_and_are_refused_with_their_reason(
    write_gguf: Callable[..., Path], tmp_path: Path
) -> None:
    path = write_gguf(MARKERS, name="oasst")
    whole, header = path.read_bytes(), path.stat().st_size - check_gguf(path).data_bytes
    refused: Counter[str] = Counter()
    passed: list[tuple[int, Path]] = []
    for seed in range(CASES):
        kind, data = ggufs.damaged(whole, header, seed)
        broken = tmp_path / f"{seed}.gguf"
        broken.write_bytes(data)
        try:
            check_gguf(broken)
        except ModelBrokenError as error:
            assert error.hint
            assert broken.name in error.message
            assert len(error.message) > len(broken.name) + 10
            refused[kind] += 1
            broken.unlink()
        else:
            passed.append((seed, broken))
    assert refused["cut"] == CASES // 3
    assert refused["flip"] and refused["count"]
    for _, broken in passed[:LOADED]:
        try:
            with LlamaCpp.load(broken, threads=1) as model:
                assert model.encode(()) is not None
        except ModelError as error:
            assert error.hint


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
