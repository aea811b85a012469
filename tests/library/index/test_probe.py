"""An index is looked at by another process, which may die of it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from rag.errors import LibraryError
from rag.library.index import probe as probe_module
from rag.library.index.probe import probe, verify_index
from rag.library.index.vectors import ChromaIndex
from rag.library.library import Library
from rag.library.maintenance import health
from tests import faults
from tests.doubles import BagEmbedder, file_away, paper

pytestmark = [pytest.mark.real, pytest.mark.slow]


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


def test_a_probe_that_crashes_hangs_or_says_nothing_is_a_finding(
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
