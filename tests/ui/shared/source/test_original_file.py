"""Only what was ingested is handed out; where that is not to be had, a sentence says so."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import OakenError
from rag.types import FileRecord, FileStamp, Outcome
from ui.shared.source.original_file import content, original_file


def record_of(file: Path) -> FileRecord:
    status = file.stat()
    stamp = FileStamp(status.st_size, status.st_mtime_ns, hashlib.sha256(file.read_bytes()).hexdigest())
    return FileRecord("d", f"docs/{file.name}", str(file.parent), file.name, stamp, Outcome.INDEXED)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mill.txt"
    path.write_text("The miller was Tobias Wren.")
    return path


def test_the_bytes_are_those_that_were_read(file: Path) -> None:
    record = record_of(file)
    assert original_file(record, ()).problem == ""
    assert content(record, ()) == b"The miller was Tobias Wren."
    os.utime(file, ns=(1, 1))  # touched, and still the same
    assert original_file(record, ()).problem == ""


@pytest.mark.parametrize("words", ["The miller was Tobias Wrem.", "Another text altogether."])
def test_a_changed_file_is_reported_and_not_served(file: Path, words: str) -> None:
    record = record_of(file)
    file.write_text(words)
    os.utime(file, ns=(1, 1))
    assert "has changed since it was read" in original_file(record, ()).problem
    with pytest.raises(OakenError, match="has changed"):
        content(record, ())


def test_one_that_changed_in_secret_is_not_served_either(file: Path) -> None:
    record = record_of(file)
    file.write_text("The miller was Tobias Wrem.")
    os.utime(file, ns=(record.stamp.mtime_ns, record.stamp.mtime_ns))
    with pytest.raises(OakenError, match="has changed"):
        content(record, ())


def test_a_link_put_in_its_place_leads_nowhere(file: Path, tmp_path: Path) -> None:
    record = record_of(file)
    (tmp_path / "secret").write_text("the key of the safe is 1934")
    file.unlink()
    file.symlink_to(tmp_path / "secret")
    with pytest.raises(OakenError):
        content(record, ())


@pytest.mark.parametrize("left", ["nothing", "folder", "pipe"])
def test_a_missing_file_is_reported(file: Path, left: str) -> None:
    record = record_of(file)
    file.unlink()
    if left == "folder":
        file.mkdir()
    elif left == "pipe":
        os.mkfifo(file)
    assert original_file(record, ()).problem == "The file is no longer where it was."
    with pytest.raises(OakenError):
        content(record, ())


def test_without_a_hash_nothing_says_what_was_ingested(file: Path) -> None:
    record = replace(record_of(file), stamp=replace(record_of(file).stamp, content_hash=""))
    assert "never read" in original_file(record, ()).problem
    with pytest.raises(OakenError, match="never read"):
        content(record, ())


def test_a_folder_that_came_with_a_backup_is_not_looked_into(file: Path) -> None:
    record = record_of(file)
    assert "came with a backup" in original_file(record, {record.root}).problem
    with pytest.raises(OakenError, match="came with a backup"):
        content(record, {record.root})
    assert original_file(record, {f"{record.root}/below"}).problem == ""
