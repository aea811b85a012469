"""A measurement as tables for people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ui.cli import main as cli


def test_tables_for_people(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["eval", str(town / "q.jsonl")]) == 0
    shown = capsys.readouterr().out
    assert "3 questions" in shown and "the answer's text in a quote" in shown and "by kind" in shown
    assert "Expected calibration error: " in shown and "0.9 – 1.0" in shown and "BM25" not in shown
    assert cli.run(["eval", str(town / "q.jsonl"), "-n", "1"]) == 0
    assert "1 questions" in capsys.readouterr().out


def test_the_misses_are_shown_with_their_quotes(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["eval", str(town / "q.jsonl"), "--show"]) == 0
    shown = capsys.readouterr().out
    assert "b [answerable] ¿Cuántos puestos tiene el mercado?" in shown and "  > mercado.md | " in shown
    assert "a [answerable]" not in shown and "c [unanswerable]" not in shown, "these went well"
    assert cli.run(["eval", str(town / "q.jsonl"), "--show", "--json"]) == 0
    both = capsys.readouterr()
    assert json.loads(both.out)["all"]["n"] == 2 and "  > mercado.md | " in both.err


def test_baselines_stand_beside(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["eval", str(town / "q.jsonl"), "--baselines", "--json"]) == 0
    beside = json.loads(capsys.readouterr().out)["baselines"]
    assert set(beside) == {"bm25", "dense"} and beside["bm25"]["all"]["n"] == 2
    assert set(beside["dense"]["language"]) == {"en", "es"}
    assert cli.run(["eval", str(town / "q.jsonl"), "--baselines"]) == 0
    shown = capsys.readouterr().out
    assert "BM25 alone" in shown and "dense vectors alone" in shown and "quoted, es" in shown
