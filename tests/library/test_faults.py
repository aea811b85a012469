"""Whatever fails or is damaged: what is held is as before or as after, a search is never silently wrong, and no process
dies of it. The long form is ``python -m benchmarks.robustness.faults``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import LibraryError
from rag.library.files import check_index_size
from rag.library.index import probe as probe_module
from rag.library.index.probe import probe, verify_index
from rag.library.index.vectors import ChromaIndex
from rag.library.library import Library
from rag.library.maintenance import health
from tests import faults
from tests.doubles import BagEmbedder, file_away, paper

pytestmark = [pytest.mark.real, pytest.mark.slow]

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faults") / "base"
    faults.build(folder, 40)
    files = {path.name for path in (folder / "vectors").rglob("*")}
    assert {"index_metadata.pickle", "data_level0.bin", "link_lists.bin", "chroma.sqlite3"} <= files
    return folder


def test_a_write_step_that_fails_leaves_what_was_or_what_was_to_be(base: Path, tmp_path: Path) -> None:
    rows = faults.run("steps", base, tmp_path, range(1, 140, 8))
    failed = [row for row in rows if row["failed"]]
    assert len(failed) > 8 and not rows[-1]["failed"]  # up to the end, and past it
    assert {row["failed"].split()[0] for row in failed} >= {"ledger:", "before", "after"}
    for row in rows:
        assert row["whole"] and not row["wrong"] and not row["sick"] and not row["note"], row


def test_no_room_is_one_clear_sentence_and_nothing_acknowledged_is_lost(base: Path, tmp_path: Path) -> None:
    size = max(path.stat().st_size for path in base.rglob("*"))
    rows = faults.run("full", base, tmp_path, [4_096, size // 2, size + 9_000, 2 * size])
    assert [row["trouble"] for row in rows if row["trouble"].startswith("LibraryError")] != []
    assert any(row["acknowledged"] for row in rows)
    for row in rows:
        assert not row["lost"] and not row["sick"] and not row["wrong"], row
        assert not row["trouble"] or row["trouble"].startswith("LibraryError"), row


def test_damaged_files_of_the_indexes_never_make_a_search_wrong(base: Path, tmp_path: Path) -> None:
    for row in faults.run("unchecked", base, tmp_path, range(22)):
        assert not row["wrong"] and not row["still"], row


def test_damage_is_told_by_a_check_and_healed_by_a_repair(base: Path, tmp_path: Path) -> None:
    rows = faults.run("damages", base, tmp_path, range(22, 34))
    assert sum(bool(row["detected"]) for row in rows) > 8
    for row in rows:
        assert not row["wrong"] and not row["still"] and not row["after"], row


# -- Chroma's files, opened where they may kill


def test_a_probe_says_what_an_index_holds(base: Path, tmp_path: Path) -> None:
    shutil.copytree(base, tmp_path / "copy")
    with faults.opened(tmp_path / "copy") as library:
        assert isinstance(library.chroma, ChromaIndex)
        folder, size = library.chroma.folder(), library.ledger.size()
        found = probe(folder, library.ledger.path)
        assert (found.held, found.missing, found.extra, found.lost, found.looked) == (size, 0, 0, (), size)
        assert found.is_complete and probe(folder, library.ledger.path, 10).looked in range(10, 20)
        file_away(library, paper("new.txt", "A ferry leaves."))
        assert probe(folder, library.ledger.path).missing == 1
        with pytest.raises(LibraryError, match="lacks 1 chunks"):
            verify_index(folder, library.ledger.path)


def test_a_probe_that_dies_hangs_or_says_nothing_is_a_finding(
    base: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ledger, python = base / "ledger.sqlite", sys.executable
    for code, said in (
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
        ("import time; time.sleep(60)", "within 1 seconds"),
        ("raise RuntimeError('torn')", "torn"),
        ("import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 28,) * 2); bytearray(1 << 30)", "MemoryError"),
    ):
        script = tmp_path / "python"
        script.write_text(f"#!{python}\n{code}\n")
        script.chmod(0o700)
        monkeypatch.setattr(probe_module.sys, "executable", str(script))
        with pytest.raises(LibraryError, match=said):
            probe(base / "vectors", ledger, seconds=1.0 if "sleep" in code else None)
    monkeypatch.undo()


def test_an_index_that_kills_its_prober_is_not_switched_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Library.open(folder, BagEmbedder().card, exact_up_to=0, verify_from=1) as library:
        file_away(library, paper("mill.txt", "The mill grinds rye.", "Its wheel has paddles."))
        assert library.follow() == ""  # proved in a child, and switched to
        assert library.chroma.state.read().clean
        before = library.chroma.state.read()

        def dies(*_: object) -> None:
            raise LibraryError("Chroma's index kills the process that opens it (SIGSEGV).")

        monkeypatch.setattr("rag.library.library.verify_index", dies)
        with pytest.raises(LibraryError, match="SIGSEGV"):
            library.repair()
        assert library.chroma.state.read() == before
        assert library.search_vector(BagEmbedder().embed_query("rye"), 1)[0][0]
        monkeypatch.undo()
        assert [path.name for path in (folder / "vectors").iterdir()] == [before.folder]
        assert all(check.ok for check in health.check(library)), health.check(library)


def test_a_file_that_ran_away_is_not_opened(base: Path, tmp_path: Path) -> None:
    shutil.copytree(base, tmp_path / "copy")
    with faults.opened(tmp_path / "copy") as library:
        assert isinstance(library.chroma, ChromaIndex)
        links = next(library.chroma.folder().rglob("link_lists.bin"))
        with links.open("r+b") as file:
            file.truncate(1 << 40)  # a terabyte that takes no room: as a torn one grew
        with pytest.raises(LibraryError, match=r"link_lists\.bin has grown"):
            check_index_size(library.chroma.folder(), 80, 256)
        assert faults.wrong_answers(library) == []
        library.follow()
        assert all(check.ok for check in health.check(library)), health.check(library)
        assert not links.exists()


# -- a ledger that may only be read


READ = """
import json, os, sys
from pathlib import Path
from rag.errors import LibraryError
from rag.library.library import Library
from tests import faults
from tests.doubles import BagEmbedder, file_away, paper
import chromadb, sqlite3, sqlalchemy.dialects.sqlite, tantivy, Stemmer, numpy.random  # before the rights are gone
for module in ("en", "ru"):
    faults.terms("warm up", module)
folder = Path(sys.argv[1])
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
said = []
with Library.open(folder, BagEmbedder().card, exact_up_to=0) as library:
    wrong, size = faults.wrong_answers(library), library.ledger.size()
    for work in (
        lambda: file_away(library, paper("new.txt", "A ferry leaves.")),
        lambda: library.remove(library.records()[0].id),
        lambda: library.repair(),
        lambda: library.purge(),
        lambda: library.writing().__enter__(),
    ):
        try:
            work()
            said.append("")
        except LibraryError as error:
            said.append(error.message)
print(json.dumps([wrong, size, said]))
"""


@pytest.fixture
def sealed(base: Path) -> Iterator[Path]:
    """A copy of the library whose files and folders may only be read, by anyone."""
    folder = Path(tempfile.mkdtemp(prefix="oaken-"))
    try:
        shutil.copytree(base, folder / "held")
        folder.chmod(0o755)
        for path in sorted(folder.rglob("*"), reverse=True):
            path.chmod(0o555 if path.is_dir() else 0o444)
        yield folder / "held"
    finally:
        for path in (folder, *folder.rglob("*")):
            if path.is_dir():
                path.chmod(0o755)
        shutil.rmtree(folder)


def test_a_library_that_may_only_be_read_answers_and_says_why_it_takes_nothing_in(sealed: Path) -> None:
    before = {path: path.read_bytes() for path in sealed.rglob("*") if path.is_file()}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READ, str(sealed)],
        cwd=REPOSITORY, capture_output=True, text=True, env=os.environ | {"HOME": "/nonexistent"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    wrong, size, said = json.loads(done.stdout)
    assert wrong == [] and size == 78
    assert all("read" in each or "cannot be written" in each for each in said), said
    assert {path: path.read_bytes() for path in sealed.rglob("*") if path.is_file()} == before
