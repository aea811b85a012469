"""kill -9 anywhere, then go on: nothing is lost, nothing is there twice, everything is found."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from rag.library.db.ledger import Ledger
from tests.crash.killing import Tally, kill_often, problems, write_papers
from tests.doubles import BagEmbedder

pytestmark = [pytest.mark.real, pytest.mark.timeout(600), pytest.mark.slow]

FILES, KILLS = 60, 21


def test_a_run_killed_again_and_again_ends_as_one_that_was_never_killed(tmp_path: Path) -> None:
    generator = random.Random(7)
    papers, killed = tmp_path / "papers", tmp_path / "killed"
    write_papers(papers, FILES, generator)
    tally = kill_often(killed, papers, KILLS, generator)
    assert tally == Tally(KILLS // 3, KILLS // 3, KILLS // 3, tally.ended)
    assert problems(killed, papers, tmp_path / "whole") == []


def test_lost_or_duplicate_entries_would_be_reported(tmp_path: Path) -> None:
    generator = random.Random(8)
    papers, killed = tmp_path / "papers", tmp_path / "killed"
    write_papers(papers, 5, generator)
    assert kill_often(killed, papers, 0, generator) == Tally()
    ledger = Ledger.open(killed / "ledger.sqlite", BagEmbedder().card)
    ledger.remove(ledger.records()[0].id)
    ledger.close()
    (papers / "0" / "late.txt").write_text("A late word.")
    told = " ".join(problems(killed, papers, tmp_path / "whole"))
    assert "not those of the run" in told and "2 too many" in told
