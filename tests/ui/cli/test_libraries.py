"""``oaken library``: what is there, renamed, deleted once somebody agrees, and the sample removed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.library.library import Library
from rag.settings import library_folder, library_names
from tests.doubles import BagEmbedder, file_away, paper
from tests.ui.conftest import Command


@pytest.fixture
def home(bare: Command) -> Command:
    """A home with the libraries "manuals" and "notes"."""
    embedder = BagEmbedder()
    for name in ("manuals", "notes"):
        with Library.open(library_folder(bare.home, name), embedder.card) as library:
            file_away(library, paper("mill.txt", "The mill grinds rye in autumn."))
    return bare


def test_libraries_are_listed(home: Command, bare: Command) -> None:
    assert "manuals  1 document, " in home("library").stdout
    told = json.loads(home("library", "--json").stdout)["libraries"]
    assert [(each["name"], each["documents"]) for each in told] == [("manuals", 1), ("notes", 1)]


def test_one_is_renamed(home: Command) -> None:
    assert home("library", "rename", "notes", "diary").stdout == "notes is now called diary.\n"
    assert library_names(home.home) == ["diary", "manuals"]
    taken = home("library", "rename", "diary", "manuals")
    assert taken.returncode == 2 and "already exists" in taken.stderr


def test_one_is_deleted_once_somebody_agrees(home: Command) -> None:
    kept = home("library", "delete", "notes", text="n\n")
    assert kept.returncode == 1 and "the text of 1 document" in kept.stdout and "Nothing was deleted." in kept.stdout
    silent = home("library", "delete", "notes", "--json")
    assert silent.returncode == 2 and library_names(home.home) == ["manuals", "notes"]
    assert "was deleted" in home("library", "delete", "notes", text="y\n").stdout
    assert json.loads(home("library", "delete", "manuals", "--yes", "--json").stdout)["deleted"]["documents"] == 1
    assert library_names(home.home) == []
    assert home("library").stdout.startswith("There is no library yet.")


def test_a_missing_one_is_named(home: Command, tmp_path: Path) -> None:
    missing = home("library", "delete", "nosuch", "--yes")
    assert missing.returncode != 0 and "nosuch" in missing.stderr and "manuals" in missing.stderr
