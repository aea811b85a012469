"""What a follow-up may lean on: earlier questions with what was said to them that stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from rag.types import NOT_FOUND, Answer, AnswerStatus, Turn

_HISTORY_EXCHANGES = 3  # exchanges, and sometimes one more
_Exchange = TypeVar("_Exchange")


def recent_exchanges(exchanges: Sequence[_Exchange]) -> Sequence[_Exchange]:
    """Return the last three or four exchanges.

    They go two at a time, so that most prompts begin like the one before.
    """
    return exchanges[max(0, len(exchanges) - _HISTORY_EXCHANGES) // 2 * 2 :]


def history_turns(exchanges: Iterable[tuple[str, Answer | None]]) -> list[Turn]:
    """Return the exchanges as turns, those without an answer left out; unsupported prose is not passed on."""
    found: list[Turn] = []
    for question, answer in exchanges:
        if answer is None or (answer.status is AnswerStatus.TOLD and not answer.quotes):
            continue  # "thanks" is nothing that a follow-up leans on
        said = [claim.text for claim in answer.claims if claim.supported] or [each.quote for each in answer.quotes[:1]]
        if answer.status is AnswerStatus.NOT_FOUND:
            said = [NOT_FOUND]
        found += [Turn("user", question, answer.evidence), Turn("assistant", " ".join(said))]
    return found
