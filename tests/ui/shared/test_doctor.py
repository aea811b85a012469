"""What the doctor finds on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rag.embedding import add as room
from rag.embedding import registry
from rag.settings import Settings
from tests.embedding.conftest import tiny as tiny
from ui.shared import doctor

pytestmark = pytest.mark.slow


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "home" / "models"


def found(models: Path, *, repair: bool = False) -> Any:
    rows = doctor.machine(Settings(home=models.parent), [], repair=repair)
    return next(check for check in rows if check.name == "embedding model files")


@pytest.mark.real
def test_the_doctor_finds_a_damaged_file_and_prepares_the_model_again(models: Path) -> None:
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


def test_reports_that_onnxruntime_left_are_named_and_removed_only_when_asked(
    models: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    own = tmp_path / ".cache" / "Microsoft" / "DeveloperTools" / ".onnxruntime"
    assert list(doctor._reports(repair=True)) == []
    own.mkdir(parents=True)
    (own / "deviceid").write_text("x")
    (told,) = doctor._reports(repair=False)
    assert told.ok and str(own) in told.detail and "oaken doctor --repair" in told.detail
    assert (own / "deviceid").exists()
    (told,) = doctor._reports(repair=True)
    assert told.ok and told.detail == f"removed: {own / 'deviceid'}" and not own.exists()
