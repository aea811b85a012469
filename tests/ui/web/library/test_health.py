"""A library's health in sentences: real damage is called by its name, and what only is note is no damage."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import factory
from rag.library.library import Library
from tests.doubles import BagEmbedder, file_away, paper
from ui.web.library import health as library_health
from ui.web.library.health import HealthFindings, look, rows, verdict


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    embedder = BagEmbedder()
    monkeypatch.setattr(factory, "embedder_card", lambda *_: embedder.card)
    with Library.open(tmp_path / "home" / "libraries" / "default", embedder.card) as library:
        for number in range(3):
            file_away(library, paper(f"{number}.txt", f"rye {number}", f"wheat {number}", root=str(tmp_path)), embedder)
            text = "x" * library.records()[number].stamp.size
            (tmp_path / f"{number}.txt").write_text(text)
        library.follow()
        yield library


def states(found: HealthFindings) -> dict[str, str]:
    return {name: state for state, name, _, _ in rows(found.library)}


@pytest.mark.real
def test_damage_to_an_index_is_reported_and_repaired(library: Library) -> None:
    well = look("default")
    assert verdict(well) == "Everything is in order." and well.passages == 6
    assert states(well)["Search by words"] == "well"
    assert {check.name for check in well.machine} >= {"Python", "language model", "home"}
    mark = library.folder / "words.json"
    folder = library.folder / "words" / json.loads(mark.read_text())["folder"]
    for path in folder.glob("*.store"):
        path.unlink()  # another file in its place: the library that is open has mapped the old one into memory
        path.write_bytes(b"torn")
    ill = look("default")
    assert verdict(ill) == "One thing needs attention."
    assert states(ill) == states(well) | {"Search by words": "ill"}
    mended = look("default", repair=True)
    assert states(mended) == states(well) and mended.repaired and not well.repaired
    assert library.words.ids() == library.ledger.chunk_ids()  # what was open follows


@pytest.mark.real
def test_files_that_changed_and_leftovers_are_worth_knowing(library: Library) -> None:
    (library.folder / "words" / "abandoned").mkdir()
    found = look("default")
    # The double's papers were never read from a disk: no file is as it was.
    assert states(found)["Your files"] == states(found)["Space on disk"] == "mind"
    assert verdict(found) == "Everything is in order."
    assert states(look("default", repair=True))["Space on disk"] == "well"


def test_each_part_of_a_library_has_a_name_on_the_page(library: Library) -> None:
    from rag.library.maintenance.health import space

    (library.folder / "odd").write_text("odd")
    found = space(library)
    assert {name for name, size in found.items() if size and name} <= set(library_health._PART_LABELS)
    assert found["left over"] == 3 and found["ledger"] > 10_000
