"""Measures the best settings of llama.cpp for one model on one machine; ``tuned.py`` stores them.

Trials: number of threads (unless other programs are busy: that would say more of them than of the model), prompt batch
size, flash attention, and 8-bit keys in the KV cache. The order alternates each round and medians of ratios count, so
that other load weighs on all alike. Prompts are as long as the model reads in a few seconds, and a setting that cannot
win any more is dropped early. A change must pay: flash attention and a smaller cache alter the last digits of the
logits, and with flash attention these depend on the number of threads as well.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.errors import ModelError
from rag.model.files.check import check_gguf
from rag.model.files.memory import bytes_needed, cache_bytes, free_memory, work_bytes
from rag.model.local.client import LlamaCpp
from rag.model.local.tuned import LoadSettings, remember

Speeds = tuple[float, float]  # tokens per second: reading, writing
_ROUNDS, _ENOUGH, _TOKENS, _CONTEXT = 5, 3, 24, 640  # _ENOUGH rounds show that a setting cannot win
_PROMPT_TOKENS = (512, 256, 128, 64)  # tokens of a trial's prompt: the longest one that is read in _READ_SECONDS
_READ_SECONDS, _TRIAL_SECONDS = 3.0, 60.0
_ALWAYS_POSSIBLE = ("64 tokens at once", "512 tokens at once")  # trials that no model refuses
_SAME_SPEED_RATIO = 1.03  # below this ratio two settings count as equally fast
_MIN_GAIN = 1.10  # least gain for settings that alter the logits
_MIN_GAIN_FLASH_ATTENTION = 1.50  # least gain for flash attention, which reuses only whole batches of an earlier prompt


@dataclass(frozen=True, slots=True)
class TuningTrial:
    """A setting's speed relative to the one it was compared with, as ratios: above 1 is faster."""

    name: str
    tuning: LoadSettings
    prompt: float
    writing: float
    chosen: bool


@dataclass(frozen=True, slots=True)
class TuningLoad:
    """What one measurement reads and writes, in tokens."""

    prompt: int
    tokens: int


@dataclass(frozen=True, slots=True)
class TuningResult:
    """The settings that won, their speeds in tokens per second, and every trial."""

    tuning: LoadSettings
    prompt: float
    writing: float
    trials: tuple[TuningTrial, ...]
    busy: bool = False  # other programs were: the number of threads was not measured


def tune(path: Path, models: Path, *, on_trial: Callable[[TuningTrial], None] | None = None) -> TuningResult:
    """Measure, choose, and store the settings in the models folder.

    Takes a minute or two with a small model, a quarter of an hour with a large one. Raises what loading the model
    raises.
    """
    from rag.model.worker.threads import cores, now_free

    most = cores()
    free = now_free(most)
    best = LoadSettings(threads=0 if most == 1 else free, batch=128)
    trials: list[TuningTrial] = []
    speed = (0.0, 0.0)
    load = _load_for(path, best)
    for name, change, worth in _steps(most if free == most else 1, load.prompt):
        other = replace(best, **change)
        if other == best:
            continue
        try:
            prompt, writing, speed_now = _compare(path, best, other, load)
        except ModelError:
            if name in _ALWAYS_POSSIBLE:
                raise
            continue  # not possible with this model: its rows do not divide into blocks of eight bits, for one
        chosen = _better(prompt, writing, worth)
        trials.append(TuningTrial(name, other, prompt, writing, chosen))
        if on_trial is not None:
            on_trial(trials[-1])
        speed = (speed_now[0] * prompt, speed_now[1] * writing) if chosen else speed_now
        best = other if chosen else best
    if best.threads == most or free < most:
        best = replace(best, threads=0)  # as many as there are, less what other programs keep busy
    remember(path, models, best)
    return TuningResult(best, *speed, tuple(trials), free < most)


def _load_for(path: Path, tuning: LoadSettings) -> TuningLoad:
    """Return the prompt and answer lengths that this model can handle in _READ_SECONDS."""
    with _load(path, tuning) as model:
        model.measure(16, 2)  # warms up
        reading, writing = model.measure(_PROMPT_TOKENS[-1], 4)
        room = model.card.window - _TOKENS
    fitting = [n for n in _PROMPT_TOKENS if n <= room and n / reading <= _READ_SECONDS]
    return TuningLoad(fitting[0] if fitting else _PROMPT_TOKENS[-1], max(4, min(_TOKENS, int(writing * _READ_SECONDS))))


def _steps(most: int, prompt: int) -> list[tuple[str, dict[str, Any], float]]:
    """Return the trials in order, each with the gain it must reach; no batch is longer than the prompt."""
    fewer = sorted({n for n in (most // 2, most - 1) if 1 <= n < most}, reverse=True)
    return [
        *((f"{n} thread{'s' if n > 1 else ''}", {"threads": n}, _SAME_SPEED_RATIO) for n in fewer),
        *((f"{n} tokens at once", {"batch": n}, _SAME_SPEED_RATIO) for n in (64, 512) if n <= prompt),
        ("flash attention", {"flash": True}, _MIN_GAIN_FLASH_ATTENTION),
        ("keys in 8 bits", {"cache_type": "q8_0"}, _MIN_GAIN),
    ]


def _better(prompt: float, writing: float, worth: float) -> bool:
    """Tell whether a gain pays and costs nothing elsewhere."""
    return max(prompt, writing) >= worth and min(prompt, writing) >= 1 / _SAME_SPEED_RATIO


def _compare(
    path: Path, one: LoadSettings, other: LoadSettings, load: TuningLoad
) -> tuple[float, float, tuple[float, float]]:
    """Return how many times faster the other setting reads and writes, and the first setting's own speeds."""
    pairs = _alternately(path, one, other, load) if _fits_twice(path) else _one_by_one(path, one, other, load)
    prompt, writing = _ratios(pairs)
    own = tuple(statistics.median(a[n] for a, _ in pairs) for n in (0, 1))
    return prompt, writing, (own[0], own[1])


def _ratios(pairs: list[tuple[Speeds, Speeds]]) -> Speeds:
    prompt, writing = (statistics.median(b[n] / a[n] for a, b in pairs) for n in (0, 1))
    return prompt, writing


def _alternately(path: Path, one: LoadSettings, other: LoadSettings, load: TuningLoad) -> list[tuple[Speeds, Speeds]]:
    """Measure both alternately while both are loaded, until the result is clear or takes too long."""
    pairs: list[tuple[Speeds, Speeds]] = []
    with _load(path, one) as first, _load(path, other) as second:
        for each in (first, second):
            each.measure(_PROMPT_TOKENS[-1], 2)  # warms up
        begun = time.monotonic()
        for turn in range(_ROUNDS):
            order = [first, second] if turn % 2 else [second, first]
            measured = {id(each): each.measure(load.prompt, load.tokens) for each in order}
            pairs.append((measured[id(first)], measured[id(second)]))
            lost = turn + 1 >= _ENOUGH and not _better(*_ratios(pairs), 1.0)
            if lost or time.monotonic() - begun > _TRIAL_SECONDS:
                break
    return pairs


def _one_by_one(path: Path, one: LoadSettings, other: LoadSettings, load: TuningLoad) -> list[tuple[Speeds, Speeds]]:
    """Measure first, other, first again, for a model that fits in memory only once."""
    measured: list[Speeds] = []
    for tuning in (one, other, one):
        with _load(path, tuning) as model:
            model.measure(16, 2)
            measured.append(model.measure(load.prompt, load.tokens))
    return [(measured[0], measured[1]), (measured[2], measured[1])]


def _load(path: Path, tuning: LoadSettings) -> LlamaCpp:
    return LlamaCpp.load(path, context=_CONTEXT, tuning=tuning, threads=tuning.threads or 1)


def _fits_twice(path: Path) -> bool:
    metadata = check_gguf(path).metadata
    return 2 * bytes_needed(path.stat().st_size, cache_bytes(metadata), _CONTEXT, work_bytes(metadata)) <= free_memory()
