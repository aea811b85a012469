"""The commands on models, called in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.model.conftest import embedded as embedded
from tests.model.conftest import write_gguf as write_gguf
from ui.cli import main as cli

Write = Callable[..., Path]
Told = pytest.CaptureFixture[str]
OASST = ("<|prompter|>", "<|assistant|>", "<|system|>")


def run(told: Told, *arguments: str, code: int = 0) -> str:
    assert cli.run(["models", *arguments]) == code
    out = told.readouterr()
    return out.out if code == 0 else out.err
