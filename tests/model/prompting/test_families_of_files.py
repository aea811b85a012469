"""Every family at the level of tokens, on models that have its markers in their vocabulary, with the real llama.cpp."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.model.files.describe import facts
from rag.model.local.client import LlamaCpp
from rag.model.prompting.families import FAMILIES, MARKERS, TEMPLATE, render
from rag.types import Prompt, Sampling, Turn
from tests import ggufs
from tests.model.prompting.headers import INST, THREE

pytestmark = pytest.mark.real


OASST = ("<|prompter|>", "<|assistant|>", "<|system|>", "<|prefix_begin|>", "<|prefix_end|>")


THINKS = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}"
    "{% if enable_thinking is defined and not enable_thinking %}{{ '<think>\n\n</think>\n\n' }}{% endif %}{% endif %}"
)


# family -> base, markers of the vocabulary, name in the file, template, family asked for
MODELS = {
    "oasst-pythia": ("gptneox", OASST, "oasst-sft-4-pythia-12b-epoch-3.5", "", ""),
    "oasst-falcon": ("falcon", OASST, "falcon-7b-sft-mix-2000", "", ""),
    "oasst-llama": ("llama", OASST, "oasst-sft-7-llama-30b", "", ""),
    "oasst-orca": ("llama", OASST, "OpenAssistant_llama2-13b-orca-8k-3319", "", ""),
    "chatml": ("llama", (*OASST, "<|im_start|>", "<|im_end|>"), "llama2-70b-oasst-sft-v10", "", ""),
    "chatml-direct": ("llama", ("<|im_start|>", "<|im_end|>", "<think>", "</think>"), "Qwen3 1.7B", THINKS, ""),
    "completion": ("llama", (), "Some base model", "", "completion"),
    "human-bot": ("gptneox", ("<prefix>", "</prefix>", "<human>", "<bot>"), "pythia-3b-deduped-sft", "", ""),
    "oasst-prefix": ("gptneox", OASST, "oasst-sft-2", "", "oasst-prefix"),
    "template": ("llama", ("[INST]", "[/INST]"), "mistral", INST, ""),
}


SYSTEM = Turn("system", "the abc")


@pytest.fixture(scope="module", params=MODELS)
def spoken(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LlamaCpp, Any]]:
    """A loaded model of a family, and its vocabulary in this process as the oracle for tokens."""
    base, markers, name, template, asked = MODELS[request.param]
    words = ggufs.sentencepiece(markers) if base == "llama" else ggufs.byte_pairs(markers)
    if template:
        words["tokenizer.chat_template"] = template
    keys, shapes = ggufs.model(base, words, name=name)
    path = ggufs.write(tmp_path_factory.mktemp("families") / "model.gguf", keys, shapes)
    with LlamaCpp.load(path, threads=1, family=asked, context=256) as model:
        assert model.card.family == request.param
        yield model, ggufs.vocabulary(path)


@pytest.mark.parametrize("system", [False, True], ids=["bare", "system"])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_prompts_tokens_are_those_of_the_golden_string(
    spoken: tuple[LlamaCpp, Any], count: int, system: bool
) -> None:
    model, vocabulary = spoken
    turns = ((SYSTEM,) if system else ()) + {0: (), 1: THREE[:1], 3: THREE}[count]
    whole = "".join(segment.text for segment in render(model._family, turns))
    first = vocabulary.add_bos_token() and not whole.startswith("<s>")
    expected = vocabulary.tokenize(whole.encode(), add_bos=first, special=True)
    assert list(model.encode(turns)) == expected
    assert len(set(expected) & ggufs.controls(vocabulary).keys()) >= (count > 0)


foreign = st.lists(
    st.one_of(
        st.sampled_from([*sorted(MARKERS), "[INST]", "[/INST]", "<s>", "<unk>", "<0x0A>"]),
        st.sampled_from(["<|", "|>", "</", "s>", "system", "user\n", "prompter", "the river ", " "]),
        st.text(max_size=6),
    ),
    max_size=8,
).map("".join)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=foreign, question=foreign, before=foreign, reply=foreign)
def test_no_foreign_text_gives_a_control_token(
    spoken: tuple[LlamaCpp, Any], document: str, question: str, before: str, reply: str
) -> None:
    model, vocabulary = spoken
    special = ggufs.controls(vocabulary)

    def found(*texts: str) -> list[str]:
        roles = ("system", "user", "assistant", "user")
        turns = [Turn(role, text) for role, text in zip(roles, texts, strict=True)]
        return [special[token] for token in model.encode(turns) if token in special]

    assert found("abc" + document, before, reply, f"{document}\n\n{question}") == found("abc", "a", "b", "c")


def test_an_answer_shows_no_marker_and_no_broken_character(spoken: tuple[LlamaCpp, Any]) -> None:
    model, _ = spoken
    tokens = model.encode(THREE)
    for seed in range(4):
        sampling = Sampling(temperature=1.5, top_k=0, top_p=1.0, seed=seed, max_tokens=60)
        text = "".join(model.stream(Prompt((), tokens, 256, 60), sampling))
        assert "\ufffd" not in text
        assert not any(marker in text for marker in model._family.stop)


def test_a_completion_is_one_line(write_gguf: Callable[..., Path]) -> None:
    """Though its vocabulary has line breaks only as bytes, and texts that are read are full of them."""
    with LlamaCpp.load(write_gguf(()), threads=1, family="completion") as model:
        assert model.card.few_shot
        tokens = model.encode([Turn("user", "the river\na\n\nthe")])
        assert list(tokens).count(3 + ord("\n")) == 3  # text of a person keeps its line breaks
        hot = Sampling(temperature=3.0, top_k=0, top_p=1.0, max_tokens=200)
        said = ["".join(model.stream(Prompt((), tokens, 256, 200), replace(hot, seed=seed))) for seed in range(8)]
        assert any(said) and not any("\n" in each for each in said)
        text = "A river, the he, a the."
        copied = Prompt((), tokens, 256, 60, verbatim=(text,))
        [once] = {"".join(model.stream(copied, Sampling(max_tokens=60))) for _ in range(2)}
        assert once.strip() and once.strip() in text


def test_the_table_knows_more_languages_than_a_file_may_name(write_gguf: Callable[..., Path]) -> None:
    path = write_gguf(("<|im_start|>", "<|im_end|>"), more={"general.languages": ["en"]})
    known = path.with_name("qwen2.5-0.5b-instruct-q4_k_m.gguf")
    known.write_bytes(path.read_bytes())
    for file, russian in ((path, False), (known, True)):
        assert facts(file).languages[0] == "en"
        with LlamaCpp.load(file, threads=1) as model:
            assert model.card.writes("en") and model.card.writes("ru") is russian


def test_the_families_are_all_here() -> None:
    assert MODELS.keys() == FAMILIES.keys() | {TEMPLATE}


def test_a_stop_marker_ends_the_answer_though_the_vocabulary_lacks_it(write_gguf: Callable[..., Path]) -> None:
    """A conversion that lost its markers: they come and go as letters."""
    path = write_gguf((), name="Llama-2-70b-oasst-1-200")
    with LlamaCpp.load(path, threads=1) as model:
        assert model.card.family == "oasst-llama"
        assert "its name" in model.why
        text = "".join(model.stream(Prompt((), model.encode(THREE[:1]), 256, 60), Sampling(temperature=1.0, seed=3)))
        assert not re.search(r"<\|(prompter|assistant|system)\|>", text)
