"""How well a library is asked: recall, quotes, abstention and the validity of every citation on a question set.

A question set is a JSONL file as ``data/questions.jsonl``: ``question``, and what is known of it: ``answers`` (strings,
any of which will do), ``source`` (the end of a path; null where no document answers), ``language``, ``id``, ``kind``,
``follows`` (the id of the question before it). Measures and tables are in measures.py and scoreboard.py.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from rag.answer import measures
from rag.answer.assistant import Assistant
from rag.answer.measures import contained
from rag.errors import UsageError
from rag.library.library import Library
from rag.text.detect import language_of_question
from rag.text.scripts import word_count
from rag.types import Answer, Citation, Passage, Status, Turn

PASSAGES = 10  # asked for each question: nDCG@10 wants ten


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
    span: tuple[int, int] | None = None  # the characters of the source that answer, where that is known


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a question."""

    question: Question
    answer: Answer
    rank: int | None  # of the first passage of the right source, from 1
    quoted: bool  # an answer string stands in the quotes
    valid: bool  # every citation stands in its document, byte for byte
    measured: Mapping[str, float] = field(default_factory=dict)  # by name, see :func:`judge`

    @property
    def refused(self) -> bool:
        """Whether the answer was "your documents do not say"."""
        return self.answer.status is Status.NOT_FOUND


def load_questions(path: Path) -> list[Question]:
    """The questions of a JSONL file, in order; unknown keys are passed over. Raises UsageError, with the line's
    number, for what is no question."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise UsageError(
            f"{str(path)!r} cannot be read: {error.strerror or error}.", f"Look at the path: ls {path.parent}"
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path.name} is not UTF-8 text: {error}.", "Save it as UTF-8.") from error
    found = [_question(line, number, path.name) for number, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise UsageError(f"There is no question in {path.name}.", f"Write one a line: {_EXAMPLE}")
    seen: set[str] = set()
    for question in found:
        if question.id in seen:
            raise UsageError(f"Two questions of {path.name} have the id {question.id!r}.", "Give each its own.")
        seen.add(question.id)
    return found


_EXAMPLE = '{"question": "When did it open?", "answers": ["1911"], "source": "tram.md"}'


def _question(line: str, number: int, file: str) -> Question:
    try:
        row = json.loads(line)
        text, answers, source = row["question"], row.get("answers") or [], row.get("source")
        if not isinstance(text, str) or not text.strip():
            raise TypeError("the question is empty")
        if not isinstance(answers, list) or not all(isinstance(each, str) for each in answers):
            raise TypeError("answers is no list of strings")
        if not (source is None or isinstance(source, str)):
            raise TypeError("source is neither a path nor null")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        why = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise UsageError(f"Line {number} of {file} is no question: {why}.", f"Write it as {_EXAMPLE}") from error
    answerable = bool(answers or source)
    return Question(
        id=str(row.get("id") or number),
        language=str(row.get("language") or language_of_question(text, ("en", "es", "ru"))),
        question=text,
        answers=tuple(answers),
        source=source,
        kind=str(row.get("kind") or ("answerable" if answerable else "unanswerable")),
        follows=row.get("follows"),
    )


def evaluate(
    assistant: Assistant, questions: Sequence[Question], *, prose: bool = False, k: int | None = None
) -> list[Result]:
    """Ask every question; a follow-up is asked with the question before it as history."""
    return list(results(assistant, questions, prose=prose, k=k))


def results(
    assistant: Assistant, questions: Sequence[Question], *, prose: bool = False, k: int | None = None
) -> Iterator[Result]:
    """The same, one by one as they are asked."""
    by_id = {question.id: question for question in questions}
    for question in questions:
        before = by_id.get(question.follows or "")
        history = [Turn("user", before.question), Turn("assistant", ", ".join(before.answers))] if before else []
        started = time.perf_counter()
        answer = assistant.ask(question.question, history=history, prose=prose, k=k)
        yield judge(question, answer, assistant.library, time.perf_counter() - started)


def judge(question: Question, answer: Answer, library: Library, seconds: float = 0.0) -> Result:
    """Compare an answer with what is known.

    Measured of every question: valid, confidence, refused, seconds, prompt_tokens. Of one with a source: recall@1,
    recall@5, ndcg@10, mrr@10, citation_precision, citation_recall. Of one with answers: quoted (an answer stands in the
    quotes), first (in the first of them), f1 (of the quotes or, where there is any, the supported prose), told (in the
    supported prose, where there is prose), and words (quoted).
    """
    ranks = [rank for rank, passage in enumerate(answer.passages, 1) if _right(question, passage)]
    quotes = " ".join(quote.quote for quote in answer.quotes)
    valid = all(stands(citation, library) for citation in citations(answer))
    quoted = contained(question.answers, quotes)
    measured: dict[str, float] = {
        "valid": float(valid),
        "confidence": answer.confidence,
        "refused": float(answer.status is Status.NOT_FOUND),
        "seconds": seconds,
        "prompt_tokens": float(answer.prompt_tokens),
    }
    if question.source:
        measured |= _found(question, answer)
    if question.answers:
        said = " ".join(claim.text for claim in answer.claims if claim.supported)
        measured |= {
            "quoted": float(quoted),
            "first": float(contained(question.answers, answer.quotes[0].quote if answer.quotes else "")),
            "f1": measures.f1(question.answers, said or quotes),
            "words": float(word_count(quotes)),
        }
        if answer.claims:
            measured["told"] = float(contained(question.answers, said))
    return Result(question, answer, ranks[0] if ranks else None, quoted, valid, measured)


def _found(question: Question, answer: Answer) -> dict[str, float]:
    """The measures of retrieval and citation. Without a known span a document counts once, where it comes first."""
    order = list(
        dict.fromkeys(
            "right" if _right(question, passage) else passage.document_id + str(passage.start) * bool(question.span)
            for passage in answer.passages
        )
    )
    cited = [_right(question, citation) for citation in citations(answer)]
    return {
        "recall@1": measures.recall(order, {"right"}, 1),
        "recall@5": measures.recall(order, {"right"}, 5),
        "ndcg@10": measures.ndcg(order, {"right"}),
        "mrr@10": measures.reciprocal_rank(order, {"right"}),
        "citation_precision": sum(cited) / len(cited) if cited else 0.0,
        "citation_recall": float(any(cited)),
    }


def _right(question: Question, place: Passage | Citation) -> bool:
    """Whether a passage or citation is of the source that answers, and of its part where that is known."""
    wanted = PurePath(question.source).parts if question.source else ()
    if not wanted or PurePath(place.source).parts[-len(wanted) :] != wanted:
        return False
    return question.span is None or (place.start < question.span[1] and place.end > question.span[0])


def citations(answer: Answer) -> list[Citation]:
    """Every quote and citation of an answer."""
    return [*answer.quotes, *(citation for claim in answer.claims for citation in claim.citations)]


def stands(citation: Citation, library: Library) -> bool:
    """Whether the quote stands at its offsets in its document's text, byte for byte."""
    document = library.document(citation.document_id)
    return document is not None and document.text[citation.start : citation.end] == citation.quote != ""


def share(results: Iterable[Result], test: Callable[[Result], bool]) -> float:
    """The share of results that pass the test; 0 of none."""
    passed = [test(result) for result in results]
    return sum(passed) / len(passed) if passed else 0.0
