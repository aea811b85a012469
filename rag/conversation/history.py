"""The one rule for what a follow-up may depend on: the last questions, with the supported part of their answers."""

from __future__ import annotations

from collections.abc import Iterable

from rag.conversation.small_talk import small_talk
from rag.types import NOT_FOUND, Answer, AnswerStatus, Turn

_HISTORY_EXCHANGES = 3  # exchanges, and sometimes one more


def recent_turns(turns: Iterable[Turn]) -> list[Turn]:
    """Return the turns of the last three or four exchanges, small talk left out.

    They go two at a time, so that most prompts begin like the one before. What precedes the first question is left out.
    """
    exchanges: list[list[Turn]] = []
    for turn in turns:
        if turn.role == "user":
            exchanges.append([turn])
        elif exchanges and turn.role == "assistant":
            exchanges[-1].append(turn)
    kept = [each for each in exchanges if small_talk(each[0].text) is None]
    return [turn for each in kept[max(0, len(kept) - _HISTORY_EXCHANGES) // 2 * 2 :] for turn in each]


def history_turns(exchanges: Iterable[tuple[str, Answer | None]]) -> list[Turn]:
    """Return the exchanges as turns, those without an answer left out; unsupported prose is not passed on."""
    found: list[Turn] = []
    for question, answer in exchanges:
        if answer is None or (answer.status is AnswerStatus.TOLD and not answer.quotes):
            continue  # "thanks" is nothing that a follow-up leans on
        sentences = [claim.text for claim in answer.claims if claim.supported] or [
            each.quote for each in answer.quotes[:1]
        ]
        if answer.status is AnswerStatus.NOT_FOUND:
            sentences = [NOT_FOUND]
        found += [Turn("user", question, answer.evidence), Turn("assistant", " ".join(sentences))]
    return found
