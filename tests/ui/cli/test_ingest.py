"""``oaken ingest`` in its several ways, and how a run is told of."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.ui.cli.test_real import listed, parsed
from tests.ui.conftest import Command


@pytest.mark.real
def test_missing_files_are_kept_or_go_and_what_failed_is_tried_again(fresh: Command, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    for name in ("good.txt", "other.txt"):
        (folder / name).write_text(f"The lamp oil of {name} is kept in the cellar.")
    (folder / "bad.pdf").write_bytes(b"%PDF-1.4 and then nothing")
    assert parsed(fresh("ingest", "papers", "--json"), 3)["totals"]["failed"] == 1
    (folder / "other.txt").unlink()
    assert "removed" not in parsed(fresh("ingest", "papers", "--json", "--keep-missing"), 3)["totals"]
    assert len(listed(fresh)) == 3
    tried = parsed(fresh("ingest", "--retry-failed", "--json"), 3)
    assert [Path(each["source"]).name for each in tried["outcomes"]] == ["bad.pdf"]
    (folder / "bad.pdf").unlink()
    assert parsed(fresh("ingest", "papers", "--json"))["totals"]["removed"] == 2
    done = fresh("ingest", "--retry-failed")
    assert done.returncode == 0 and "Nothing to retry" in done.stdout


@pytest.mark.real
def test_an_ingest_that_was_ended_early_is_finished_without_a_path(fresh: Command, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The lamp oil is kept in the cellar.")
    parsed(fresh("ingest", "a.txt", "--json"))
    assert parsed(fresh("list", "--json"))["waiting"] == 0 and "PATH is missing" in fresh("ingest").stderr
    with closing(sqlite3.connect(tmp_path / "home" / "libraries" / "default" / "ledger.sqlite")) as db:
        db.execute("DELETE FROM vectors")
        db.execute("INSERT INTO changes (document_id) SELECT id FROM documents")
        db.commit()
    assert "1 of them are found by their words only" in " ".join(fresh("list").stdout.split())
    asked = parsed(fresh("ask", "Where is the lamp oil kept?", "--no-prose", "--json"))
    assert asked["indexing"] == {"waiting": 1, "documents": 1} and "cellar" in asked["quotes"][0]["quote"]
    assert "1 chunks wait for their vectors" in fresh("doctor").stdout
    assert "found by meaning now" in fresh("ingest").stdout
    assert parsed(fresh("list", "--json"))["waiting"] == 0 and "wait" not in fresh("doctor").stdout


@pytest.mark.real
def test_a_second_ingest_names_who_writes_the_library(fresh: Command, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The lamp oil is kept in the cellar.")
    parsed(fresh("ingest", "a.txt", "--json"))
    code = f"""
import sys
from pathlib import Path
from rag.library.library import Library
from rag.embedding.registry import DEFAULT_EMBEDDER as CARD
with Library.open(Path({str(tmp_path / "home")!r}) / "libraries" / "default", CARD) as library, library.writing():
    print("mine", flush=True)
    sys.stdin.readline()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "mine\n"
    done = fresh("ingest", "a.txt")
    process.communicate("\n", timeout=60)
    assert done.returncode == 1 and f"process {process.pid}, since" in done.stderr
    assert fresh("ingest", "a.txt").returncode == 0


@pytest.mark.real
def test_that_the_embedder_is_prepared_is_reported_once_and_not_to_scripts(bare: Command, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The lamp oil is kept in the cellar.")
    first, second, third = (
        bare(*words, "--json") for words in (("ingest", "a.txt"), ("search", "lamp oil"), ("search", "lamp oil"))
    )
    assert parsed(first)["totals"]["indexed"] == 1 and parsed(second)["results"]
    assert first.stderr == "Preparing the model multilingual-e5-small: once, a few seconds.\n"
    assert second.stderr == "Preparing the model span-reader: once, a few seconds.\n"
    assert third.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ingest"], "PATH is missing"),
        (["watch"], "PATH"),
        (["watch", "/nowhere/at all"], "no file or folder"),
        (["ingest", "--retry-failed", "/nowhere/at all"], "no file or folder"),
    ],
)
def test_wrong_usage_is_reported_before_a_library_is_made(
    bare: Command, tmp_path: Path, arguments: list[str], words: str
) -> None:
    done = bare(*arguments)
    assert done.returncode == 2 and words in done.stderr and not (tmp_path / "home").exists()


def test_nothing_to_retry_without_a_library_is_one_sentence(bare: Command) -> None:
    done = bare("ingest", "--retry-failed")
    assert done.returncode == 1 and "There is no library" in done.stderr
