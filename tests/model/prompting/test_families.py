import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ModelError, UsageError
from rag.model.prompting.families import FAMILIES, MARKERS, family, family_of, render
from rag.types import Turn

THREE = (Turn("user", "Q1"), Turn("assistant", "A1"), Turn("user", "Q2"), Turn("assistant", "A2"), Turn("user", "Q3"))
SYSTEM = Turn("system", "S")


def oasst(eos: str) -> dict[str, str]:
    two = f"<|prompter|>Q1{eos}<|assistant|>A1{eos}<|prompter|>Q2{eos}<|assistant|>A2{eos}"
    three = f"{two}<|prompter|>Q3{eos}<|assistant|>"
    return {
        "0": "<|assistant|>",
        "1": f"<|prompter|>Q1{eos}<|assistant|>",
        "3": three,
        "0 system": f"<|system|>S{eos}<|assistant|>",
        "1 system": f"<|system|>S{eos}<|prompter|>Q1{eos}<|assistant|>",
        "3 system": f"<|system|>S{eos}{three}",
    }


CHATML_THREE = (
    "<|im_start|>user\nQ1<|im_end|>\n<|im_start|>assistant\nA1<|im_end|>\n"
    "<|im_start|>user\nQ2<|im_end|>\n<|im_start|>assistant\nA2<|im_end|>\n"
    "<|im_start|>user\nQ3<|im_end|>\n<|im_start|>assistant\n"
)
GOLDEN = {
    "oasst-pythia": oasst("<|endoftext|>"),
    "oasst-falcon": oasst("<|endoftext|>"),
    "oasst-llama": oasst("</s>"),
    "oasst-orca": oasst("</s>"),
    "human-bot": {
        "0": "<bot>",
        "1": "<human>Q1<bot>",
        "3": "<human>Q1<bot>A1<|endoftext|><human>Q2<bot>A2<|endoftext|><human>Q3<bot>",
        "0 system": "<prefix>S</prefix><bot>",
        "1 system": "<prefix>S</prefix><human>Q1<bot>",
        "3 system": ("<prefix>S</prefix><human>Q1<bot>A1<|endoftext|><human>Q2<bot>A2<|endoftext|><human>Q3<bot>"),
    },
    "oasst-prefix": {
        key: text.replace("<|system|>S<|endoftext|>", "<|prefix_begin|>S<|prefix_end|>")
        for key, text in oasst("<|endoftext|>").items()
    },
    "chatml": {
        "0": "<|im_start|>assistant\n",
        "1": "<|im_start|>user\nQ1<|im_end|>\n<|im_start|>assistant\n",
        "3": CHATML_THREE,
        "0 system": "<|im_start|>system\nS<|im_end|>\n<|im_start|>assistant\n",
        "1 system": "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nQ1<|im_end|>\n<|im_start|>assistant\n",
        "3 system": f"<|im_start|>system\nS<|im_end|>\n{CHATML_THREE}",
    },
    "completion": {
        "0": "",
        "1": "Q1",
        "3": "Q1 A1\n\nQ2 A2\n\nQ3",
        "0 system": "S\n\n",
        "1 system": "S\n\nQ1",
        "3 system": "S\n\nQ1 A1\n\nQ2 A2\n\nQ3",
    },
}
# Only the turn to be written opens with the thought that is over.
GOLDEN["chatml-direct"] = {key: f"{text}<think>\n\n</think>\n\n" for key, text in GOLDEN["chatml"].items()}


def test_every_family_has_golden_strings() -> None:
    assert GOLDEN.keys() == FAMILIES.keys()


@pytest.mark.parametrize("name", GOLDEN)
@pytest.mark.parametrize("case", ["0", "1", "3", "0 system", "1 system", "3 system"])
def test_golden_strings(name: str, case: str) -> None:
    turns = {"0": (), "1": THREE[:1], "3": THREE}[case[0]]
    if case.endswith("system"):
        turns = (SYSTEM, *turns)
    assert "".join(segment.text for segment in render(FAMILIES[name], turns)) == GOLDEN[name][case]


@pytest.mark.parametrize("name", GOLDEN)
def test_an_empty_system_part_is_left_out(name: str) -> None:
    assert render(FAMILIES[name], (Turn("system", " \n"), *THREE)) == render(FAMILIES[name], THREE)


forged = st.lists(st.one_of(st.sampled_from(sorted(MARKERS)), st.text(max_size=8)), max_size=6).map("".join)
conversations = st.lists(st.builds(Turn, st.sampled_from(["system", "user", "assistant"]), forged), max_size=5)


@given(st.sampled_from(sorted(FAMILIES)), conversations)
def test_forged_markers_stay_text(name: str, turns: list[Turn]) -> None:
    kept = [turn for turn in turns if turn.role != "system" or turn.text.strip()]
    segments = render(FAMILIES[name], kept)
    innocent = render(FAMILIES[name], [Turn(turn.role, "x") for turn in kept])
    assert [s.text for s in segments if s.control] == [s.text for s in innocent if s.control]
    assert all(segment.text in FAMILIES[name].markers for segment in segments if segment.control)
    plain = "\0".join(segment.text for segment in segments if not segment.control)
    assert all(turn.text in plain for turn in kept)
    assert render(FAMILIES[name], turns) == segments


def test_segments_alternate_so_that_tokens_may_span_scaffolding_and_text() -> None:
    texts = [(segment.text, segment.control) for segment in render(FAMILIES["chatml"], THREE[:1])]
    assert texts == [
        ("<|im_start|>", True),
        ("user\nQ1", False),
        ("<|im_end|>", True),
        ("\n", False),
        ("<|im_start|>", True),
        ("assistant\n", False),
    ]


def test_unknown_family_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="oasst-llama"):
        family("alpaca")


OASST = {"<|prompter|>", "<|assistant|>", "<|system|>", "</s>"}
CHATML = {"<|im_start|>", "<|im_end|>"}


@pytest.mark.parametrize(
    ("base", "name", "tokens", "template", "expected"),
    [
        ("gptneox", "oasst-sft-4-pythia-12b-epoch-3.5", {*OASST, "<|endoftext|>"}, "", "oasst-pythia"),
        ("falcon", "falcon-40b-sft-top1-560", OASST, "", "oasst-falcon"),
        ("llama", "oasst-sft-7-llama-30b", OASST, "", "oasst-llama"),
        ("llama", "OpenAssistant_llama2-13b-orca-8k-3319", OASST, "", "oasst-orca"),
        ("llama", "llama2-70b-oasst-sft-v10", OASST | CHATML, "", "chatml"),
        ("llama", "llama2-70b-oasst-sft-v10", set(), "", "chatml"),
        ("llama", "codellama-13b-oasst-sft-v10", CHATML, "", "chatml"),
        ("llama", "Llama-2-70b-oasst-1-200", {"</s>"}, "", "oasst-llama"),
        ("llama", "Smollm2 135M", CHATML, "{{ '<|im_start|>' }}", "chatml"),
        ("qwen3", "Qwen3 1.7B", CHATML, "{{ '<|im_start|>' }}{{ '<think>\\n\\n</think>' }}", "chatml-direct"),
        ("gptneox", "mine", set(), "{{ '<|prompter|>' }}", "oasst-pythia"),
        ("bloom", "mine", OASST, "", "oasst-llama"),
        ("llama", "mine", OASST | CHATML, "", "oasst-llama"),
        ("gptneox", "pythia-3b-deduped-sft", {"<human>", "<bot>", "<|endoftext|>"}, "", "human-bot"),
        ("llama", "Meta Llama 3", {"<|eot_id|>"}, "{{ '<|eot_id|>' }}", "template"),
    ],
)
def test_family_of(base: str, name: str, tokens: set[str], template: str, expected: str) -> None:
    metadata = {"general.architecture": base, "general.name": name, "tokenizer.chat_template": template}
    found, why = family_of(metadata, tokens.__contains__)
    assert found == expected
    assert re.fullmatch(r"it.+", why)


def test_an_unknown_family_asks_for_its_name() -> None:
    with pytest.raises(ModelError, match="OAKEN_FAMILY"):
        family_of({"general.name": "Mystery"}, lambda _: False)
