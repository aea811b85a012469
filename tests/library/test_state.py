from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from rag.library.state import FollowerState, StateFile


def test_an_index_without_a_file_was_never_built(tmp_path: Path) -> None:
    assert StateFile(tmp_path / "words.json").read() == FollowerState() == FollowerState(0, False, 0, "")


def test_a_write_changes_what_it_names_and_the_generation(tmp_path: Path) -> None:
    state = StateFile(tmp_path / "words.json")
    assert state.write(applied=3, clean=True, folder="x") == FollowerState(3, True, 1, "x")
    assert state.write(clean=False) == StateFile(tmp_path / "words.json").read() == FollowerState(3, False, 2, "x")
    assert [path.name for path in tmp_path.iterdir()] == ["words.json"]
    assert (tmp_path / "words.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "[]", "null", "3", '"x"', "\x00", '{"colour": 1}', '{"applied": "9"}', '{"clean": 1}',
        '{"generation": null}', '{"applied": 1.5}', '{"folder": 7}', '{"applied": true}',
    ],
)  # fmt: skip
def test_a_file_that_says_nothing_sensible_counts_as_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "words.json"
    path.write_text(content)
    assert StateFile(path).read() == FollowerState()
    path.write_bytes(b"\xff\xfe" + content.encode())
    assert StateFile(path).read() == FollowerState()


def test_a_write_that_fails_leaves_the_old_mark_and_no_scrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = StateFile(tmp_path / "words.json")
    state.write(applied=1, clean=True)

    def full(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        state.write(applied=2)
    assert state.read().applied == 1 and [path.name for path in tmp_path.iterdir()] == ["words.json"]
    assert json.loads((tmp_path / "words.json").read_text())["clean"] is True
