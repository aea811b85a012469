"""Three hundred damaged files: refused with a reason by the parser, or met by llama.cpp in a process of its own."""

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
