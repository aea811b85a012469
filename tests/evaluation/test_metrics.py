from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer import measures as m


def test_ranks() -> None:
    order = ["a", "b", "c", "d"]
    assert m.recall(order, {"b", "z"}, 2) == 0.5 and m.recall(order, set(), 2) == 0.0
    assert m.reciprocal_rank(order, {"c"}) == pytest.approx(1 / 3) and m.reciprocal_rank(order, {"z"}) == 0.0
    assert m.ndcg(order, {"a"}) == 1.0 and m.ndcg(order, {"b"}) == pytest.approx(1 / math.log2(3))
    assert m.ndcg(order, {"a", "c"}) == pytest.approx((1 + 1 / 2) / (1 + 1 / math.log2(3)))
    assert m.ndcg(order, set()) == 0.0


@given(st.permutations(list("abcdefghijkl")), st.sets(st.sampled_from("abcdefghijkl"), min_size=1), st.integers(1, 12))
def test_ndcg_is_the_gain_over_that_of_the_best_order(order: list[str], gold: set[str], k: int) -> None:
    """By the definition, written another way."""
    best = sorted(order, key=lambda name: name not in gold)

    def gain(names: list[str]) -> float:
        return sum((name in gold) / math.log2(i + 2) for i, name in enumerate(names[:k]))

    assert m.ndcg(order, gold, k) == pytest.approx(gain(order) / gain(best))


def test_answers_are_compared_by_words() -> None:
    assert m.contained(["312 steps"], "There are 312  Steps, they say.")
    assert m.contained(["1,234"], "exactly 1 234 books") and m.contained(["ёлка"], "Ёлка!")
    assert not m.contained(["12"], "in 1912") and not m.contained([""], "anything") and not m.contained([], "x")
    assert m.f1(["the old mill"], "The old mill.") == 1.0 and m.f1(["mill"], "weir") == 0.0
    assert m.f1(["mill", "old mill"], "an old mill") == pytest.approx(0.8)


def test_auroc_and_balanced_accuracy() -> None:
    assert m.auroc([0.9, 0.8], [0.1, 0.2]) == 1.0 and m.auroc([0.1], [0.9]) == 0.0
    assert m.auroc([0.5], [0.5]) == 0.5 and m.auroc([], [0.5]) == 0.5
    assert m.balanced_accuracy([False] * 9, [True] * 3) == 0.5  # always refusing
    assert m.balanced_accuracy([True], []) == 1.0 and m.balanced_accuracy([], []) == 0.0


@given(
    st.lists(st.sampled_from([0, 0.25, 0.5, 1.0]), min_size=1),
    st.lists(st.sampled_from([0, 0.25, 0.5, 1.0]), min_size=1),
)
def test_auroc_is_the_share_of_pairs_in_order(positive: list[float], negative: list[float]) -> None:
    wins = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    assert m.auroc(positive, negative) == pytest.approx(wins / (len(positive) * len(negative)))


def test_intervals_hold_the_mean_and_narrow() -> None:
    low, high = m.interval([0.0, 1.0] * 50)
    assert low < 0.5 < high
    few = m.interval([0.0, 1.0] * 5)
    assert high - low < few[1] - few[0]
    assert m.interval([]) == (0.0, 0.0) and m.interval([0.3] * 9) == (pytest.approx(0.3), pytest.approx(0.3))


def test_a_difference_is_paired() -> None:
    before = [0.1 * (i % 10) for i in range(60)]
    mean, low, high = m.difference(before, [value + 0.05 for value in before])
    assert mean == pytest.approx(0.05) and low == pytest.approx(0.05) and high == pytest.approx(0.05)
    assert m.difference([], []) == (0.0, 0.0, 0.0)
    assert m.interval([1, 0, 1], seed=1) == m.interval([1, 0, 1], seed=1)
