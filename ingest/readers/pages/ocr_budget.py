"""The time budget for OCR of one file, and page numbers in words."""

from __future__ import annotations

import time
from collections.abc import Sequence

from rag.messages import Message

MOST_SCANNED = 1_000  # pages of one file
OCR_SECONDS = 1_500.0  # seconds for the images of one file: less than the worker is given in all


class OcrTimeBudget:
    """A time budget: over once the images of a file took too long; what was read until then counts."""

    def __init__(self, seconds: float = OCR_SECONDS) -> None:
        self._until = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        """Whether no more pages are to be read."""
        return time.monotonic() > self._until


def page_ranges(numbers: Sequence[int], one: str, many: str) -> Message:
    """Return what is said of pages, by the template for one or for several: ``pages 2, 5–9 are scans``."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1][1:] = [number]
        else:
            spans.append([number])
    span_texts = [*("–".join(map(str, span)) for span in spans[:10]), *(["…"] if len(spans) > 10 else [])]
    return Message(one if len(numbers) == 1 else many, pages=", ".join(span_texts))
