"""The ablation changes weights that exist."""

from __future__ import annotations

import pytest

from benchmarks.quality.retrieval import VARIANTS, set_weight, weight

PLACES = sorted({place for change in VARIANTS.values() for place in change})


@pytest.mark.parametrize("place", PLACES)
def test_each_weight_is_there_and_can_be_changed_and_put_back(place: str) -> None:
    before = weight(place)
    set_weight(place, 0.125)
    try:
        assert weight(place) == 0.125
    finally:
        set_weight(place, before)
    assert isinstance(before, int | float) and weight(place) == before
