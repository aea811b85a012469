"""What a folder offers to choose from; the list itself is seen in tests/browser/test_file_picker.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from ui.web.file_picker import contents, is_within


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("Zoo", "apes", ".hidden"):
        (tmp_path / "home" / name).mkdir(parents=True)
    for name in ("b.gguf", "A.GGUF", "letter.txt", ".secret.gguf"):
        (tmp_path / "home" / name).write_text("12345")
    (tmp_path / "home" / "broken").symlink_to("nowhere")
    (tmp_path / "home" / "out").symlink_to("/")
    return tmp_path / "home"


def test_folders_and_files_are_in_the_order_of_their_names(folder: Path) -> None:
    found = contents(folder, None, ".gguf")
    assert [each.name for each in found.folders] == ["apes", "out", "Zoo"]
    assert [(each.name, size) for each, size in found.files] == [("A.GGUF", 5), ("b.gguf", 5)]
    assert found.others == 1 and found.above == folder.parent
    assert contents(folder, None).files == () and contents(folder, None).others == 3


def test_nothing_outside_of_the_named_folders_is_offered(folder: Path) -> None:
    found = contents(folder, (folder,))
    assert found.above is None and [each.name for each in found.folders] == ["apes", "Zoo"]
    assert contents(folder / "apes", (folder,)).above == folder
    assert not is_within(folder / "out", (folder,)) and not is_within(folder / ".." / "x", (folder,))


def test_a_folder_that_cannot_be_read_is_empty(folder: Path) -> None:
    found = contents(folder / "gone", None)
    assert (found.folders, found.files, found.others, found.above) == ((), (), 0, folder)
    assert contents(Path("/"), None).above is None
