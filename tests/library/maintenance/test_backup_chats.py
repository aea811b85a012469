"""A backup brings the conversations along, and lets nothing of a stranger's in with them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rag.conversation.chats.store import ChatStore
from rag.errors import LibraryError
from rag.library.library import Library
from rag.library.maintenance import backup
from rag.library.maintenance.restore import restore, verify
from rag.settings import CHATS_FILE
from rag.types import Answer, AnswerStatus
from tests.doubles import BagEmbedder, file_away, paper
from tests.library.maintenance.test_backup import rewritten

pytestmark = pytest.mark.real


@pytest.fixture
def saved(folder: Path, tmp_path: Path) -> Path:
    """A backup of a library with a paper and a conversation."""
    with Library.open(folder, BagEmbedder().card) as library:
        file_away(library, paper("mill.txt", "The mill grinds rye in autumn."))
    with ChatStore.open(folder) as chats:
        chat = chats.new().id
        chats.keep(
            chats.ask(chat, "What does the mill grind?", None).id, Answer("", AnswerStatus.TOLD, 1.0, reply="Rye.")
        )
        backup.save(folder, tmp_path / "safe.oaken")
    return tmp_path / "safe.oaken"


def asked(folder: Path) -> list[str]:
    with ChatStore.open(folder) as chats:
        return [question.text for chat in chats.list() for question, _, _ in chats.tree(chat.id)]


def test_conversations_come_back_elsewhere(saved: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "other"
    verify(saved)
    restore(saved, elsewhere)
    assert asked(elsewhere) == ["What does the mill grind?"]
    assert (elsewhere / CHATS_FILE).stat().st_mode & 0o777 == 0o600


def test_conversations_that_are_open_see_what_was_restored(folder: Path, saved: Path) -> None:
    with ChatStore.open(folder) as chats:
        chats.ask(chats.new().id, "Asked after the backup", None)
        restore(saved, folder, force=True)
        assert [chat.title for chat in chats.list()] == ["What does the mill grind?"]


def test_a_backup_without_conversations_leaves_those_that_are_here(folder: Path, tmp_path: Path) -> None:
    with Library.open(folder, BagEmbedder().card) as library:
        file_away(library, paper("mill.txt", "The mill grinds rye in autumn."))
    backup.save(folder, tmp_path / "safe.oaken")
    with ChatStore.open(folder) as chats:
        chats.ask(chats.new().id, "Asked after the backup", None)
    restore(tmp_path / "safe.oaken", folder, force=True)
    assert asked(folder) == ["Asked after the backup"]


def test_what_was_deleted_is_not_in_a_backup(folder: Path, saved: Path, tmp_path: Path) -> None:
    with ChatStore.open(folder) as chats:
        chats.delete(chats.list()[0].id)
        backup.save(folder, saved, force=True)
    restore(saved, tmp_path / "other")
    assert b"grind?" not in (tmp_path / "other" / CHATS_FILE).read_bytes()


def test_conversations_of_the_format_before_are_restored(saved: Path, tmp_path: Path) -> None:
    def change(parts: dict[str, bytes], _: dict[str, object]) -> None:
        path = tmp_path / "older.sqlite"
        path.write_bytes(parts[CHATS_FILE])
        with closing(sqlite3.connect(path)) as db:
            db.execute("ALTER TABLE questions DROP COLUMN scope")
            db.execute("UPDATE meta SET value = '1' WHERE key = 'format'")
            db.commit()
        parts[CHATS_FILE] = path.read_bytes()

    rewritten(change)(saved)
    restore(saved, tmp_path / "other")
    assert asked(tmp_path / "other") == ["What does the mill grind?"]


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("CREATE TRIGGER t AFTER INSERT ON chats BEGIN DELETE FROM replies; END", "unexpected objects"),
        ("CREATE TABLE other (a)", "unexpected objects"),
        ("DROP TABLE rankings; CREATE VIEW rankings AS SELECT 1", "unexpected objects"),
    ],
)
def test_strangers_conversations_are_tables_and_nothing_else(
    saved: Path, tmp_path: Path, statement: str, why: str
) -> None:
    def change(parts: dict[str, bytes], _: dict[str, object]) -> None:
        path = tmp_path / "hostile.sqlite"
        path.write_bytes(parts[CHATS_FILE])
        with closing(sqlite3.connect(path)) as db:
            db.executescript(statement)
        parts[CHATS_FILE] = path.read_bytes()

    rewritten(change)(saved)
    with pytest.raises(LibraryError, match=why):
        restore(saved, tmp_path / "other")
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("content", [b"", b"no database, and long enough to look like one" * 30])
def test_damaged_conversations_are_refused(saved: Path, tmp_path: Path, content: bytes) -> None:
    def change(parts: dict[str, bytes], _: dict[str, object]) -> None:
        parts[CHATS_FILE] = content

    rewritten(change)(saved)
    with pytest.raises(LibraryError, match="cannot be used"):
        restore(saved, tmp_path / "other")


def test_conversations_that_cannot_be_copied_are_named(folder: Path, saved: Path, tmp_path: Path) -> None:
    for path in folder.glob(f"{CHATS_FILE}*"):
        path.write_bytes(b"no database, and long enough to look like one" * 30)
    with pytest.raises(LibraryError, match=r"conversations .* cannot be copied") as caught:
        backup.save(folder, tmp_path / "new.oaken")
    assert "Move it aside" in caught.value.hint
    assert not (tmp_path / "new.oaken").exists()
