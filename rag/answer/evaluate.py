"""How well a library is asked: recall, quotes, abstention and the validity of every citation on a question set.

A question set is a JSONL file as ``data/questions.jsonl``: id, language, question, answers, source, kind, follows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.answer.assistant import Assistant
from rag.library.library import Library
from rag.types import Answer, Citation, Status, Turn


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what is known to answer it; ``source`` is None where no document does."""

    id: str
    language: str
    question: str
    answers: tuple[str, ...]
    source: str | None
    kind: str
    follows: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a question."""

    question: Question
    answer: Answer
    rank: int | None  # of the first passage of the right source, from 1
    quoted: bool  # an answer string stands in the quotes
    valid: bool  # every citation stands in its document, byte for byte

    @property
    def refused(self) -> bool:
        """Whether the answer was "your documents do not say"."""
        return self.answer.status is Status.NOT_FOUND


def load_questions(path: Path) -> list[Question]:
    """The questions of a JSONL file, in order; unknown keys are passed over."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [
        Question(
            row["id"],
            row["language"],
            row["question"],
            tuple(row["answers"]),
            row["source"],
            row["kind"],
            row.get("follows"),
        )
        for row in rows
    ]


def evaluate(
    assistant: Assistant, questions: Sequence[Question], *, prose: bool = False, k: int | None = None
) -> list[Result]:
    """Ask every question; a follow-up is asked with the question before it as history."""
    by_id = {question.id: question for question in questions}
    results = []
    for question in questions:
        before = by_id.get(question.follows or "")
        history = [Turn("user", before.question), Turn("assistant", ", ".join(before.answers))] if before else []
        answer = assistant.ask(question.question, history=history, prose=prose, k=k)
        results.append(judge(question, answer, assistant.library))
    return results


def judge(question: Question, answer: Answer, library: Library) -> Result:
    """Compare an answer with what is known."""
    ranks = [
        rank
        for rank, passage in enumerate(answer.passages, 1)
        if question.source and Path(passage.source).as_posix().endswith(question.source)
    ]
    quotes = plain(" ".join(quote.quote for quote in answer.quotes))
    return Result(
        question,
        answer,
        rank=ranks[0] if ranks else None,
        quoted=any(plain(string) in quotes for string in question.answers),
        valid=all(stands(citation, library) for citation in citations(answer)),
    )


def citations(answer: Answer) -> list[Citation]:
    """Every quote and citation of an answer."""
    return [*answer.quotes, *(citation for claim in answer.claims for citation in claim.citations)]


def stands(citation: Citation, library: Library) -> bool:
    """Whether the quote stands at its offsets in its document's text, byte for byte."""
    document = library.document(citation.document_id)
    return document is not None and document.text[citation.start : citation.end] == citation.quote != ""


def plain(text: str) -> str:
    """Lower case, one space for any white space: how answer strings are compared."""
    return " ".join(text.split()).casefold()


def share(results: Iterable[Result], test: Callable[[Result], bool]) -> float:
    """The share of results that pass the test; 0 of none."""
    passed = [test(result) for result in results]
    return sum(passed) / len(passed) if passed else 0.0
