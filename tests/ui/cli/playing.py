"""An assistant that plays an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rag.answer.options import AskOptions
from rag.errors import ModelBrokenError
from rag.types import Answer, ClaimChecked, Event, FileRecord, Finished, Passage, QuotesReady, TextDelta

ANSWER = {"question", "status", "confidence", "quotes", "claims", "passages", "prompt_tokens", "timings"}
ANSWER |= {
    "sources",
    "budget",
    "reply",
    "unwritten",
    "documents",
    "short",
    "verdict",
    "corrected",
    "comparison",
    "indexing",
}


class Emptied:
    """Stands in for a library that holds none of the answer's documents any more."""

    def records_of(self, _: object) -> dict[str, FileRecord]:
        return {}


class Player:
    """Stands in for an assistant: plays one answer, and keeps what it was asked."""

    def __init__(self, answer: Answer, fails_on: str = "") -> None:
        self.answer = answer
        self.fails_on = fails_on
        self.reader = Emptied()
        self.asked: list[tuple[str, Any]] = []

    def __enter__(self) -> Player:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def ask(self, question: str, options: AskOptions | None = None) -> Answer:
        self.asked.append((question, options))
        if self.fails_on and self.fails_on in question:
            raise ModelBrokenError("The model died.", "Ask again.")
        return replace(self.answer, question=question)

    def search(self, question: str, k: int | None = None, **options: Any) -> list[Passage]:
        self.asked.append((question, {"k": k, **options}))
        return list(self.answer.passages)

    def stream(self, question: str, options: AskOptions) -> Iterator[Event]:
        self.asked.append((question, options))
        yield QuotesReady(replace(self.answer, claims=()))
        for claim in self.answer.claims:
            yield TextDelta(claim.text)
            yield ClaimChecked(claim)
        yield Finished(self.answer)
