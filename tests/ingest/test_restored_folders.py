"""No file is opened in a folder that came with a backup until somebody adds that folder, or one around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.pipeline import ingest
from ingest.restored_folders import folders_of
from rag.errors import UsageError
from rag.library.library import Library
from rag.library.maintenance import backup
from rag.library.maintenance.restore import restore
from rag.types import Outcome
from tests.doubles import BagEmbedder
from tests.ingest.doubles import InProcess

EMBEDDER = BagEmbedder()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    given = tmp_path / "papers"
    (given / "sub").mkdir(parents=True)
    (given / "mill.txt").write_text("The mill grinds rye.")
    (given / "sub" / "ferry.txt").write_text("A ferry leaves at noon.")
    return given


@pytest.fixture
def restored(folder: Path, tmp_path: Path) -> Path:
    """A library that was restored from the backup of one with that folder."""
    with Library.open(tmp_path / "before", EMBEDDER.card) as library:
        ingest([folder], library, EMBEDDER, parser=InProcess())
    backup.save(tmp_path / "before", tmp_path / "b")
    restore(tmp_path / "b", tmp_path / "after")
    return tmp_path / "after"


def test_a_files_folder_is_added_with_it(folder: Path) -> None:
    assert folders_of([folder / "sub", folder / "mill.txt"]) == [str(folder / "sub"), str(folder)]


def test_a_document_is_not_read_again_before_its_folder_is_added(folder: Path, restored: Path) -> None:
    with Library.open(restored, EMBEDDER.card) as library:
        held = library.records()
        with pytest.raises(UsageError, match="came with a backup") as caught:
            ingest([], library, EMBEDDER, read_again=[held[0].id], parser=InProcess())
        assert caught.value.hint == f"Add it: oaken ingest {folder}"
        assert library.records() == held
        assert ingest([], library, EMBEDDER, retry_incomplete=True, parser=InProcess()).outcomes == ()
        done = ingest([folder], library, EMBEDDER, parser=InProcess())
        assert [each.outcome for each in done.outcomes] == [Outcome.UNCHANGED] * 2
        assert library.restored_roots() == frozenset()
        again = ingest([], library, EMBEDDER, read_again=[held[0].id], parser=InProcess())
        assert [each.outcome for each in again.outcomes] == [Outcome.INDEXED]


def test_a_folder_within_is_added_alone(folder: Path, restored: Path) -> None:
    with Library.open(restored, EMBEDDER.card) as library:
        ingest([folder / "sub"], library, EMBEDDER, parser=InProcess())
        assert library.restored_roots() == {str(folder)}
        assert {record.path: record.root for record in library.records()} == {
            "mill.txt": str(folder),
            "ferry.txt": str(folder / "sub"),
        }
        assert len({record.id for record in library.records()}) == 2
