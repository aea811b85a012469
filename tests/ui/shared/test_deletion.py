"""Documents are forgotten; a person's own files stay, copies that dropping made go."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.library.library import Library
from tests.doubles import BagEmbedder, file_away, paper
from ui.shared.deletion import UPLOADS_FOLDER, forget


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Three documents: two of a person's own folder, and one that was dropped."""
    with Library.open(tmp_path / "library", BagEmbedder().card) as library:
        for folder, name in (
            (tmp_path, "mill.txt"),
            (tmp_path, "weir.txt"),
            (library.folder / UPLOADS_FOLDER, "bell.txt"),
        ):
            folder.mkdir(exist_ok=True)
            (folder / name).write_text("It stands there.")
            record, document, chunks = paper(name, f"The {name} stands there.")
            file_away(library, (replace(record, root=str(folder), path=name), document, chunks))
        library.follow()
        yield library  # type: ignore[misc]


def test_only_copies_are_deleted(library: Library, tmp_path: Path) -> None:
    told: list[str] = []
    copies, note = forget(library, library.records(), on_removed=lambda record: told.append(record.path))
    assert (copies, note, library.records()) == (1, "", [])
    assert sorted(told) == ["bell.txt", "mill.txt", "weir.txt"]
    assert (tmp_path / "mill.txt").exists() and (tmp_path / "weir.txt").exists()
    assert not (library.folder / UPLOADS_FOLDER / "bell.txt").exists()


def test_it_stops_between_two_documents_when_asked(library: Library) -> None:
    told: list[str] = []
    forget(library, library.records(), on_removed=lambda record: told.append(record.path), stop=lambda: len(told) == 1)
    assert len(told) == 1
    assert {record.path for record in library.records()} == {"bell.txt", "mill.txt", "weir.txt"} - set(told)
