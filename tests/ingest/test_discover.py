from __future__ import annotations

import inspect
import os
import sys
from pathlib import Path

import pytest

from ingest.discover import discover, is_ignored
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
    make(tmp_path, "~$a.docx", "a.md~", "b.pyc", "Thumbs.db", "cache/CACHEDIR.TAG", "cache/f.md", "env/pyvenv.cfg")
    make(tmp_path, "library/ledger.sqlite", "library/words/g.md", "site-packages/h.md", "node_modules.md")
    assert [file.path for file in discover([tmp_path])] == ["a.md", "node_modules.md"]
    assert [file.path for file in discover([tmp_path / "cache", tmp_path / "a.md~"])] == [
        "CACHEDIR.TAG",
        "f.md",
        "a.md~",
    ]
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


def test_oakenignore_speaks_the_words_of_gitignore(tmp_path: Path) -> None:
    make(tmp_path, "top.md", "keep.log", "a.log", "drafts/a.md", "x/drafts/b.md", "x/top.md", "x/y/deep.tmp.md", "b.md")
    make(tmp_path, "node_modules/readme.md", ".notes/c.md", "x/a.log", "x/y/own.log")
    rules = ["# what is not meant", "", "drafts/", "*.log", "!keep.log", "/top.md", "**/deep.*", "!", "!.notes/"]
    (tmp_path / ".oakenignore").write_text("\ufeff" + "\r\n".join(rules), encoding="utf-8")
    (tmp_path / "x/y/.oakenignore").write_text("!own.log\n!deep.*\n")
    found = [file.path for file in discover([tmp_path])]
    assert found == [".notes/c.md", "b.md", "keep.log", "x/top.md", "x/y/deep.tmp.md", "x/y/own.log"]
    for path in ("a.log", "drafts/a.md", "x/drafts/b.md", "x/a.log", "top.md"):
        assert is_ignored(tmp_path, path)
    for path in (*found, "gone.md", "node_modules/readme.md"):
        assert not is_ignored(tmp_path, path)
    assert [file.path for file in discover([tmp_path / "drafts", tmp_path / "a.log"])] == ["a.md", "a.log"]


def test_a_pattern_takes_back_what_is_passed_over_by_default(tmp_path: Path) -> None:
    make(tmp_path, "node_modules/a/readme.md", ".hidden.md", ".other.md")
    (tmp_path / ".oakenignore").write_text("!node_modules/\n!.hidden.md\n")
    assert [file.path for file in discover([tmp_path])] == [".hidden.md", "node_modules/a/readme.md"]


def test_an_oakenignore_that_cannot_be_used_ignores_nothing(tmp_path: Path) -> None:
    make(tmp_path, "a.md", "sub/b.md")
    (tmp_path / ".oakenignore").mkdir()
    (tmp_path / "sub/.oakenignore").write_bytes(b"\xff\xfe*\x00" * 400_000)
    assert [file.path for file in discover([tmp_path])] == ["a.md", "sub/b.md"]


def test_links_never_go_round_and_never_out(tmp_path: Path) -> None:
    make(tmp_path, "folder/a.md", "folder/sub/b.md", "outside/c.md")
    (tmp_path / "folder/self").symlink_to("self")
    (tmp_path / "folder/sub/up").symlink_to("..")
    (tmp_path / "folder/sub/away").symlink_to("../../outside")
    found = {file.path: file.reason for file in discover([tmp_path / "folder"])}
    assert sorted(found) == ["a.md", "self", "sub/away", "sub/b.md"]
    assert "leads out" in found["sub/away"] and found["self"]


def test_folders_may_lie_deeper_than_calls_may_go(tmp_path: Path) -> None:
    make(tmp_path, "/".join(["d"] * 250) + "/a.md")
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 100)
    try:
        found = list(discover([tmp_path]))
    finally:
        sys.setrecursionlimit(before)
    assert [file.path[-8:] for file in found] == ["d/d/a.md"]
