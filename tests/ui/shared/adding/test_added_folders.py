"""The folders of a library: noted, watched, forgotten; no backup brings them along."""

from __future__ import annotations

from pathlib import Path

from rag.types import FileRecord, FileStamp, Outcome, document_id
from ui.shared.adding.added_folders import (
    FOLDERS_FILE,
    AddedFolder,
    added,
    forget_added,
    note_added,
    noted,
    set_watched,
    watched,
)
from ui.shared.folders import sample_folder


def record(root: str, path: str) -> FileRecord:
    return FileRecord(document_id(root, path), f"{root}/{path}", root, path, FileStamp(1, 1), Outcome.INDEXED, chunks=1)


def test_folders_are_noted_watched_and_forgotten(tmp_path: Path) -> None:
    library, papers, letters = tmp_path / "library", tmp_path / "papers", tmp_path / "letters"
    for each in (papers, letters):
        each.mkdir()
    (tmp_path / "one.txt").write_text("one")
    note_added(library, [papers, tmp_path / "one.txt", tmp_path / "nowhere"])
    note_added(library, [letters, papers])
    assert noted(library) == [AddedFolder(str(letters.resolve())), AddedFolder(str(papers.resolve()))]
    assert watched(library) == ()
    set_watched(library, str(papers.resolve()), on=True)
    assert watched(library) == (papers.resolve(),)
    note_added(library, [papers])  # added again, it stays watched
    assert watched(library) == (papers.resolve(),)
    forget_added(library, str(papers.resolve()))
    assert watched(library) == () and noted(library) == [AddedFolder(str(letters.resolve()))]


def test_an_older_library_s_folders_are_known_by_what_lies_below_them(tmp_path: Path) -> None:
    records = [
        record("/papers", "2024/a.txt"), record("/papers", "b.txt"),
        record("/downloads", "single.txt"),  # to scan that folder would take in what nobody added
        record(str(sample_folder().resolve()), "bakery/x.md"), record(str((tmp_path / "uploads").resolve()), "d/e.txt"),
    ]  # fmt: skip
    assert added(tmp_path, records) == [AddedFolder("/papers")]
    set_watched(tmp_path, "/papers", on=True)
    assert added(tmp_path, records) == [AddedFolder("/papers", True)]


def test_a_file_that_is_not_ours_counts_for_nothing(tmp_path: Path) -> None:
    for content in ("", "[]", '"x"', "{"):
        (tmp_path / FOLDERS_FILE).write_text(content)
        assert noted(tmp_path) == []
    (tmp_path / FOLDERS_FILE).write_text('{"/papers": "yes"}')
    assert noted(tmp_path) == [AddedFolder("/papers", False)]
