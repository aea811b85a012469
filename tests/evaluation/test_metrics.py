"""Metrics against values that were worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluation import metrics as m


def test_answers_are_looked_for_in_one_spelling() -> None:
    assert m.normalized("  The `OAKEN_HOME`\u00a0Fol\u00adder | x ") == "the oaken home folder x"
    assert m.holds(["nothing", "Use **5 forks** by default"], ["6 forks", "5 FORKS"])
    assert m.holds(["exactly 12"], ["1"]), "part of a word too: short answers are held to their file elsewhere"
    assert not m.holds(["one two"], ["two one"]) and not m.holds([], ["x"]) and not m.holds(["x"], [])


def test_answers_are_compared_by_words() -> None:
    assert m.contained(["312 steps"], "There are 312  Steps, they say.")
    assert m.contained(["1,234"], "exactly 1 234 books") and m.contained(["ёлка"], "Ёлка!")
    assert not m.contained(["12"], "in 1912") and not m.contained([""], "anything") and not m.contained([], "x")


def test_means_leave_out_what_was_not_measured() -> None:
    assert m.mean([1.0, None, 0.0, 1.0]) == 0.667 and m.mean([None]) is None and m.mean([]) is None
    assert m.median([3, 1, 2]) == 2 and m.median([4, 1]) == 2.5 and m.median([]) is None


def test_a_percentile_is_one_of_the_values() -> None:
    assert m.percentile(list(range(1, 11)), 0.9) == 9  # int(.9 * 9) = 8: the ninth
    assert m.percentile([7], 0.9) == 7 and m.percentile([5, 1], 0.9) == 1 and m.percentile([], 0.9) is None


def test_auroc_and_balanced_accuracy() -> None:
    assert m.auroc([0.9, 0.8], [0.1, 0.2]) == 1.0 and m.auroc([0.1], [0.9]) == 0.0
    assert m.auroc([0.5], [0.5]) == 0.5 and m.auroc([], [0.5]) == 0.5
    assert m.auroc([0.9, 0.4], [0.6, 0.4, 0.1]) == pytest.approx((3 + 1.5) / 6)
    assert m.balanced_accuracy([False] * 9, [True] * 3) == 0.5  # always refusing
    assert m.balanced_accuracy([True], []) == 1.0 and m.balanced_accuracy([], []) == 0.0


@given(
    st.lists(st.sampled_from([0, 0.25, 0.5, 1.0]), min_size=1),
    st.lists(st.sampled_from([0, 0.25, 0.5, 1.0]), min_size=1),
)
def test_auroc_is_the_share_of_pairs_in_order(positive: list[float], negative: list[float]) -> None:
    wins = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    assert m.auroc(positive, negative) == pytest.approx(wins / (len(positive) * len(negative)))


def test_the_reliability_table() -> None:
    confidences = [0.0, 0.05, 0.3, 0.95, 1.0, 0.9]
    right = [False, True, False, True, True, False]
    bins = m.reliability(confidences, right)
    assert len(bins) == 10 and sum(each.n for each in bins) == 6
    assert bins[0] == m.ReliabilityBin(0.0, 0.1, 2, 0.025, 0.5)
    assert bins[3].n == 1 and bins[3].right == 0.0, ".3 belongs to the bin that begins there"
    assert bins[9] == m.ReliabilityBin(0.9, 1.0, 3, 0.95, 0.667), "so does .9; and 1 lies within the last"
    assert bins[5] == m.ReliabilityBin(0.5, 0.6, 0, None, None)


def test_the_calibration_error_weighs_bins_by_their_size() -> None:
    assert m.calibration_error([0.0, 0.05, 0.3, 0.95, 1.0, 0.9], [False, True, False, True, True, False]) == (
        pytest.approx((2 * abs(0.025 - 0.5) + 1 * 0.3 + 3 * abs(0.95 - 2 / 3)) / 6, abs=5e-4)
    )
    assert m.calibration_error([1.0, 1.0, 0.0], [True, True, False]) == 0.0
    assert m.calibration_error([1.0], [False]) == 1.0 and m.calibration_error([], []) is None


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
def test_every_answer_is_in_one_bin_and_the_error_is_a_share(pairs: list[tuple[float, bool]]) -> None:
    confidences, right = [c for c, _ in pairs], [good for _, good in pairs]
    bins = m.reliability(confidences, right)
    assert sum(each.n for each in bins) == len(pairs)
    assert all(each.low - 1e-3 <= each.confidence <= each.high + 1e-3 for each in bins if each.confidence is not None)
    error = m.calibration_error(confidences, right)
    assert error is not None and 0 <= error <= 1


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
