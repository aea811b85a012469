"""The table of models for people."""

from __future__ import annotations

import pytest

from rag.model.files.known_models import MODELS
from tests.model.conftest import embedded as embedded
from tests.model.conftest import write_gguf as write_gguf
from tests.ui.cli.model_commands import OASST, Told, Write, run


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OAKEN_MODEL", "OAKEN_MODEL_URL", "OAKEN_FAMILY", "OAKEN_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")


def test_the_table_for_people(capsys: Told) -> None:
    shown = run(capsys)
    assert "● " in shown and "codellama-13b-oasst-sft-v10" in shown and "7.87 GB" in shown
    assert "no GGUF" in shown and "of memory are free now" in shown and "oaken models use NAME --pull" in shown


@pytest.mark.parametrize("width", [80, 124, 125, 200])
def test_names_are_whole_in_a_narrow_terminal(capsys: Told, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    shown = run(capsys)
    assert all(model.name in shown for model in MODELS)
    assert ("License" in shown) is (width >= 125)


def test_names_in_files_cannot_speak_to_the_terminal(capsys: Told, write_gguf: Write) -> None:
    path = write_gguf(OASST, name="mine")
    evil = path.with_name("ev\x1b[31mil.gguf")
    data = path.read_bytes().replace(b"\x04\0\0\0\0\0\0\0mine", b"\x04\0\0\0\0\0\0\0\x1b[3m")
    evil.write_bytes(data)
    run(capsys, "add", str(evil), "--allow-unverified")
    for arguments in ([], ["show", "ev\x1b[31mil"], ["use", "ev\x1b[31mil"], ["remove", "ev\x1b[31mil"]):
        assert "\x1b" not in run(capsys, *arguments)
