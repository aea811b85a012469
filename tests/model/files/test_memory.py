"""How much memory a model takes, and how much there is."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from rag.model.files import known_models, memory
from rag.model.files.check import check_gguf
from rag.model.files.describe import facts
from rag.model.files.resolve import embedded_model
from rag.model.local.client import LlamaCpp
from rag.types import Prompt, Sampling
from tests import ggufs
from tests.model.files.homes import OASST


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
