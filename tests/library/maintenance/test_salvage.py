"""A damaged ledger: what can be read is saved whole, the rest is to be read again, the original is kept."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import LibraryError
from rag.library.library import Library
from rag.library.maintenance import health
from rag.library.maintenance.salvage import is_damaged, salvage
from rag.types import FileRecord, Outcome
from tests.doubles import BagEmbedder, file_away, paper

EMBEDDER = BagEmbedder()
PAPERS = [paper(f"{n}.txt", *(f"Sundial {n} of garden {m} tells time." * 3 for m in range(12))) for n in range(40)]


@pytest.fixture
def filled(folder: Path) -> Path:
    with Library.open(folder, EMBEDDER.card) as library:
        for given in PAPERS:
            file_away(library, given)
        library.ledger.tag([given[0].id for given in PAPERS], ["sundials"])
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


def test_a_whole_ledger_is_not_damaged(filled: Path) -> None:
    assert not is_damaged(filled / "ledger.sqlite") and not is_damaged(filled / "none")


def _untagged(record: FileRecord | None) -> FileRecord | None:
    return record and replace(record, tags=())


@pytest.mark.parametrize("seed", range(6))
def test_what_can_be_read_is_saved_and_the_rest_is_read_again(filled: Path, seed: int) -> None:
    path, generator = filled / "ledger.sqlite", random.Random(seed)
    content = bytearray(path.read_bytes())
    for _ in range(3):  # whole pages, anywhere but the first, which names the tables
        at = generator.randrange(1, len(content) // 4096) * 4096
        content[at : at + 4096] = generator.randbytes(4096)
    path.write_bytes(content)
    if not is_damaged(path):
        pytest.fail("the damage was not seen")
    done = salvage(filled, EMBEDDER.card)
    assert done.original.read_bytes() == content and done.original.stat().st_mode & 0o777 == 0o600
    assert not is_damaged(path)
    with Library.open(filled, EMBEDDER.card) as library:
        records = {record.id: record for record in library.records()}
        whole = [given for given in PAPERS if _untagged(records.get(given[0].id)) == given[0]]
        # Whoever is left may have lost a tag with its page, but few do.
        assert 0 < library.ledger.tag_counts()["sundials"] <= len(records)
        assert len(whole) == done.saved > 0
        for record, document, chunks in whole:
            assert library.document(record.id) == document and library.ledger.chunks_of(record.id) == chunks
        again = [record for record in records.values() if record.outcome is Outcome.FAILED]
        assert len(records) == len(whole) + len(again) and all(not record.chunks for record in again)
        assert all(check.ok for check in health.check(library) if check.name == "ledger"), health.check(library)
        assert "kept by a repair" in health.check(library)[-1].detail
        assert not list(library.folder.glob(".restore-*"))


def test_a_file_that_is_no_ledger_any_more_is_kept_and_an_empty_one_takes_its_place(filled: Path) -> None:
    (filled / "ledger.sqlite").write_bytes(b"x" * 9_000)
    with pytest.raises(LibraryError, match="cannot be read"):
        Library.open(filled, EMBEDDER.card)
    assert is_damaged(filled / "ledger.sqlite")
    done = salvage(filled, EMBEDDER.card)
    assert (done.saved, done.lost) == (0, 0) and done.original.read_bytes() == b"x" * 9_000
    with Library.open(filled, EMBEDDER.card) as library:
        assert library.records() == []


def test_no_room_leaves_everything_as_it_was(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = filled / "ledger.sqlite"
    path.write_bytes(b"x" * 9_000)
    monkeypatch.setattr(
        "rag.library.maintenance.salvage.os.link", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left"))
    )
    with pytest.raises(LibraryError, match="No space left"):
        salvage(filled, EMBEDDER.card)
    assert path.read_bytes() == b"x" * 9_000 and not list(filled.glob("*.damaged-*"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE chunks SET section = '[[[' WHERE document_id = ?",
        "UPDATE chunks SET start = 'abc' WHERE document_id = ?",
        "UPDATE documents SET outcome = 'nonsense' WHERE id = ?",
        "UPDATE documents SET links = x'00' WHERE id = ?",
        "UPDATE elements SET \"end\" = 'abc' WHERE document_id = ?",
        "UPDATE vectors SET vector = 5 WHERE text_hash = (SELECT text_hash FROM chunks WHERE document_id = ?)",
    ],
)
def test_a_row_that_holds_nonsense_is_told_and_the_rest_is_saved(filled: Path, statement: str) -> None:
    victim = PAPERS[7][0].id
    with closing(sqlite3.connect(filled / "ledger.sqlite")) as db:
        db.execute(statement, (victim,))
        db.commit()
    assert is_damaged(filled / "ledger.sqlite")
    with Library.open(filled, EMBEDDER.card) as library:
        told = health.check(library)
        assert told[0].name == "ledger" and not told[0].ok and "damaged" in told[0].detail
    done = salvage(filled, EMBEDDER.card)
    lost = 0 if statement.startswith("UPDATE vectors") else 1  # a vector is made again from its text
    assert (done.saved, done.lost) == (len(PAPERS) - lost, lost) and not is_damaged(filled / "ledger.sqlite")
    with Library.open(filled, EMBEDDER.card) as library:
        assert health.check(library)[0].ok
