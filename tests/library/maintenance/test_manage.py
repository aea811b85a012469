"""A library is renamed with all that it holds, and deleted with nothing left."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rag.conversation.chats.store import ChatStore
from rag.errors import LibraryBusyError, LibraryNotFoundError, UsageError
from rag.library.library import Library
from rag.library.locks import WriteLock
from rag.library.maintenance import health, manage
from rag.settings import library_folder, library_names
from rag.types import document_id
from tests.doubles import BagEmbedder, file_away, paper

EMBEDDER = BagEmbedder()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the library "old": a paper by its path, and a dropped one, which an answer has quoted."""
    folder = library_folder(tmp_path, "old")
    with Library.open(folder, EMBEDDER.card) as library:
        file_away(library, paper("mill.txt", "The mill grinds rye in autumn."))
        uploads = folder / "uploads"
        uploads.mkdir()
        (uploads / "ferry.txt").write_text("The ferry leaves at noon.")
        file_away(library, paper("ferry.txt", "The ferry leaves at noon.", root=str(uploads.resolve())))
    with ChatStore.open(folder) as chats:
        question = chats.ask(chats.new().id, "When does the ferry leave?", None)
        chats.keep(question.id, None, problem="none", hint="", model="", preset="", insist=False, seconds=1.0)
    held = str((uploads / "ferry.txt").resolve())
    answer = json.dumps({"document_id": document_id(str(uploads.resolve()), "ferry.txt"), "source": held})
    with closing(sqlite3.connect(folder / "chats.sqlite")) as db, db:
        db.execute("UPDATE replies SET answer = ?", (answer,))
    return tmp_path


def documents(home: Path, name: str) -> dict[str, str]:
    """The path of each document, and its root."""
    with Library.open(library_folder(home, name), EMBEDDER.card) as library:
        assert all(library.document(record.id) is not None for record in library.records())
        return {record.path: record.root for record in library.records()}


def test_what_goes_is_counted(home: Path) -> None:
    held = manage.summary(home, "old")
    assert (held.documents, held.uploads, held.conversations) == (2, 1, 1) and held.size > 1000


def test_what_goes_has_the_size_that_is_told_elsewhere_while_the_library_is_open(home: Path) -> None:
    folder = library_folder(home, "old")
    for name in ("folders.json", "folders.lock"):
        (folder / name).write_text("{}")
    with Library.open(folder, EMBEDDER.card) as library:
        parts = health.space(library)
        assert manage.summary(home, "old").size == sum(parts.values())
        assert health.LEFT_OVER not in parts


def test_a_renamed_library_keeps_all_and_follows_its_dropped_files(home: Path) -> None:
    manage.rename(home, "old", "new")
    assert library_names(home) == ["new"]
    uploads = (library_folder(home, "new") / "uploads").resolve()
    assert documents(home, "new") == {"mill.txt": "/papers", "ferry.txt": str(uploads)}
    with closing(sqlite3.connect(library_folder(home, "new") / "chats.sqlite")) as db:
        [(answer,)] = db.execute("SELECT answer FROM replies").fetchall()
    assert json.loads(answer) == {
        "document_id": document_id(str(uploads), "ferry.txt"), "source": str(uploads / "ferry.txt"),
    }  # fmt: skip
    assert manage.summary(home, "new").uploads == 1


def test_a_taken_or_a_bad_name_changes_nothing(home: Path) -> None:
    with Library.open(library_folder(home, "other"), EMBEDDER.card):
        pass
    for bad in ("other", "OTHER", "../x", ""):
        with pytest.raises(UsageError):
            manage.rename(home, "old", bad)
    assert library_names(home) == ["old", "other"] and len(documents(home, "old")) == 2


def test_a_deleted_library_leaves_nothing_and_the_person_s_files_alone(home: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    (home / ".deleted-before").mkdir()  # of a deletion that was killed
    manage.delete(home, "old")
    assert library_names(home) == [] and (tmp_path / "mine.txt").exists()
    assert not [path for path in home.rglob("*") if "old" in path.parts or path.name.startswith(".deleted-")]
    with pytest.raises(LibraryNotFoundError):
        manage.delete(home, "old")


def test_a_library_that_is_being_filled_is_neither_renamed_nor_deleted(home: Path) -> None:
    with WriteLock(library_folder(home, "old")).hold(1.0):
        for act in (lambda: manage.delete(home, "old"), lambda: manage.rename(home, "old", "new")):
            with pytest.raises(LibraryBusyError):
                act()
    assert library_names(home) == ["old"] and len(documents(home, "old")) == 2
