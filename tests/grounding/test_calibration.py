"""How likely a claim is supported, by its score."""

from __future__ import annotations

from rag.grounding.calibration import MIN_LIKELY_SUPPORT
from rag.grounding.ground import MIN_SUPPORT, check_claim
from tests.grounding.sources import of


def test_the_score_tells_the_likely_from_the_rest() -> None:
    held = [of("Petiver eventually amassed the largest natural history collection in the world.")]
    near = check_claim(
        "The collection that Petiver amassed was the largest of natural history in his time.", held, "en"
    )
    far = check_claim("Petiver sold shoes.", held, "en")
    assert not near.supported and MIN_LIKELY_SUPPORT < near.score < MIN_SUPPORT
    assert far.score < MIN_LIKELY_SUPPORT
