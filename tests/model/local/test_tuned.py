"""What was measured is remembered for a file and a machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.model.local import tuned, tuning
from tests.model.local.measured import measured


def test_what_was_measured_is_for_that_file_and_machine(
    monkeypatch: pytest.MonkeyPatch, file: Path, tmp_path: Path
) -> None:
    measured(monkeypatch, {})
    tuning.tune(file, tmp_path)
    monkeypatch.setattr(tuned, "_processor", lambda: "another")
    assert tuned.known(file, tmp_path) is None
    monkeypatch.undo()
    assert tuned.known(file, None) is None
    assert tuned.forget(file, tmp_path) or tuned.known(file, tmp_path) is None
    assert not tuned.forget(file, tmp_path)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"x": 1}'])
def test_a_damaged_memory_is_no_memory(file: Path, tmp_path: Path, content: str) -> None:
    (tmp_path / tuned.TUNING_FILE).write_text(content)
    assert tuned.known(file, tmp_path) is None


def test_a_row_of_another_release_is_no_memory(file: Path, tmp_path: Path) -> None:
    (tmp_path / tuned.TUNING_FILE).write_text(json.dumps({tuned._key(file): {"tuning": {"speculation": 3}}}))
    assert tuned.known(file, tmp_path) is None
