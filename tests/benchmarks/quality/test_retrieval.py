"""The ablation leaves out each weight alone."""

from __future__ import annotations

from dataclasses import fields

from benchmarks.quality.retrieval import variants
from rag.retrieval.weights import WEIGHTS, RankingWeights


def test_the_ablation_leaves_out_each_weight_alone() -> None:
    full, *less = variants().values()
    assert full == WEIGHTS
    changed = [
        [each.name for each in fields(RankingWeights) if getattr(weights, each.name) != getattr(WEIGHTS, each.name)]
        for weights in less
    ]
    assert changed == [[each.name] for each in fields(RankingWeights)]
