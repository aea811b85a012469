"""One ledger, several machines: the same file has one id, and equal paths of two machines are two documents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from uuid import uuid4

import pytest

from rag.errors import UsageError
from rag.library.db import engines, link
from rag.library.db.folders import Folders, LocalFolders
from rag.library.db.ledger import Ledger
from rag.types import document_id, is_elsewhere
from tests.doubles import paper
from tests.library.db.ledgers import CARD, write
from tests.postgres import linked


class Machines:
    """Machines that share one ledger."""

    def __init__(self, home: Path, url: str) -> None:
        self._home, self._url, self._schema = home, url, f"oaken_{uuid4().hex[:12]}"
        self._ledgers: list[Ledger] = []

    def folders(self, machine: str, host: str) -> Folders:
        folder = linked(self._home / machine, self._url, machine, host, self._schema)
        self._ledgers.append(Ledger.open(folder / "ledger.sqlite", CARD))
        return self._ledgers[-1].database.folders

    @property
    def ledger(self) -> Ledger:
        return self._ledgers[-1]

    def close(self) -> None:
        for each in self._ledgers:
            each.close()


@pytest.fixture
def machines(tmp_path: Path, database: str) -> Iterator[Machines]:
    made = Machines(tmp_path, database)
    yield made
    made.close()


def test_a_file_ledger_keeps_absolute_paths() -> None:
    folders = LocalFolders()
    assert folders.stored("/data") == folders.shown("/data") == "/data"
    assert folders.document_id("/data", "a/b.txt") == document_id("/data", "a/b.txt")


def test_equal_paths_of_two_machines_are_two_documents(machines: Machines) -> None:
    one, other = machines.folders("m1", "north"), machines.folders("m2", "south")
    assert one.document_id("/data", "a.txt") != other.document_id("/data", "a.txt")
    stored = one.stored("/data")
    assert one.shown(stored) == "/data" and other.shown(stored) == "north:/data"
    assert is_elsewhere("north:/data") and not is_elsewhere("/data")
    assert other.stored("north:/data") == stored
    assert other.document_id("north:/data", "a.txt") == one.document_id("/data", "a.txt")


def test_a_share_that_is_called_the_same_is_the_same_wherever_it_is_mounted(machines: Machines) -> None:
    one, other = machines.folders("m1", "north"), machines.folders("m2", "south")
    one.call("/mnt/share", "papers")
    other.call("/media/x", "papers")
    assert one.document_id("/mnt/share", "a/b.txt") == other.document_id("/media/x", "a/b.txt")
    assert one.document_id("/mnt/share/a", "b.txt") == other.document_id("/media/x", "a/b.txt")
    assert other.shown(one.stored("/mnt/share/a")) == "/media/x/a"
    one.call("/mnt/share", "papers")
    with pytest.raises(UsageError):
        one.call("/mnt/share/a", "papers")


def test_a_folder_can_be_named_once_its_documents_are_removed(machines: Machines) -> None:
    folders = machines.folders("m1", "north")
    ledger = machines.ledger
    record, document, chunks = paper("a.txt", "The mill grinds rye.")
    write(ledger, (record, document, chunks))
    with pytest.raises(UsageError):
        folders.call(record.root, "papers")
    ledger.remove(record.id)
    folders.call(record.root, "papers")
    other = machines.folders("m2", "south")
    other.call("/elsewhere", "papers")
    assert other.document_id("/elsewhere", "a.txt") == folders.document_id(record.root, "a.txt")


def test_a_file_has_one_id_however_deep_its_folder_was_given(machines: Machines) -> None:
    folders = machines.folders("m1", "north")
    deep = folders.document_id("/data/a", "b/c.txt")
    assert folders.document_id("/data", "a/b/c.txt") == deep  # the deeper folder was there first
    assert folders.document_id("/data/a/b", "c.txt") == deep
    assert folders.document_id("/", "data/a/b/c.txt") == deep
    assert folders.document_id("/data", "other.txt") == folders.document_id("/", "data/other.txt")
    assert folders.shown(folders.stored("/")) == "/" and folders.shown(folders.stored("/data/a/b")) == "/data/a/b"
    assert folders.stored("/database") != folders.stored("/data")


def test_hosts_of_one_name_are_told_apart(machines: Machines) -> None:
    one, other, third = (machines.folders(each, "north") for each in ("m1aaaaaa", "m2bbbbbb", "m3"))
    stored = one.stored("/data"), other.stored("/data")
    assert [third.shown(each) for each in stored] == ["north:/data", "north-m2bbbb:/data"]


def test_a_path_need_not_be_utf8(machines: Machines) -> None:
    folders = machines.folders("m1", "north")
    assert folders.shown(folders.stored("/d\udcff")) == "/d\udcff"


def test_a_link_leads_to_the_server_until_a_file_is_there(tmp_path: Path, database: str) -> None:
    linked(tmp_path, database)
    assert engines.of_ledger(tmp_path / "ledger.sqlite").folders is not None
    held = link.read(tmp_path)
    assert held is not None
    (tmp_path / "ledger.sqlite").touch()
    file: AbstractContextManager[Path] = engines.of_ledger(tmp_path / "ledger.sqlite").rows_file()
    with file as path:
        assert path == tmp_path / "ledger.sqlite"
