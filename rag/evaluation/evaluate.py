"""Evaluate a question set: ask each question, and compare its answer with the labels.

Does not decide what counts as a question (questions.py) and averages nothing (report.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from rag.answer.assistant import Assistant
from rag.answer.options import AskOptions
from rag.evaluation.metrics import holds, normalized
from rag.evaluation.questions import LabelledQuestion
from rag.library.library import Library
from rag.types import Answer, AnswerStatus, Citation, Passage

PASSAGES_CHECKED = 3  # passages in which the right file and the answer's text are looked for
SHORT_ANSWER_CHARS = (
    12  # characters below which an answer may stand anywhere by chance, and counts only in a right file
)


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """A question with its answer and what was measured of it."""

    question: LabelledQuestion
    answer: Answer
    rank: int | None  # of the first passage of a right file, from 1
    measured: Mapping[str, float] = field(default_factory=dict)  # by name, see :func:`judge`

    @property
    def refused(self) -> bool:
        """Whether the answer was "your documents do not say"."""
        return self.answer.status is AnswerStatus.NOT_FOUND

    @property
    def quoted(self) -> bool:
        """Whether a quote holds the answer."""
        return self.measured.get("quoted") == 1.0

    @property
    def valid(self) -> bool:
        """Whether every citation stands in its document, byte for byte."""
        return self.measured["valid"] == 1.0


def evaluate(
    assistant: Assistant, questions: Sequence[LabelledQuestion], *, prose: bool = False, k: int | None = None
) -> list[QuestionResult]:
    """Ask every question, with its history."""
    return list(results(assistant, questions, prose=prose, k=k))


def results(
    assistant: Assistant, questions: Iterable[LabelledQuestion], *, prose: bool = False, k: int | None = None
) -> Iterator[QuestionResult]:
    """Yield the result of each question as soon as it is asked."""
    for question in questions:
        started = time.perf_counter()
        answer = assistant.ask(question.question, AskOptions(history=question.history, prose=prose, k=k))
        yield judge(question, answer, assistant.library, time.perf_counter() - started, prose=prose)


def judge(
    question: LabelledQuestion, answer: Answer, library: Library, seconds: float = 0.0, *, prose: bool = False
) -> QuestionResult:
    """Compare an answer with what is known.

    Measured of every question: confidence, refused, valid (every citation stands in its document), words (quoted),
    seconds. Of one whose source is known: source3 (a right file is among the first three passages). Of one with
    answers: passage3 (the text of one stands in these passages), held (in a quote, a short one in a quote from a right
    file), quoted (the same, and the answer is no refusal), first (quoted, in the first quote) and, with prose,
    answered (in a claim shown as supported). Of one with ``need``: complete (all of it stands in the quotes). Nothing
    holds the answer to a question that no document answers.
    """
    shown = float(answer.status is not AnswerStatus.NOT_FOUND)
    quotes = [quote.quote for quote in answer.quotes]
    measured: dict[str, float] = {
        "confidence": round(answer.confidence, 4),
        "refused": 1.0 - shown,
        "valid": float(all(is_quoted_in(citation, library) for citation in citations(answer))),
        "words": float(len(" ".join(quotes).split())),
        "seconds": seconds,
    }
    ranks = [rank for rank, passage in enumerate(answer.passages, 1) if _is_right(question, passage)]
    if question.source:
        measured["source3"] = float(any(rank <= PASSAGES_CHECKED for rank in ranks))
    if question.answers or not question.answerable:
        quoted = float(_quotes_answer(question, answer.quotes))
        claims = [claim.text for claim in answer.claims if claim.supported]
        measured |= {
            "passage3": float(
                holds([passage.text for passage in answer.passages[:PASSAGES_CHECKED]], question.answers)
            ),
            "held": quoted,
            "quoted": quoted * shown,
            "first": float(_quotes_answer(question, answer.quotes[:1])) * shown,
        }
        if prose:
            measured["answered"] = float(holds(claims, question.answers))
    if question.need:
        quoted_text = " ".join(map(normalized, quotes))
        measured["complete"] = float(all(normalized(part) in quoted_text for part in question.need))
    return QuestionResult(question, answer, ranks[0] if ranks else None, measured)


def _quotes_answer(question: LabelledQuestion, quotes: Sequence[Citation]) -> bool:
    """Tell whether a quote holds an answer; a short answer must be in a right file, where that is known."""
    return any(
        normalized(answer) in normalized(quote.quote)
        and (len(answer) >= SHORT_ANSWER_CHARS or question.source is None or _is_right(question, quote))
        for quote in quotes
        for answer in question.answers
    )


def _is_right(question: LabelledQuestion, place: Passage | Citation) -> bool:
    """Tell whether a passage or a quote is from a file that answers."""
    source = PurePath(place.source).as_posix()
    return any(source.endswith(each) for each in (question.source, *question.also) if each)


def citations(answer: Answer) -> list[Citation]:
    """Return every quote and citation of an answer."""
    return [*answer.quotes, *(citation for claim in answer.claims for citation in claim.citations)]


def is_quoted_in(citation: Citation, library: Library) -> bool:
    """Tell whether the quote equals its document's text at its offsets, byte for byte."""
    document = library.document(citation.document_id)
    return document is not None and document.text[citation.start : citation.end] == citation.quote != ""


def share(results: Iterable[QuestionResult], test: Callable[[QuestionResult], bool]) -> float:
    """Return the share of results that pass the test; 0 of none."""
    passed = [test(result) for result in results]
    return sum(passed) / len(passed) if passed else 0.0
