"""Model files for the tests of clients and tuning."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF" + bytes(100))
    return path


@pytest.fixture
def whole(write_gguf: Callable[..., Path]) -> Path:
    return write_gguf(("<|prompter|>", "<|assistant|>"), name="oasst")
