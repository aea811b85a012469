"""What is fetched of a model, and what goes wrong on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.embedding import hub as hub_module
from rag.embedding.hub import wanted
from rag.errors import ModelBrokenError, ModelNotFoundError, UsageError
from tests.embedding.tiny_models import hub

pytestmark = [pytest.mark.real, pytest.mark.slow]


def test_a_download_that_was_broken_off_goes_on_within_the_file(
    tiny: Path, tmp_path: Path, online: pytest.MonkeyPatch
) -> None:
    breaks = {"model.safetensors": 1000}
    with hub("owner/small-e5", tiny / "e5", breaks=breaks) as (address, fetched):
        online.setenv("HF_ENDPOINT", address)
        online.setattr(hub_module, "_DOWNLOAD_STEP_BYTES", 256)
        online.setattr("huggingface_hub.file_download.time.sleep", lambda _: None)
        with pytest.raises(ModelNotFoundError, match="could not be downloaded") as caught:
            hub_module.fetch("owner/small-e5", tmp_path)
        assert "oaken embedder add owner/small-e5" in caught.value.hint
        assert not (tmp_path / "model.safetensors").exists()
        breaks.clear()
        before = len(fetched)
        hub_module.fetch("owner/small-e5", tmp_path)
    assert [each for each in fetched[before:] if each.startswith("model.safetensors from ")]
    assert "config.json" not in fetched[before:]  # what is there is not fetched again
    assert (tmp_path / "model.safetensors").read_bytes() == (tiny / "e5" / "model.safetensors").read_bytes()
    assert not list(tmp_path.rglob("*.part"))


def test_offline_nothing_is_asked_of_the_hub(tiny: Path, tmp_path: Path, online: pytest.MonkeyPatch) -> None:
    with hub("owner/small-e5", tiny / "e5") as (address, fetched):
        online.setenv("HF_ENDPOINT", address)
        online.setenv("OAKEN_OFFLINE", "1")
        with pytest.raises(UsageError, match="set to be offline"):
            hub_module.fetch("owner/small-e5", tmp_path)
    assert list(fetched) == [] and list(tmp_path.glob("*.safetensors")) == []


def test_weights_that_are_not_what_the_hub_says_are_deleted(
    tiny: Path, tmp_path: Path, online: pytest.MonkeyPatch
) -> None:
    with hub("owner/small-e5", tiny / "e5", sha256="0" * 64) as (address, _):
        online.setenv("HF_ENDPOINT", address)
        with pytest.raises(ModelBrokenError, match="wrong checksum"):
            hub_module.fetch("owner/small-e5", tmp_path)
    assert not list(tmp_path.glob("model.safetensors*"))


def test_of_several_forms_of_the_weights_one_is_wanted() -> None:
    files = [
        "modules.json", "config.json", "README.md", "model.safetensors", "pytorch_model.bin", "onnx/model.onnx",
        "1_Pooling/config.json", "2_Dense/config.json", "2_Dense/pytorch_model.bin", "tokenizer.json",
        "openvino/openvino_model.bin",
    ]  # fmt: skip
    assert set(wanted(files)) == {
        "modules.json", "config.json", "model.safetensors", "1_Pooling/config.json", "2_Dense/config.json",
        "2_Dense/pytorch_model.bin", "tokenizer.json",
    }  # fmt: skip
    shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"]
    assert set(wanted([*shards, "pytorch_model.bin"])) == set(shards)
