"""What a model file says of itself."""

from __future__ import annotations

import pytest

from rag.errors import UsageError
from rag.model.files.describe import facts, fill_tokens
from rag.model.local.client import LlamaCpp
from tests.model.files.homes import OASST, Write


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


def test_facts_of_a_file_of_unknown_family(write_gguf: Write) -> None:
    path = write_gguf(("<eot>",), name="plain")
    assert facts(path).family == "" and "does not say how to ask it" in facts(path).why
    assert facts(path, "chatml").why == "it was asked for"
    with pytest.raises(UsageError):
        facts(path, "nonsense")


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
