from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.discover import discover
from rag.errors import UsageError
from rag.types import Outcome, document_id


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def test_files_come_sorted_with_the_path_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "data/b.md", "data/a.md", "data/en/c.txt")
    monkeypatch.chdir(tmp_path)
    found = list(discover(["data"]))
    assert [file.source for file in found] == ["data/a.md", "data/b.md", "data/en/c.txt"]
    assert [file.path for file in found] == ["a.md", "b.md", "en/c.txt"]
    assert {file.root for file in found} == {os.path.realpath(tmp_path / "data")}
    assert found[0].size == len("data/a.md") and found[0].mtime_ns > 0
    assert [file.source for file in discover(["."])] == ["data/a.md", "data/b.md", "data/en/c.txt"]


def test_a_file_has_one_id_however_it_is_given(tmp_path: Path) -> None:
    make(tmp_path, "data/en/c.txt")
    places = (tmp_path, tmp_path / "data", tmp_path / "data/en", tmp_path / "data/en/c.txt")
    found = [next(iter(discover([place]))) for place in places]
    assert len({document_id(file.root, file.path) for file in found}) == 1
    assert found[-1].path == "c.txt" and found[-1].location == tmp_path / "data/en/c.txt"
    assert len(list(discover(places))) == 1


def test_hidden_files_and_tools_folders_are_passed_over_unless_named(tmp_path: Path) -> None:
    make(tmp_path, "a.md", ".b.md", ".git/c.md", "node_modules/d.md", "__pycache__/e.md")
    assert [file.path for file in discover([tmp_path])] == ["a.md"]
    assert [file.path for file in discover([tmp_path / ".b.md", tmp_path / ".git"])] == [".b.md", "c.md"]


def test_a_missing_path_is_named_before_anything_is_read(tmp_path: Path) -> None:
    make(tmp_path, "a.md")
    with pytest.raises(UsageError, match=r"nowhere\.md") as caught:
        discover([tmp_path / "a.md", tmp_path / "nowhere.md"])
    assert caught.value.hint and caught.value.exit_code == 2


def test_what_cannot_be_read_is_found_with_its_reason(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    make(tmp_path, "folder/a.md", "outside.md", "elsewhere/b.md", "folder/sub/c.md")
    (folder / "dangling.md").symlink_to("nothing.md")
    (folder / "out.md").symlink_to(tmp_path / "outside.md")
    (folder / "away").symlink_to(tmp_path / "elsewhere")
    (folder / "round").symlink_to(folder)
    (folder / "inside.md").symlink_to("a.md")
    os.mkfifo(folder / "pipe.md")
    found = {file.path: file for file in discover([folder])}
    assert sorted(found) == ["a.md", "away", "dangling.md", "inside.md", "out.md", "pipe.md", "sub/c.md"]
    assert found["dangling.md"].problem is Outcome.FAILED and "link" in found["dangling.md"].reason
    assert found["pipe.md"].problem is Outcome.FAILED and "regular" in found["pipe.md"].reason
    assert found["out.md"].problem is found["away"].problem is Outcome.UNSUPPORTED
    assert found["a.md"].problem is found["inside.md"].problem is None


def test_a_folder_that_cannot_be_listed_does_not_vanish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "shut/a.md", "open/b.md")
    scandir = os.scandir

    def guarded(path: Path) -> object:
        if Path(path).name == "shut":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    found = {file.path: file for file in discover([tmp_path])}
    assert found["shut"].reason == "folder: permission denied"
    assert found["open/b.md"].problem is None
