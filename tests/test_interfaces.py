"""What the seams promise."""

from __future__ import annotations

import pytest

from rag.interfaces import EmbedderCard


def test_nearness_counts_from_the_floor() -> None:
    card = EmbedderCard("x", 2, 8, floor=0.7)
    assert card.normalized_similarity(0.7) == card.normalized_similarity(0.1) == 0.0
    assert card.normalized_similarity(1.0) == 1.0 and card.normalized_similarity(0.85) == pytest.approx(0.5)
