"""The store: adding, removing, choosing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from rag.errors import ModelBrokenError, ModelError, ModelNotFoundError, UsageError
from rag.model.files import known_models, resolve, store
from rag.model.files.known_models import KnownModel, ModelFile
from rag.model.files.resolve import embedded_model, find_model
from rag.model.files.store import add, find_stored, remove, size_text, stored
from rag.settings import Settings
from tests.model.files.homes import OASST, Write


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def vouched(write_gguf: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file whose checksum the table holds."""
    path = write_gguf(OASST, name="vouched")
    offer = ModelFile(path.name, path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
    monkeypatch.setattr(
        known_models,
        "MODELS",
        (*known_models.MODELS, KnownModel("some-model", "oasst-llama", 1, "x", 256, 1, repo="a/b", files=(offer,))),
    )
    return path


def test_an_unverified_file_needs_consent(write_gguf: Write, home: Path) -> None:
    path = write_gguf(OASST, name="mine")
    with pytest.raises(UsageError, match="none of the files") as caught:
        add(path, home)
    assert store.ALLOW_OPTION in caught.value.hint and stored(home) == []
    held = add(path, home, allow=True)
    assert held.path.is_symlink() and held.path.samefile(path) and not held.note.verified
    assert stored(home) == [held] == [find_stored(home, "mine")] == [find_stored(home, "MINE.gguf")]


def test_a_file_that_the_table_knows_needs_none(vouched: Path, home: Path) -> None:
    held = add(vouched, home)
    assert held.note.verified and held.note.model == "some-model"
    assert find_stored(home, "some-model") == held
    assert find_model(Settings(home, model="some-model")) == held.path


def test_a_known_name_with_other_bytes_is_reported(vouched: Path, home: Path) -> None:
    data = bytearray(vouched.read_bytes())
    data[-1] ^= 1
    vouched.write_bytes(data)
    with pytest.raises(UsageError, match="not the file that was published"):
        add(vouched, home)


def test_a_copy_is_whole_and_its_own(write_gguf: Write, home: Path) -> None:
    path = write_gguf(OASST, name="mine")
    steps: list[str] = []
    held = add(path, home, copy=True, allow=True, on_progress=lambda stage, done, total: steps.append(stage))
    assert not held.path.is_symlink() and held.path.read_bytes() == path.read_bytes()
    assert set(steps) == {"checking", "copying"}
    assert sorted(each.name for each in held.path.parent.iterdir()) == ["mine.gguf", "mine.gguf.json"]


def test_a_copy_without_room_leaves_nothing(write_gguf: Write, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_gguf(OASST, name="mine")
    monkeypatch.setattr(store.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1000}))
    with pytest.raises(ModelError, match="1 kB left"):
        add(path, home, copy=True, allow=True)
    assert stored(home) == [] and not list(store.store_folder(home).iterdir())


def test_no_model_is_no_model_even_with_consent(tmp_path: Path, home: Path) -> None:
    (tmp_path / "old.bin").write_bytes(b"tjgg" + bytes(100))
    with pytest.raises(ModelBrokenError, match="2023"):
        add(tmp_path / "old.bin", home, allow=True)
    with pytest.raises(ModelNotFoundError):
        add(tmp_path / "none.gguf", home, allow=True)


def test_a_taken_name_is_not_overwritten(write_gguf: Write, home: Path, tmp_path: Path) -> None:
    add(write_gguf(OASST, name="mine"), home, allow=True)
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "mine.gguf").write_bytes(write_gguf(OASST, name="other").read_bytes())
    with pytest.raises(UsageError, match="already"):
        add(other / "mine.gguf", home, allow=True)
    add(tmp_path / "mine.gguf", home, allow=True)  # the same again changes nothing


def test_removing_a_link_leaves_the_file(write_gguf: Write, home: Path) -> None:
    path = write_gguf(OASST, name="mine")
    add(path, home, allow=True)
    assert remove(home, "mine").name == "mine"
    assert path.exists() and stored(home) == [] and not list(store.store_folder(home).iterdir())
    with pytest.raises(ModelNotFoundError, match="no model 'mine'"):
        remove(home, "mine")


def test_a_link_that_leads_nowhere_is_listed_and_can_go(write_gguf: Write, home: Path) -> None:
    path = write_gguf(OASST, name="mine")
    add(path, home, allow=True)
    path.unlink()
    [held] = stored(home)
    assert not held.exists and held.size == 0
    with pytest.raises(ModelNotFoundError):
        find_model(Settings(home, model="mine"))
    remove(home, "mine")
    assert stored(home) == []


def test_a_file_laid_there_by_hand_is_listed(write_gguf: Write, home: Path) -> None:
    store.store_folder(home).mkdir(parents=True)
    target = store.store_folder(home) / "byhand.gguf"
    target.write_bytes(write_gguf(OASST).read_bytes())
    (target.parent / "byhand.gguf.json").write_text('{"model": 3')
    [held] = stored(home)
    assert held.name == "byhand" and not held.note.verified


def test_several_files_of_one_model_must_be_named(write_gguf: Write, home: Path) -> None:
    for name in ("codellama-13b-oasst-sft-v10.Q2_K", "codellama-13b-oasst-sft-v10.Q8_0"):
        add(write_gguf(OASST, name=name), home, allow=True)
    with pytest.raises(UsageError, match="Several files"):
        find_stored(home, "codellama-13b-oasst-sft-v10")
    assert find_stored(home, "codellama-13b-oasst-sft-v10.Q8_0")


def test_a_path_goes_before_a_name(write_gguf: Write, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_gguf(OASST, name="mine")
    monkeypatch.chdir(path.parent)
    assert find_model(Settings(home, model="mine.gguf")) == Path("mine.gguf")
    with pytest.raises(ModelNotFoundError):
        find_model(Settings(home, model="mine"))


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (84_000_000, "84 MB"), (4_745_672_224, "4.75 GB"), (10**13, "10,000 GB")],
)
def test_units(size: int, words: str) -> None:
    assert size_text(size) == words


def test_the_embedded_model_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolve, "EMBEDDED_PACKAGE", "no_such_package")
    with pytest.raises(ModelNotFoundError):
        embedded_model()
