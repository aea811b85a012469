"""The documents of a library by their names: listed, shown and removed without a full path being printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.library.library import Library
from tests.doubles import BagEmbedder, file_away, paper
from ui.cli import main as cli


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose library has two documents, from folders that share their last name."""
    monkeypatch.setenv("OAKEN_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    embedder = BagEmbedder()
    folder = tmp_path / "libraries" / "default"
    monkeypatch.setattr("rag.factory.open_library", lambda *_, **__: Library.open(folder, embedder.card))
    with Library.open(folder, embedder.card) as held:
        file_away(held, paper("mill/notes.md", "The mill wheel turns.", root="/home/ana/papers", section="The mill"))
        file_away(held, paper("mill/notes.md", "Another wheel.", root="/mnt/old/papers", section="Old"))
    return tmp_path


def test_a_list_shows_places_and_titles_and_full_paths_on_demand(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["list"]) == 0
    said = capsys.readouterr().out
    assert "ana/papers/mill/notes.md" in said and "The mill" in said and "/home" not in said
    assert cli.run(["list", "--paths"]) == 0
    assert "/home/ana/papers/mill/notes.md" in capsys.readouterr().out
    assert cli.run(["list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["documents"]
    assert {(row["place"], row["title"]) for row in rows} == {
        ("ana/papers/mill/notes.md", "The mill"),
        ("old/papers/mill/notes.md", "Old"),
    }


def test_what_is_printed_names_a_document_and_what_is_ambiguous_is_refused(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["show", "notes.md"]) == 2
    said = capsys.readouterr().err
    assert "matches 2 documents" in said and "ana/papers/mill/notes.md" in said
    assert cli.run(["show", "ana/papers/mill/notes.md"]) == 0
    assert "The mill" in capsys.readouterr().out
    assert cli.run(["remove", "old/papers/mill/notes.md"]) == 0
    said = capsys.readouterr().out
    assert "removed " in said and "/mnt" not in said
    assert cli.run(["remove", "home"]) == 2  # a folder far above is no name of what lies below it


def test_in_a_narrow_terminal_each_document_is_a_few_lines(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert cli.run(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "Document: ana/papers/mill/notes.md" in lines and "Title: The mill" in lines
    assert max(map(len, lines)) <= 40 and lines == [line.rstrip() for line in lines]


def test_documents_are_tagged_listed_and_shown_by_their_tags(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["tag"]) == 0 and "No document has a tag" in capsys.readouterr().out
    assert cli.run(["tag", "ana/papers/mill/notes.md", "--add", "Mills, tax 2024"]) == 0
    assert "ana/papers/mill/notes.md: Mills, tax 2024" in capsys.readouterr().out
    assert cli.run(["tag", "old/papers/mill/notes.md", "--add", "mills", "--add", "old", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["tags"] == {"Mills": 2, "old": 1, "tax 2024": 1} and told["documents"][0]["tags"] == ["Mills", "old"]
    assert cli.run(["tag", "old/papers/mill/notes.md", "--remove", "MILLS"]) == 0
    assert cli.run(["tag"]) == 0 and "Mills     1" in capsys.readouterr().out
    assert cli.run(["list", "--tag", "mills"]) == 0
    said = capsys.readouterr().out
    assert "Mills, tax 2024" in said and "ana/papers" in said and "old/papers" not in said
    assert cli.run(["show", "ana/papers/mill/notes.md"]) == 0 and "Mills, tax 2024" in capsys.readouterr().out
    assert cli.run(["list", "--tag", "none"]) == 2 and "No document has the tag none" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["ana/papers/mill/notes.md"], "--add or --remove"),
        (["--add", "work"], "--add or --remove"),
        (["nowhere.md", "--add", "work"], "nowhere.md"),
        (["ana/papers/mill/notes.md", "--add", " # "], "is no tag"),
    ],
)
def test_a_command_that_tags_nothing_says_why(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert cli.run(["tag", *arguments]) == 2 and told in capsys.readouterr().err
    assert cli.run(["tag"]) == 0 and "No document has a tag" in capsys.readouterr().out
