"""A library between a server and a file: nothing is lost, and ids are each database's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.conversation.chats.store import ChatStore
from rag.library.db import link
from rag.library.db.ledger import Ledger
from rag.library.maintenance import backup, restore
from rag.library.maintenance.transfer import renamed
from rag.library.state import LedgerVersion
from rag.settings import LEDGER_FILE
from rag.types import Answer, AnswerStatus, Citation, FileRecord, document_id
from tests.doubles import BagEmbedder, Paper, paper
from tests.library.db.ledgers import CARD, write
from tests.postgres import linked

ROOT = "/data/town"


def at_home(ledger: Ledger, given: Paper) -> Paper:
    """The paper with the id that the ledger gives its place."""
    record, document, chunks = given
    identity = ledger.database.folders.document_id(ROOT, record.path)
    moved = replace(record, id=identity, root=ROOT, source=f"{ROOT}/{record.path}")
    return moved, document, [replace(each, document_id=identity, id=each.id) for each in chunks]


def filled(folder: Path) -> dict[str, FileRecord]:
    with ChatStore.open(folder) as chats:
        ledger = Ledger.open(folder / LEDGER_FILE, CARD)
        for number in range(3):
            write(ledger, at_home(ledger, paper(f"p{number}.txt", f"The mill {number} grinds rye.", "It is old.")))
        held = {each.path: each for each in ledger.records()}
        ledger.tag([held["p1.txt"].id], ["old", "mill"])
        ledger.prefer("order", "name")
        ledger.set_restored_roots({"/elsewhere"})
        chat = chats.new()
        asked = chats.ask(chat.id, "What does it grind?", None)
        cited = Citation(held["p0.txt"].id, "p0.txt", 1, (), 0, 5, "The m", 0.9)
        chats.keep(asked.id, Answer("What does it grind?", AnswerStatus.ANSWERED, 0.9, quotes=(cited,)))
        held = {each.path: each for each in ledger.records()}
        ledger.close()
    return held


def texts(folder: Path) -> dict[str, tuple[list[str], tuple[str, ...]]]:
    ledger = Ledger.open(folder / LEDGER_FILE, None)
    try:
        rows = ledger.records()
        assert ledger.integrity() == "ok" and ledger.preference("order") == "name"
        assert len(ledger.all_vectors()[0]) == sum(row.chunks for row in rows)
        return {row.path: ([each.text for each in ledger.chunks_of(row.id)], row.tags) for row in rows}
    finally:
        ledger.close()


def cited_ids(folder: Path) -> set[str]:
    with ChatStore.open(folder) as chats:
        replies = [reply for chat in chats.list() for each in chats.path(chat.id) for reply in each.replies]
    return {quote.document_id for reply in replies if reply.answer for quote in reply.answer.quotes}


@pytest.mark.parametrize("forced", [False, True])
def test_a_server_is_backed_up_and_given_back(tmp_path: Path, database: str, forced: bool) -> None:
    folder = linked(tmp_path / "shared", database)
    held = filled(folder)
    before = texts(folder)
    about = backup.save(folder, tmp_path / "town.oaken")
    assert (about.documents, about.chunks) == (3, 6)
    again = folder if forced else linked(tmp_path / "again", database)
    if forced:
        ledger = Ledger.open(folder / LEDGER_FILE, None)
        assert ledger.remove(held["p0.txt"].id)
        ledger.close()
    restore.restore(tmp_path / "town.oaken", again, force=forced)
    assert texts(again) == before
    ledger = Ledger.open(again / LEDGER_FILE, None)
    now = {each.path: each.id for each in ledger.records()}
    number, changed = ledger.changed_since(LedgerVersion())
    ledger.close()
    assert set(changed) == set(now.values()) and number.number
    assert cited_ids(again) == {now["p0.txt"]}
    assert (now == {path: each.id for path, each in held.items()}) is forced  # the same folders, the same ids


def test_a_backup_of_a_server_is_a_library_in_a_file_and_back(tmp_path: Path, database: str) -> None:
    folder = linked(tmp_path / "shared", database)
    held = filled(folder)
    backup.save(folder, tmp_path / "town.oaken")
    restore.restore(tmp_path / "town.oaken", tmp_path / "file")
    assert texts(tmp_path / "file") == texts(folder)
    local = document_id(ROOT, "p0.txt")
    assert cited_ids(tmp_path / "file") == {local} and held["p0.txt"].id != local
    backup.save(tmp_path / "file", tmp_path / "file.oaken")
    restore.restore(tmp_path / "file.oaken", folder, force=True)
    assert cited_ids(folder) == {held["p0.txt"].id}


def test_documents_of_another_machine_stay_its_own_in_a_backup(tmp_path: Path, database: str) -> None:
    """Two machines may have other files at the same path."""
    folder = linked(tmp_path / "shared", database)
    filled(folder)
    found = link.read(folder)
    assert found is not None
    other = linked(tmp_path / "other", database, "there", "host-b", found.schema)
    ledger = Ledger.open(other / LEDGER_FILE, CARD)
    write(ledger, at_home(ledger, paper("p0.txt", "Quite another paper.")))
    ledger.close()
    assert backup.save(other, tmp_path / "town.oaken").documents == 4
    restore.restore(tmp_path / "town.oaken", tmp_path / "file")
    ledger = Ledger.open(tmp_path / "file" / LEDGER_FILE, None)
    assert {each.root for each in ledger.records()} == {ROOT, f"host-a:{ROOT}"}
    assert f"host-a:{ROOT}" in ledger.restored_roots()
    ledger.close()
    restore.restore(tmp_path / "town.oaken", other, force=True)
    ledger = Ledger.open(folder / LEDGER_FILE, None)
    assert {(each.root, each.path) for each in ledger.records()} >= {(ROOT, "p1.txt"), (f"host-b:{ROOT}", "p0.txt")}
    ledger.close()


def test_only_whole_ids_are_renamed() -> None:
    old, new = "a" * 16, "b" * 16
    assert renamed(f'{{"document": "{old}", "text": "x{old} {old}0"}}', {old: new}) == (
        f'{{"document": "{new}", "text": "x{old} {old}0"}}'
    )


def test_the_embedder_comes_with_the_rows(tmp_path: Path, database: str) -> None:
    filled(tmp_path / "file")
    backup.save(tmp_path / "file", tmp_path / "town.oaken")
    folder = linked(tmp_path / "shared", database)
    ledger = Ledger.open(folder / LEDGER_FILE, replace(BagEmbedder().card, name="another"))
    ledger.close()
    restore.restore(tmp_path / "town.oaken", folder, force=True)
    ledger = Ledger.open(folder / LEDGER_FILE, CARD)
    assert ledger.embedder == CARD
    ledger.close()
