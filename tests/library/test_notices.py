"""What was told of a library is told once, and losing that memory is no error."""

from pathlib import Path

import pytest

from rag.library.notices import NOTICES_FILE, remember, was_told


def test_what_was_told_is_remembered_for_this_library(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    assert not was_told(one, "a")
    remember(one, "a")
    remember(one, "b")
    remember(one, "a")
    assert was_told(one, "a") and was_told(one, "b") and not was_told(other, "a")
    assert [path.name for path in one.iterdir()] == [NOTICES_FILE]


@pytest.mark.parametrize("held", ["", "{", "{}", "3", '["x", 4]', "\xff"])
def test_a_broken_memory_is_an_empty_one(tmp_path: Path, held: str) -> None:
    (tmp_path / NOTICES_FILE).write_text(held, encoding="latin-1")
    assert not was_told(tmp_path, "a")
    remember(tmp_path, "a")
    assert was_told(tmp_path, "a")


def test_a_folder_that_is_gone_stays_gone(tmp_path: Path) -> None:
    remember(tmp_path / "gone", "a")
    assert not (tmp_path / "gone").exists()
