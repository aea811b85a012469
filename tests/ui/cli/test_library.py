"""The commands for a library as a whole, with a bag of words in place of the embedding model."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rag import factory
from rag.conversation.chats.store import ChatStore
from rag.errors import UsageError
from tests.copies import share_prepared
from tests.doubles import BagEmbedder, paper, papers_folder
from tests.postgres import PASSWORD, Postgres
from ui.cli import main as cli

pytestmark = pytest.mark.real

EMBEDDERS = {"multilingual-e5-small": BagEmbedder(name="multilingual-e5-small"), "small": BagEmbedder(16, 64, "small")}
MILL = paper("mill.txt", "The mill grinds rye in autumn.", "Its wheel has larch paddles.")
LONG = paper("long.txt", "The ferry leaves the eastern pier at noon. Dogs travel free aboard. It rests on Mondays.")


@pytest.fixture
def home(tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with one library."""
    share_prepared(tmp_path / "home", models)
    monkeypatch.setenv("OAKEN_HOME", str(tmp_path / "home"))

    def known(settings: object, name: str = "", *, notify: object = None) -> BagEmbedder:
        if (name or "multilingual-e5-small") not in EMBEDDERS:
            raise UsageError(f"There is no embedder {name!r}.")
        return EMBEDDERS[name or "multilingual-e5-small"]

    def card(settings: object, name: str) -> Any:
        return EMBEDDERS[name].card if name in EMBEDDERS else None

    monkeypatch.setattr(factory, "open_embedder", known)
    monkeypatch.setattr(factory, "embedder_card", card)
    papers_folder(tmp_path / "home" / "libraries" / "default", EMBEDDERS["multilingual-e5-small"], MILL, LONG)
    return tmp_path / "home"


@pytest.fixture
def oaken(home: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: str, code: int = 0) -> Any:
        given = cli.run(list(arguments))
        output = capsys.readouterr()
        assert given == code, output.out + output.err
        return json.loads(output.out) if "--json" in arguments and code == 0 else output.out + output.err

    return run


def listed(oaken: Any, *more: str) -> set[str]:
    return {row["source"] for row in oaken("list", "--json", *more)["documents"]}


def test_a_backup_is_written_checked_and_brought_back(oaken: Any, tmp_path: Path) -> None:
    file = str(tmp_path / "safe.oaken")
    said = oaken("backup", file, "--json")
    assert (said["documents"], said["chunks"], said["embedder"]) == (2, 3, "multilingual-e5-small")
    assert "already" in oaken("backup", file, code=2) and "--force" in oaken("backup", file, code=2)
    assert "is valid: 2 documents" in oaken("backup", "--verify", file)
    oaken("restore", file, "--library", "again")
    assert listed(oaken, "--library", "again") == {MILL[0].source, LONG[0].source}
    oaken("remove", MILL[0].id)
    assert "--force" in oaken("restore", file, code=2)
    assert oaken("restore", file, "--force", "--json")["note"] == ""
    assert listed(oaken) == {MILL[0].source, LONG[0].source}
    Path(file).write_bytes(b"x" * 100)
    assert "cannot be used" in oaken("backup", "--verify", file, code=1)
    assert "cannot be used" in oaken("restore", file, "--force", code=1)
    assert listed(oaken) == {MILL[0].source, LONG[0].source}


def test_removing_for_good_leaves_no_word(oaken: Any, home: Path) -> None:
    oaken("remove", MILL[0].id, "--purge")
    for path in home.rglob("*"):
        assert path.is_dir() or b"larch" not in path.read_bytes(), path
    assert listed(oaken) == {LONG[0].source}
    oaken("remove", LONG[0].id)
    assert oaken("purge", "--json") == {"library": "default", "purged": True, "kept": []}
    told = oaken("purge")
    assert "No trace of removed documents is left" in told and "Conversations keep" not in told


def test_purging_reports_that_conversations_still_quote(oaken: Any, home: Path) -> None:
    with ChatStore.open(home / "libraries" / "default") as chats:
        chats.new()
    assert "Conversations keep the words" in oaken("remove", MILL[0].id, "--purge")
    assert "Conversations keep the words" in oaken("purge")


def test_another_embedder_takes_over_and_is_remembered(oaken: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = oaken("reembed", "--embedder", "small", "--json")
    assert (said["before"], said["now"], said["documents"], said["recut"]) == ("multilingual-e5-small", "small", 2, 2)
    assert listed(oaken) == {MILL[0].source, LONG[0].source}  # opened with the embedder that it remembers
    assert "already uses small" in oaken("reembed", "--embedder", "small")
    assert "no embedder" in oaken("reembed", "--embedder", "nobody", code=2)
    monkeypatch.delitem(EMBEDDERS, "small")
    told = oaken("list", code=1)
    assert "embedded with small, which is not known here" in told and "oaken reembed" in told
    assert "now uses multilingual-e5-small instead of small: 2 documents" in oaken("reembed")


def test_doctor_tells_of_files_and_space_and_saves_a_damaged_ledger(oaken: Any, home: Path) -> None:
    row = {each["name"]: each for each in oaken("doctor", "--library", "default", "--json")["checks"]}
    assert "the folder /papers is not there (2 documents)" in row["default: files"]["detail"]
    assert row["default: space"]["ok"] and "ledger" in row["default: space"]["detail"]
    folder = home / "libraries" / "default"
    stray = folder / "vectors" / "vectors-0badc0de"
    shutil.copytree(next((folder / "vectors").iterdir()), stray)
    row = {each["name"]: each for each in oaken("doctor", "--library", "default", "--json")["checks"]}
    assert "1 left over" in row["default: space"]["detail"]
    oaken("doctor", "--library", "default", "--repair", "--json")
    assert not stray.exists()
    (folder / "ledger.sqlite").write_bytes(b"x" * 9_000)
    for left in folder.glob("ledger.sqlite-*"):
        left.unlink()
    told = oaken("doctor", "--library", "default", code=1)
    assert "cannot be read" in told and "oaken doctor --repair" in told
    row = {each["name"]: each for each in oaken("doctor", "--library", "default", "--repair", "--json")["checks"]}
    assert "0 documents were saved" in row["default: damaged ledger"]["detail"]
    assert next(folder.glob("ledger.sqlite.damaged-*")).read_bytes() == b"x" * 9_000
    assert listed(oaken) == set()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE chunks SET section = '[[['", "UPDATE chunks SET start = 'abc'", "UPDATE documents SET outcome = 'no'"],
)
def test_a_damaged_row_is_a_sentence_with_the_next_command(oaken: Any, home: Path, statement: str) -> None:
    with closing(sqlite3.connect(home / "libraries" / "default" / "ledger.sqlite")) as db:
        db.execute(f"{statement} WHERE {'id' if 'documents' in statement else 'document_id'} = ?", (MILL[0].id,))
        db.commit()
    shutil.rmtree(home / "libraries" / "default" / "words")  # or a search need not read every row
    said = oaken("search", "rye", code=1)
    assert "damaged row" in said and "oaken doctor --repair" in said and "Traceback" not in said
    said = oaken("doctor", code=1)
    assert "damaged row" in said.replace("\n", " ") and "Traceback" not in said
    assert cli.run(["doctor", "--repair"]) in (0, 1)  # a model may be missing on this machine
    assert "long.txt" in oaken("search", "ferry")


def test_a_restored_library_names_the_folders_to_add(oaken: Any, tmp_path: Path) -> None:
    file = str(tmp_path / "b.oaken")
    oaken("backup", file)
    said = oaken("restore", file, "--library", "again")
    assert "Files in /papers are not opened until you add it here: oaken ingest /papers" in said.replace("\n", " ")
    assert "not opened" not in oaken("restore", file, "--force")


@pytest.mark.slow
def test_every_command_works_on_a_library_in_a_database(
    oaken: Any, home: Path, tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "mill.txt").write_text("The mill grinds rye in autumn.\n")
    (folder / "ferry.txt").write_text("The ferry leaves the eastern pier at noon.\n")
    town = ("--library", "town")
    with postgres.database() as url:
        monkeypatch.setenv("OAKEN_LEDGER_URL", url)
        outputs = [oaken("ingest", str(folder), *town), oaken("search", "rye", *town)]
        assert "grinds rye in autumn" in outputs[-1]
        sources = listed(oaken, *town)
        file = str(tmp_path / "town.oaken")
        outputs += [oaken("backup", file, *town), oaken("backup", "--verify", file)]
        mill = next(
            row["document_id"] for row in oaken("list", "--json", *town)["documents"] if "mill" in row["source"]
        )
        outputs += [oaken("remove", mill, *town), oaken("purge", *town)]
        assert len(listed(oaken, *town)) == 1
        outputs.append(oaken("restore", file, "--force", *town))
        assert listed(oaken, *town) == sources
        outputs += [
            oaken("doctor", *town),
            oaken("config"),
            oaken("library"),
            oaken("reembed", "--embedder", "small", *town),
        ]
        assert "ledger database" in outputs[-4] and "postgresql+psycopg://oaken@" in outputs[-3]
        assert {"default", "town"} <= set(outputs[-2].split())
        outputs.append(oaken("library", "rename", "town", "village"))
        assert listed(oaken, "--library", "village") == sources
        outputs.append(oaken("library", "delete", "village", "--yes"))
        assert not (home / "libraries" / "village").exists()
    monkeypatch.setenv("OAKEN_LEDGER_URL", postgres.url(port=1))
    outputs.append(oaken("ask", "Who?", "--library", "nowhere", code=1))
    assert "cannot be reached" in outputs[-1] and "OAKEN_LEDGER_URL" in outputs[-1]
    outputs.append(oaken("doctor", code=1))
    monkeypatch.setenv("OAKEN_LEDGER_URL", "mysql://me:se:cr@et@db/papers")
    outputs += [oaken("list", "--library", "nowhere", code=2), oaken("config")]
    assert not any(secret in said for said in outputs for secret in (PASSWORD, "se%3Acr%40et", "se:cr"))
