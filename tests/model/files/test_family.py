"""The prompt family of a model file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rag.errors import ModelError, UsageError
from rag.model.files.family import choose_family
from rag.model.prompting.families import TEMPLATE, render
from tests.model.prompting.headers import INST, THREE

pytestmark = pytest.mark.real


def test_a_known_base_model_is_known_by_its_file(write_gguf: Callable[..., Path]) -> None:
    from rag.model.files.gguf import read_header

    header = read_header(write_gguf(()))
    family, why = choose_family(header, file="gemma-3-270m-q4_k_m.gguf")
    assert family.few_shot and "base model" in why
    assert choose_family(header, "chatml", "gemma-3-270m-q4_k_m.gguf")[0].name == "chatml"
    with pytest.raises(ModelError, match="does not say how to ask it"):
        choose_family(header, file="another.gguf")


def test_a_template_is_used_only_where_there_is_one(write_gguf: Callable[..., Path]) -> None:
    from rag.model.files.gguf import read_header

    header = read_header(write_gguf(("<|prompter|>", "<|assistant|>")))
    assert choose_family(header)[1] == "its vocabulary has OpenAssistant's markers"
    assert choose_family(header, "chatml")[1] == "it was asked for"
    with pytest.raises(ModelError, match="no chat template"):
        choose_family(header, TEMPLATE)
    with pytest.raises(UsageError):
        choose_family(header, "alpaca")


def test_an_asked_template_overrides_the_markers(write_gguf: Callable[..., Path]) -> None:
    from rag.model.files.gguf import read_header

    header = read_header(write_gguf(("<|prompter|>", "<|assistant|>", "[INST]"), template=INST))
    assert choose_family(header)[0].name == "oasst-llama"
    family, why = choose_family(header, TEMPLATE)
    assert (family.name, why) == (TEMPLATE, "it was asked for")
    assert "".join(s.text for s in render(family, THREE[:1])) == "<s>[INST] the river [/INST]"
