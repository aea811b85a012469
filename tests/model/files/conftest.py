"""A model in the parts of a package, and a home to put it together in."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.model.files.parts import Parts, Write


@pytest.fixture
def parts(tmp_path: Path, write_gguf: Write, monkeypatch: pytest.MonkeyPatch) -> Parts:
    site = tmp_path / "site"
    monkeypatch.setattr(sys, "path", [*sys.path, str(site)])
    return Parts(site, write_gguf(()).read_bytes())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"
