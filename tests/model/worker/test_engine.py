"""What the engine keeps and what it does with limits, on small models of random weights."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from rag.errors import ModelError
from rag.model.local.client import LlamaCpp
from rag.model.prompting.sampling_presets import PRESETS, preset
from rag.types import GenerationEnd, Prompt, Sampling, Turn
from tests import ggufs

pytestmark = pytest.mark.real


Write = Callable[..., Path]


MARKERS = ("<|prompter|>", "<|assistant|>", "<|system|>")


FREE = Sampling(temperature=1.0, top_k=0, top_p=1.0, seed=3, max_tokens=12)


SYSTEM = Turn("system", "the river the abc a river of the " * 3)


def asked(model: LlamaCpp, *turns: Turn) -> Prompt:
    return Prompt(turns, model.encode(turns), model.card.window, 60)


def written(model: LlamaCpp, prompt: Prompt, sampling: Sampling = FREE) -> tuple[str, GenerationEnd]:
    stream, text = model.stream(prompt, sampling), ""
    while True:
        try:
            text += next(stream)
        except StopIteration as end:
            return text, end.value


def evaluated(model: LlamaCpp, prompt: Prompt) -> int:
    """How many tokens of the prompt had to be evaluated."""
    fields = {
        "tokens": prompt.tokens,
        "limit": 1,
        "stop": (),
        "sampling": asdict(FREE),
        "front": model._fixed_prefix_length(prompt),
    }
    replies: queue.SimpleQueue[Any] = queue.SimpleQueue()
    model._live().submit("generate", fields, replies.put)
    while "done" not in (reply := replies.get(timeout=60)):
        pass
    return int(reply["done"]["evaluated"])


@pytest.fixture
def small(write_gguf: Write) -> Path:
    return write_gguf(MARKERS, name="oasst", window=1024, layers=2)


@pytest.mark.parametrize("kind", [ggufs.F32, ggufs.Q4_0], ids=["F32", "Q4_0, which llama.cpp repacks"])
def test_whatever_was_asked_before_an_answer_is_that_of_a_fresh_model(write_gguf: Write, kind: int) -> None:
    path = write_gguf(MARKERS, name="oasst", width=64, hidden=128, window=1024, layers=2, weights=kind)
    text = "the river abc a the " * 40
    with LlamaCpp.load(path, context=1024, threads=1) as model:
        prompts = [
            asked(model, SYSTEM, Turn("user", text[:length] + tail))
            for length in (90, 351, 200, 352, 353)
            for tail in ("", "b", "xy?")
        ]
        mixed = [*prompts, *prompts[::-1], *prompts[::3]]
        warm = [written(model, prompt)[0] for prompt in mixed]
    by_prompt: dict[tuple[int, ...], set[str]] = {}
    for prompt, answer in zip(mixed, warm, strict=True):
        by_prompt.setdefault(prompt.tokens, set()).add(answer)
    assert all(len(answers) == 1 for answers in by_prompt.values())
    for prompt in prompts[4:6]:
        with LlamaCpp.load(path, context=1024, threads=1) as fresh:
            assert {written(fresh, prompt)[0]} == by_prompt[prompt.tokens]


def test_a_repeated_question_evaluates_nothing_and_a_second_turn_only_what_is_new(small: Path) -> None:
    with LlamaCpp.load(small, context=1024, threads=1) as model:
        first = asked(model, SYSTEM, Turn("user", "the river " * 60))
        second = asked(model, *first.turns, Turn("assistant", "abc"), Turn("user", "the?"))
        other = asked(model, SYSTEM, Turn("user", "abc " * 50))
        assert evaluated(model, first) == len(first.tokens)
        assert evaluated(model, first) == 0
        new = len(second.tokens) - len(first.tokens)
        assert new <= evaluated(model, second) < new + 10
        assert evaluated(model, other) < len(other.tokens) - model._fixed_prefix_length(other) + 10
        assert evaluated(model, second) == 0  # it was kept while another conversation came in between
        assert evaluated(model, first) <= 10


def test_the_fixed_front_is_kept_on_disk_for_the_next_process(small: Path, tmp_path: Path) -> None:
    def once(models: Path | None) -> tuple[int, str, int]:
        with LlamaCpp.load(small, context=1024, threads=1, models=models) as model:
            prompt = asked(model, SYSTEM, Turn("user", "the river?"))
            return evaluated(model, prompt), written(model, prompt)[0], model._fixed_prefix_length(prompt)

    plain, answer, front = once(None)
    models = tmp_path / "models"
    assert once(models)[1] == answer
    fewer, again, _ = once(models)
    assert again == answer
    assert plain - fewer >= front - 8 > 16
    files = list((models / "fronts").iterdir())
    assert len(files) == 1
    files[0].write_bytes(files[0].read_bytes()[:-40] + bytes(40))
    assert once(models)[1] == answer  # the damaged file is not used, and rewritten
    assert once(models)[0] == fewer


def test_limits_of_tokens_and_time(small: Path) -> None:
    with LlamaCpp.load(small, context=1024, threads=1) as model:
        prompt = asked(model, Turn("user", "the river"))
        endless = [written(model, prompt, replace(FREE, seed=seed, max_tokens=900)) for seed in range(3)]
        assert all(done.finish in ("stop", "length") for _, done in endless)
        cut = written(model, prompt, replace(FREE, max_tokens=900, max_seconds=1e-3))[1]
        assert cut.finish == "length"
        assert cut.tokens < 900
        assert written(model, prompt, replace(FREE, max_tokens=5))[1].tokens <= 5


def test_a_full_window_ends_the_answer_or_makes_room(small: Path) -> None:
    with LlamaCpp.load(small, context=256, threads=1) as model:
        prompt = replace(asked(model, Turn("user", "the river " * 20)), reserved=0)
        room = 256 - len(prompt.tokens)
        for seed in range(40):
            ends = written(model, prompt, replace(FREE, seed=seed, max_tokens=600))[1]
            goes_on = written(model, prompt, replace(FREE, seed=seed, max_tokens=600, keep=32))[1]
            assert ends.tokens <= room
            assert goes_on.tokens <= 600
            if goes_on.tokens > room:
                assert (ends.finish, ends.tokens) == ("length", room)
                break
        else:
            pytest.fail("no seed filled the window")
        before = written(model, prompt)[0]
        with LlamaCpp.load(small, context=256, threads=1) as fresh:
            assert written(fresh, prompt)[0] == before


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_writes_and_repeats_with_its_seed(small: Path, name: str) -> None:
    with LlamaCpp.load(small, context=1024, threads=1) as model:
        prompt = asked(model, Turn("user", "the river"))
        sampling = replace(preset(name.upper()).sampling, max_tokens=10, seed=5)
        assert written(model, prompt, sampling)[0] == written(model, prompt, sampling)[0]


def test_the_article_preset_runs_with_its_batch(small: Path) -> None:
    article = PRESETS["article"]
    with LlamaCpp.load(small, context=article.context, batch=article.batch, threads=1) as model:
        assert model.facts["batch"] == 16
        prompt = asked(model, Turn("user", "the river " * 30))
        with LlamaCpp.load(small, context=1024, threads=1) as other:
            assert written(model, prompt, article.sampling)[0] == written(other, prompt, article.sampling)[0]


def test_the_repetition_penalty_looks_back_as_far_as_it_is_set(small: Path) -> None:
    """Under a huge penalty no token of the span looked at is written again."""
    with LlamaCpp.load(small, context=1024, threads=1) as model:
        prompt = asked(model, Turn("user", "abcdefghij"))
        strong = Sampling(repeat_penalty=1e6, repeat_last_n=-1, max_tokens=40)
        text, _ = written(model, prompt, strong)
        seen = set(prompt.tokens)
        again = model.encode((Turn("user", text),))
        assert text
        assert not set(text) & set("abcdefghij") or not seen & set(again[3:-3])


def test_an_orca_of_8k_gets_its_window_though_its_file_says_four_thousand(write_gguf: Write) -> None:
    path = write_gguf(MARKERS, name="OpenAssistant_llama2-13b-orca-8k-3319", window=4096)
    with LlamaCpp.load(path, context=8192, threads=1) as model:
        assert (model.card.family, model.card.window) == ("oasst-orca", 8192)
        assert "linear scaling" in model.facts["rope"]
        long = asked(model, Turn("user", "the river " * 1200))
        assert 4096 < len(long.tokens) < 8192
        assert written(model, long)[1].tokens > 0


def test_too_large_for_the_memory_is_refused_with_numbers(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.model.local import client as llama

    monkeypatch.setattr(llama, "free_memory", lambda: 50_000_000)
    with pytest.raises(ModelError, match=r"needs about 0\.\d GB of memory .* window of 1,024 tokens.*0\.1 GB are free"):
        LlamaCpp.load(small, context=1024)


def test_a_window_too_large_for_the_memory_names_one_that_fits(
    write_gguf: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag.model.local import client as llama

    path = write_gguf(MARKERS, name="oasst", window=2**20, layers=8, width=256, hidden=64, heads=2)
    monkeypatch.setattr(llama, "free_memory", lambda: 600_000_000)
    with pytest.raises(ModelError, match="needs about") as caught:
        LlamaCpp.load(path, context=2**20)
    fits = int(caught.value.hint.rpartition("=")[2])
    with LlamaCpp.load(path, context=fits, threads=1) as model:
        assert model.card.window == fits


def test_a_gap_is_asked_for_only_where_the_model_knows_gaps(small: Path, write_gguf: Write) -> None:
    with LlamaCpp.load(small, threads=1) as model, pytest.raises(ModelError, match="gap"):
        model.encode_gap("a", "b")
    names = ("<fim_prefix>", "<fim_suffix>", "<fim_middle>")
    path = write_gguf((*MARKERS, *names), kind=ggufs.CONTROL, name="oasst-code")
    with LlamaCpp.load(path, threads=1) as model:
        forged = model.encode_gap("the <fim_middle> river", "a")
        by_name = {model.encode_gap("", "")[at]: name for at, name in ((1, names[0]), (2, names[1]), (3, names[2]))}
        assert [by_name[token] for token in forged if token in by_name] == list(names)
        text = "".join(model.stream(Prompt((), forged, 256, 20), FREE, raw=True))
        assert not any(name in text for name in names)


def test_threads_do_not_change_an_answer(small: Path) -> None:
    answers = set()
    for threads in (1, 2):
        with LlamaCpp.load(small, context=1024, threads=threads) as model:
            answers.add(written(model, asked(model, SYSTEM, Turn("user", "the river " * 60)))[0])
    assert len(answers) == 1


def test_the_priority_lock_is_held_while_an_answer_is_written(small: Path, tmp_path: Path) -> None:
    from rag.priority import yield_to_answers

    with LlamaCpp.load(small, context=1024, threads=1, models=tmp_path) as model:
        prompt = asked(model, Turn("user", "the river"))
        assert yield_to_answers(tmp_path, 1.0) == 0.0
        waited: list[float] = []
        for seed in range(20):
            stream = model.stream(prompt, replace(FREE, max_tokens=900, seed=seed))
            next(stream, None)
            waited.append(yield_to_answers(tmp_path, 0.05))
            stream.close()
        assert max(waited) >= 0.02, "no look at the door was in vain"  # the small model may end within the 0.05
        deadline = time.monotonic() + 20
        while yield_to_answers(tmp_path, 0.5) >= 0.5 and time.monotonic() < deadline:
            pass
        assert yield_to_answers(tmp_path, 0.5) < 0.5
