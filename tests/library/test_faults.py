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

from tests import faults

pytestmark = [pytest.mark.real, pytest.mark.slow]


REPOSITORY = Path(__file__).resolve().parents[2]


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


def test_damage_is_found_by_a_check_and_mended_by_a_repair(base: Path, tmp_path: Path) -> None:
    rows = faults.run("damages", base, tmp_path, range(22, 34))
    assert sum(bool(row["detected"]) for row in rows) > 8
    for row in rows:
        assert not row["wrong"] and not row["still"] and not row["after"], row


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
