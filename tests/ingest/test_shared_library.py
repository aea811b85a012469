"""Machines that read their folders into one library: each document is whose it is, and nobody removes another's."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from ingest.report import IngestReport
from rag.library.db import link
from rag.library.library import Library
from tests.doubles import BagEmbedder as Card
from tests.ingest.doubles import BagEmbedder, InProcess
from tests.postgres import linked


class Machines:
    """Two machines with a library on one server."""

    def __init__(self, place: Path, url: str, stack: ExitStack) -> None:
        first = linked(place / "one", url, "m1", "north")
        held = link.read(first)
        assert held is not None
        second = linked(place / "two", url, "m2", "south", held.schema)
        card = Card().card
        self.one, self.two = (stack.enter_context(Library.open(each, card)) for each in (first, second))


@pytest.fixture
def machines(tmp_path: Path, database: str) -> Iterator[Machines]:
    with ExitStack() as stack:
        yield Machines(tmp_path / "libraries", database, stack)


def read(library: Library, *paths: Path) -> IngestReport:
    return ingest(paths, library, BagEmbedder(), parser=InProcess())  # type: ignore[arg-type]


def outcomes(report: IngestReport) -> dict[str, str]:
    return {Path(row.source).name: row.outcome.value for row in report.outcomes}


def places(library: Library) -> set[str]:
    return {f"{record.root}/{record.path}" for record in library.records()}


def fill(folder: Path, **texts: str) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text)
    return folder


def test_other_files_at_the_same_path_are_other_documents(machines: Machines, tmp_path: Path) -> None:
    data = fill(tmp_path / "data", mill="The mill of the north grinds rye.", bridge="A bridge of the north.")
    assert outcomes(read(machines.one, data)) == {"mill.txt": "indexed", "bridge.txt": "indexed"}
    fill(data, mill="The mill of the south grinds oats.")
    report = read(machines.two, data)
    assert outcomes(report) == {"mill.txt": "indexed"} and report.removed == 0
    assert places(machines.two) == {f"{data}/mill.txt", f"north:{data}/mill.txt", f"north:{data}/bridge.txt"}
    assert places(machines.one) == {f"south:{data}/mill.txt", f"{data}/mill.txt", f"{data}/bridge.txt"}
    fill(data)
    assert read(machines.two, data).removed == 1
    assert places(machines.one) == {f"{data}/mill.txt", f"{data}/bridge.txt"}


def test_a_copy_of_another_machines_file_is_a_copy_and_moves_nothing(machines: Machines, tmp_path: Path) -> None:
    """The other's file is not here, and that says nothing."""
    data = fill(tmp_path / "data", mill="The mill of the north grinds rye.")
    read(machines.one, data)
    shutil.rmtree(data)
    copy = fill(tmp_path / "copy", mill="The mill of the north grinds rye.")
    assert outcomes(read(machines.two, copy)) == {"mill.txt": "duplicate"}
    assert len(machines.one.records()) == 2
    report = ingest((), machines.two, BagEmbedder(), parser=InProcess(), retry_incomplete=True)  # type: ignore[arg-type]
    assert report.outcomes == () and len(machines.one.records()) == 2


def test_a_share_is_read_once_wherever_it_is_mounted(machines: Machines, tmp_path: Path) -> None:
    here = fill(tmp_path / "here", mill="The mill grinds rye.", bridge="A bridge of stone.")
    there = tmp_path / "there"
    shutil.copytree(here, there)
    machines.one.name_folder(str(here), "papers")
    machines.two.name_folder(str(there), "papers")
    assert set(outcomes(read(machines.one, here)).values()) == {"indexed"}
    assert set(outcomes(read(machines.two, there)).values()) == {"unchanged"}
    assert places(machines.one) == {f"{here}/mill.txt", f"{here}/bridge.txt"}
    assert places(machines.two) == {f"{there}/mill.txt", f"{there}/bridge.txt"}
    (there / "mill.txt").unlink()
    assert read(machines.two, there).removed == 1
    assert places(machines.one) == {f"{here}/bridge.txt"}
