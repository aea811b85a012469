import collections
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.quality.open_set import fetch
from rag.evaluation.questions import load_questions

QUESTIONS = Path(fetch.__file__).parent / "questions.jsonl"
ROWS: list[dict[str, Any]] = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]


def test_every_record_has_its_fields() -> None:
    for row in ROWS:
        assert {"id", "question", "answers", "source", "kind", "language", "half"} <= row.keys(), row["id"]
        assert row["question"].strip() and row["language"] in {"en", "es", "ru"} and row["half"] in {"seen", "unseen"}
        assert bool(row["source"]) == bool(row["answers"]) == (row["kind"] != "unanswerable"), row["id"]
        assert bool(row.get("history")) == (row["kind"] == "followup"), row["id"]


def test_eval_reads_the_file() -> None:
    assert len(load_questions(QUESTIONS)) == 100


def test_ids_and_questions_are_unique() -> None:
    assert len({row["id"] for row in ROWS}) == len({row["question"] for row in ROWS}) == len(ROWS) == 100


def test_halves_are_balanced_over_folders() -> None:
    halves = collections.Counter((row["id"][0], row["half"], bool(row["source"])) for row in ROWS)
    assert len(halves) == 20
    assert all(count == (8 if answered else 2) for (_, _, answered), count in halves.items())


def test_sources_lie_in_fetched_folders() -> None:
    for row in ROWS:
        for source in [row["source"], *row.get("also", [])] if row["source"] else []:
            assert source.split("/")[0] in fetch.FOLDERS, row["id"]


def _program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


def test_a_missing_program_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert fetch.main([str(tmp_path / "set"), "homebank"]) == 1
    assert capsys.readouterr().err == ("The program apt-get is missing; this script needs it to fetch the documents.\n")


def test_what_the_archive_says_is_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _program(tmp_path, "apt-get", "echo 'E: no such version' >&2; exit 100")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert fetch.main([str(tmp_path / "set"), "homebank"]) == 1
    assert "apt-get download homebank-data=5.6.2-1 failed: E: no such version" in capsys.readouterr().err


def test_nothing_fetched_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _program(tmp_path, "apt-get", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert fetch.main([str(tmp_path / "set"), "homebank"]) == 1
    assert "homebank-data 5.6.2-1 was not fetched" in capsys.readouterr().err


def test_an_unknown_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fetch.main([str(tmp_path), "cellar"]) == 1
    assert "There is no folder cellar; there are homebank, crawl" in capsys.readouterr().err


def test_files_are_copied_unpacked_and_left_out(tmp_path: Path) -> None:
    content, to = tmp_path / "content", tmp_path / "to"
    content.mkdir()
    (content / "a.txt").write_text("a")
    (content / "changelog.txt").write_text("c")
    (content / "b.pdf.gz").write_bytes(gzip.compress(b"b"))
    source = fetch.Source("p", "1", (("*.txt", ""), ("*.gz", "sub")), leave=("changelog.txt",))
    assert fetch.copy_files(source, content, to) == 2
    assert sorted(file.relative_to(to).as_posix() for file in to.rglob("*.*")) == ["a.txt", "sub/b.pdf"]
    assert (to / "sub/b.pdf").read_bytes() == b"b"


def test_a_pattern_without_files_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(fetch.FetchError, match=r"p 1 holds no \*\.md"):
        fetch.copy_files(fetch.Source("p", "1", (("*.md", ""),)), tmp_path, tmp_path / "to")
