"""The store: adding, removing, choosing, and what a file says of itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from rag.errors import ModelBrokenError, ModelError, ModelNotFoundError, UsageError
from rag.model.files import known_models, memory, resolve, store
from rag.model.files.check import check_gguf
from rag.model.files.describe import facts, fill_tokens
from rag.model.files.known_models import KnownModel, ModelFile
from rag.model.files.resolve import embedded_model, find_model
from rag.model.files.store import add, find_stored, in_units, remove, stored
from rag.model.local.client import LlamaCpp
from rag.settings import Settings
from rag.types import Prompt, Sampling
from tests import ggufs

Write = Callable[..., Path]
OASST = ("<|prompter|>", "<|assistant|>", "<|system|>")


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


def test_a_file_that_nobody_vouches_for_needs_consent(write_gguf: Write, home: Path) -> None:
    path = write_gguf(OASST, name="mine")
    with pytest.raises(UsageError, match="none of the files") as caught:
        add(path, home)
    assert store.ALLOW in caught.value.hint and stored(home) == []
    held = add(path, home, allow=True)
    assert held.path.is_symlink() and held.path.samefile(path) and not held.note.verified
    assert stored(home) == [held] == [find_stored(home, "mine")] == [find_stored(home, "MINE.gguf")]


def test_a_file_that_the_table_knows_needs_none(vouched: Path, home: Path) -> None:
    held = add(vouched, home)
    assert held.note.verified and held.note.model == "some-model"
    assert find_stored(home, "some-model") == held
    assert find_model(Settings(home, model="some-model")) == held.path


def test_a_known_name_with_other_bytes_is_told(vouched: Path, home: Path) -> None:
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
    ("markers", "name"), [(OASST, "tiny"), (OASST, "oasst-orca"), (("<|im_start|>", "<|im_end|>"), "v10")]
)
def test_facts_agree_with_the_loaded_model(write_gguf: Write, markers: tuple[str, ...], name: str) -> None:
    path = write_gguf(markers, name=name)
    told = facts(path)
    with LlamaCpp.load(path, threads=1) as model:
        assert (told.family, told.why) == (model.card.family, model.why)
        assert told.context == model.card.window
    assert told.title == name and told.architecture == "llama" and not told.fills
    assert told.cache == 1 * 2 * (16 + 16) * 2  # layers, heads, keys and values, bytes
    assert told.need(10**9) == told.need(256) > told.size


def test_facts_of_a_file_whose_family_cannot_be_told(write_gguf: Write) -> None:
    path = write_gguf(("<eot>",), name="plain")
    assert facts(path).family == "" and "does not say how to ask it" in facts(path).why
    assert facts(path, "chatml").why == "it was asked for"
    with pytest.raises(UsageError):
        facts(path, "nonsense")


@pytest.mark.real
@pytest.mark.parametrize("laid_out_anew", [False, True])
def test_the_estimate_of_memory_is_what_the_worker_takes(laid_out_anew: bool, tmp_path: Path) -> None:
    """Weights that stay as they are in the file are mapped; others are copied, and must not be in memory twice."""
    path = embedded_model()
    if laid_out_anew:
        words = ggufs.sentencepiece(OASST)
        shape = {"layers": 10, "width": 1024, "hidden": 2816, "heads": 16, "window": 512}
        path = ggufs.write(
            tmp_path / "oasst.gguf", *ggufs.model("llama", words, name="oasst", kind=ggufs.Q4_0, **shape)
        )
    header = check_gguf(path)
    assert (header.repacked > 0.9 * header.data_bytes) == laid_out_anew
    with LlamaCpp.load(path, context=512, threads=1) as model:
        prompt = Prompt((), (5,) * 250, 512, 0)
        list(model.stream(prompt, Sampling(max_tokens=1)))
        taken = psutil.Process(model.worker).memory_info().rss
    assert facts(path).need(512) == pytest.approx(taken, rel=0.12)


def test_cache_bytes_of_shared_heads_and_of_nothing() -> None:
    shape = {
        "general.architecture": "llama", "llama.block_count": "80", "llama.attention.head_count": "64",
        "llama.attention.head_count_kv": "8", "llama.embedding_length": "8192",
    }  # fmt: skip
    assert memory.cache_bytes(shape) == known_models.known("llama2-70b-oasst-sft-v10").cache  # type: ignore[union-attr]
    assert memory.cache_bytes({}) == 0


def test_free_memory_is_some_and_no_more_than_there_is() -> None:
    import psutil

    assert 0 < memory.free_memory() <= psutil.virtual_memory().total


def test_sizes_are_labelled_as_files_label_them() -> None:
    from rag.model.files.describe import _label

    assert [_label(n) for n in (7, 30_900, 135_000_000, 13 * 10**9)] == ["7", "30.9K", "135M", "13B"]


def test_fill_tokens_in_either_spelling() -> None:
    keys = ("fim_pre", "fim_suf", "fim_mid"), ("prefix", "suffix", "middle")
    for names in keys:
        said = {f"tokenizer.ggml.{name}_token_id": str(number) for number, name in enumerate(names, 5)}
        assert fill_tokens(said) == (5, 6, 7)
        said.pop(f"tokenizer.ggml.{names[1]}_token_id")
        assert fill_tokens(said) is None


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (84_000_000, "84 MB"), (4_745_672_224, "4.75 GB"), (10**13, "10,000 GB")],
)
def test_units(size: int, words: str) -> None:
    assert in_units(size) == words


def test_the_embedded_model_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolve, "EMBEDDED_PACKAGE", "no_such_package")
    with pytest.raises(ModelNotFoundError):
        embedded_model()
