"""The public module: ``import oaken`` and ``python -m oaken``."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import oaken
import rag

REPOSITORY = Path(__file__).resolve().parents[1]
VERSION = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["version"]


def child(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}); "
    code += "import runpy; runpy.run_module('oaken', run_name='__main__', alter_sys=True)"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_it_offers_what_rag_offers() -> None:
    assert {*rag.__all__, "__version__"} <= set(oaken.__all__)
    assert all(getattr(oaken, name) is not None for name in oaken.__all__)
    for name in rag.__all__:
        assert getattr(oaken, name) is getattr(rag, name)
    assert set(oaken.__all__) <= set(dir(oaken))


def test_a_name_that_is_none_is_refused_by_the_module_that_was_asked() -> None:
    with pytest.raises(AttributeError, match="'oaken' has no attribute 'nonsense'"):
        _ = oaken.nonsense


def test_the_version_is_that_of_pyproject() -> None:
    assert oaken.__version__ == VERSION


def test_the_version_is_known_where_nothing_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", none)
    assert oaken.__version__ == VERSION


def test_the_module_is_the_command(tmp_path: Path) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "oaken", "--version"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert shown.stdout == f"oaken {VERSION}\n"
    helped = child("--help", cwd=tmp_path)
    assert helped.returncode == 0 and "ingest" in helped.stdout and "doctor" in helped.stdout
    wrong = child("nonsense", cwd=tmp_path)
    assert wrong.returncode == 2 and "nonsense" in wrong.stderr
