"""Samplers against their definitions, on logits made up; llama.cpp's chain and no model."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.model.worker.sampling import Sampler
from rag.types import Sampling

LOGITS = np.array([2.0, 1.0, 0.0, -1.0, -4.0], dtype=np.float32)
OPEN = Sampling(temperature=1.0, top_k=0, top_p=1.0)


def drawn(logits: NDArray[np.float32], prompt: tuple[int, ...] = (), **changes: object) -> set[int]:
    """Every token that some seed of four hundred draws."""
    found = set()
    for seed in range(400):
        sampler = Sampler(asdict(OPEN) | changes | {"seed": seed}, prompt, window=64, size=len(logits))
        found.add(sampler.first(logits))
        sampler.close()
    return found


def probabilities(logits: NDArray[np.float32], temperature: float = 1.0) -> NDArray[np.float64]:
    weights = np.exp(logits.astype(np.float64) / temperature)
    return weights / weights.sum()


def test_greedy_takes_the_likeliest() -> None:
    assert drawn(LOGITS, temperature=0.0) == {0}
    assert drawn(LOGITS, top_k=1) == {0}


def test_top_k_and_top_p_cut_the_candidates() -> None:
    assert drawn(LOGITS, top_k=2) == {0, 1}
    reached = np.searchsorted(np.cumsum(probabilities(LOGITS)), 0.7) + 1
    assert drawn(LOGITS, top_p=0.7) == set(range(reached))


def test_temperature_is_applied_before_the_cut_only_where_asked() -> None:
    cut_first = np.searchsorted(np.cumsum(probabilities(LOGITS)), 0.7) + 1
    hot_first = np.searchsorted(np.cumsum(probabilities(LOGITS, 5.0)), 0.7) + 1
    assert cut_first < hot_first
    assert drawn(LOGITS, temperature=5.0, top_p=0.7) == set(range(cut_first))
    assert drawn(LOGITS, temperature=5.0, top_p=0.7, temperature_first=True) == set(range(hot_first))


@pytest.mark.parametrize("typical_p", [0.2, 0.3, 0.8])
def test_typical_keeps_what_is_as_surprising_as_the_average(typical_p: float) -> None:
    p = probabilities(LOGITS)
    order = np.argsort(np.abs(-np.log(p) - -(p * np.log(p)).sum()))
    kept = order[: np.searchsorted(np.cumsum(p[order]), typical_p) + 1]
    assert drawn(LOGITS, typical_p=typical_p) == set(kept.tolist())


def test_the_penalty_looks_back_so_far_and_no_farther() -> None:
    prompt = (0, 4, 4, 4)  # the likeliest token stands four back

    def greedy(back: int) -> set[int]:
        return drawn(LOGITS, prompt, temperature=0.0, repeat_penalty=3.0, repeat_last_n=back)

    assert greedy(-1) == greedy(4) == {1}
    assert greedy(3) == greedy(0) == {0}


def test_a_seed_draws_the_same_again() -> None:
    def once(seed: int) -> list[int]:
        sampler = Sampler(asdict(OPEN) | {"seed": seed}, (), window=64, size=len(LOGITS))
        out = [sampler.first(LOGITS) for _ in range(30)]
        sampler.close()
        return out

    assert once(7) == once(7) != once(8)
