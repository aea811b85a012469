"""How much reading of pictures one file is worth, and how its pages are told of."""

from __future__ import annotations

import time
from collections.abc import Sequence

MOST_SCANNED = 1_000  # pages of one file
OCR_SECONDS = 1_500.0  # seconds for the pictures of one file: less than the worker is given in all


class OcrTimeBudget:
    """Is over when the pictures of a file took too long; what was read until then counts."""

    def __init__(self, seconds: float = OCR_SECONDS) -> None:
        self._until = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        """Whether no more pages are to be read."""
        return time.monotonic() > self._until


def page_ranges(numbers: Sequence[int], one: str, many: str) -> str:
    """Page numbers in words: ``pages 2, 5 to 9 are scans``."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1][1:] = [number]
        else:
            spans.append([number])
    said = ", ".join(" to ".join(map(str, span)) for span in spans[:10])
    rest = " and more" if len(spans) > 10 else ""
    return f"page {said} {one}" if len(numbers) == 1 else f"pages {said}{rest} {many}"
