"""What was told of a library is told once, and losing that memory is no error."""

from pathlib import Path

import pytest

from rag.library.notices import NOTICES_FILE, remember_shown, was_shown


def test_a_notice_is_remembered_for_this_library(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    assert not was_shown(one, "a")
    remember_shown(one, "a")
    remember_shown(one, "b")
    remember_shown(one, "a")
    assert was_shown(one, "a") and was_shown(one, "b") and not was_shown(other, "a")
    assert [path.name for path in one.iterdir()] == [NOTICES_FILE]


@pytest.mark.parametrize("held", ["", "{", "{}", "3", '["x", 4]', "\xff"])
def test_a_broken_memory_is_an_empty_one(tmp_path: Path, held: str) -> None:
    (tmp_path / NOTICES_FILE).write_text(held, encoding="latin-1")
    assert not was_shown(tmp_path, "a")
    remember_shown(tmp_path, "a")
    assert was_shown(tmp_path, "a")


def test_a_folder_that_is_gone_stays_gone(tmp_path: Path) -> None:
    remember_shown(tmp_path / "gone", "a")
    assert not (tmp_path / "gone").exists()
