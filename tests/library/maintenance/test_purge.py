"""After a purge no byte of what was removed is left in any file of the library."""

from __future__ import annotations

import platform
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from rag.errors import LibraryBusyError
from rag.library.index.vectors import ChromaIndex
from rag.library.library import Library
from rag.library.maintenance import backup, health
from rag.library.maintenance.reembed import reembed, unfinished_notice
from rag.library.maintenance.restore import verify
from rag.library.state import LedgerVersion
from tests.doubles import BagEmbedder, as_filed, file_away, paper, vectors_for

pytestmark = pytest.mark.real

EMBEDDER = BagEmbedder()
SECRET = paper(
    "квитанция.txt", "Zyxwoquartz bought Xylophonium at Vldnmr.", "Щукарёвич получил перстень.", language="ru"
)
KEPT = [paper(f"{n}.txt", f"Sundial n{n} tells time.", f"Lantern n{n} gives light.") for n in range(40)]


def traces(folder: Path) -> Iterator[str]:
    """Files that hold a word of the secret, whole or as its stem, in either encoding, or one of its vectors."""
    words = ["Zyxwoquartz", "zyxwoquartz", "Xylophonium", "xylophonium", "Щукарёвич", "щукарёвич", "щукаревич"]
    needles = [word.encode(encoding) for word in words for encoding in ("utf-8", "utf-16-le", "utf-16-be")]
    needles += [word[:9].encode() for word in words]
    for vector in vectors_for(SECRET[2], EMBEDDER):
        whole = np.asarray(vector, dtype="<f4").tobytes()
        needles += [whole, whole[64:192]] if whole[64:192].strip(b"\0") else [whole]
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            if any(needle in content for needle in needles):
                yield path.name


@pytest.fixture
def filled(library: Library) -> Library:
    for given in (SECRET, *KEPT):
        file_away(library, given, EMBEDDER)
    library.follow()
    return library


def leave_deleted(library: Library) -> None:
    """Let SQLite keep what is deleted in the file's free pages, as it does by default; Debian's build overwrites it."""
    library.ledger.engine.dispose()
    sa.event.listen(library.ledger.engine, "connect", lambda db, _: db.execute("PRAGMA secure_delete=OFF"))


def test_removing_leaves_traces_and_purging_none(filled: Library, tmp_path: Path) -> None:
    leave_deleted(filled)
    backup.save(filled.folder, tmp_path / "before")
    assert {"ledger.sqlite-wal", "chroma.sqlite3"} & set(traces(filled.folder))
    filled.remove(SECRET[0].id)
    filled.follow()
    assert list(traces(filled.folder))  # or this test could not fail
    filled.purge()
    assert list(traces(filled.folder)) == []
    assert len(filled.records()) == 40 and all(check.ok for check in health.check(filled)), health.check(filled)
    filled.close()
    assert list(traces(filled.folder)) == []
    with Library.open(filled.folder, EMBEDDER.card, exact_up_to=0) as library:
        assert library.search_vector(EMBEDDER.embed_query("Lantern n7 gives light."), 1)[0][0] == KEPT[7][2][1].id
        file_away(library, paper("new.txt", "A ferry leaves."))
        library.follow()
        assert all(check.ok for check in health.check(library))
    assert verify(tmp_path / "before").documents == 41  # a backup is another matter


def test_a_replaced_version_is_purged_too(filled: Library) -> None:
    file_away(filled, paper("квитанция.txt", "Nothing was bought."))
    filled.follow()
    assert list(traces(filled.folder))
    filled.purge()
    assert list(traces(filled.folder)) == [] and len(filled.records()) == 41


def test_an_unfinished_reembedding_is_purged_too(filled: Library) -> None:
    class Failing(BagEmbedder):
        def embed_documents(self, texts: object) -> object:  # type: ignore[override]
            if len(self.embedded) > 40:
                raise RuntimeError("asleep")
            return super().embed_documents(texts)  # type: ignore[arg-type]

    other = Failing(dimension=128, name="other")
    with pytest.raises(RuntimeError):
        reembed(filled.folder, other, as_filed)
    assert unfinished_notice(filled.ledger)
    other_vector = np.asarray(BagEmbedder(dimension=128).embed_query(SECRET[2][0].text), dtype="<f4").tobytes()

    def holds_it() -> bool:
        return any(other_vector in path.read_bytes() for path in filled.folder.rglob("*") if path.is_file())

    assert holds_it()
    filled.remove(SECRET[0].id)
    filled.purge()
    assert not holds_it()
    assert unfinished_notice(filled.ledger) == ""


def test_a_reader_that_holds_the_log_is_waited_for_and_then_named(filled: Library) -> None:
    filled.remove(SECRET[0].id)
    with closing(sqlite3.connect(filled.ledger.path, check_same_thread=False)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM chunks").fetchone()
        with pytest.raises(LibraryBusyError, match="is reading"):
            filled.purge(wait=0.3)
        timer = threading.Timer(0.5, reader.rollback)
        timer.start()
        filled.purge(wait=20.0)
        timer.join()
    assert list(traces(filled.folder)) == []


def test_everything_in_a_librarys_folder_is_its_owners_only(filled: Library) -> None:
    file_away(filled, paper("more.txt", "A ferry leaves."))
    filled.follow()
    with filled.writing():
        modes = {path: path.stat().st_mode & 0o777 for path in (filled.folder, *filled.folder.rglob("*"))}
    assert len(modes) > 20
    assert {path.name: oct(mode) for path, mode in modes.items() if mode != (0o700 if path.is_dir() else 0o600)} == {}


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc overwrites freed memory")
def test_an_index_holds_no_vector_that_this_process_had_before(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    secret = rng.standard_normal((1, 64)).astype(np.float32)
    for trial in range(40):
        kept = rng.standard_normal((80, 64)).astype(np.float32)
        for name, vectors in (("before", np.concatenate([kept, secret, secret])), ("after", kept)):
            index = ChromaIndex(tmp_path / f"{name}{trial}")
            with index.writing(LedgerVersion(1, "a"), rebuild=True):
                index.add([str(n) for n in range(len(vectors))], ["d"] * len(vectors), vectors)
            index.close()
            files = [each for each in (tmp_path / f"{name}{trial}").rglob("*") if each.is_file()]
            holds = [each.name for each in files if secret.tobytes()[:16] in each.read_bytes()]
            assert bool(holds) is (name == "before"), (trial, holds)
