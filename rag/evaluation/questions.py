"""Question sets: one JSON object a line, with the labels that its answer is judged by.

``{"id", "question", "answers": […], "need": […], "source", "also": […], "kind", "language", "history": […]}``; only
``question`` is required, and ``id`` where other lines have one. Any of ``answers`` is enough; all of ``need`` must be
quoted (the parts of a list, a comparison, a how-to); ``source`` is the end of a document's path, "" or null where no
document answers; ``also`` are other right documents; ``history`` the turns before, or ``follows`` the id of the line
that was asked before. Unknown keys are ignored.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.errors import UsageError
from rag.messages import Message
from rag.text.detect import language_of_question
from rag.text.languages import known_languages
from rag.types import Role, Turn

_EXAMPLE = '{"id": "1", "question": "When did it open?", "answers": ["1911"], "source": "tram.md"}'
_ROLES: dict[str, Role] = {"user": "user", "assistant": "assistant"}


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question with what is known to answer it."""

    id: str
    language: str
    question: str
    answers: tuple[str, ...]  # any of which will do
    source: str | None  # the end of a path; "" where no document answers, None where it is not known which does
    kind: str
    need: tuple[str, ...] = ()  # all of which must be said
    also: tuple[str, ...] = ()  # other right documents
    history: tuple[Turn, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether a document answers it."""
        return self.source != ""


def load_questions(path: Path) -> list[LabelledQuestion]:
    """Return the questions of a JSONL file, in order.

    Raises UsageError, with the line's number, for a line that is no question.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise UsageError(
            Message("{path!r} cannot be read: {error}.", path=str(path), error=error.strerror or error),
            Message("Check the path: ls {folder}", folder=path.parent),
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(
            Message("{file} is not UTF-8 text: {error}.", file=path.name, error=error), Message("Save it as UTF-8.")
        ) from error
    rows = [(number, _row(line, number, path.name)) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise UsageError(
            Message("{file} contains no questions.", file=path.name),
            Message("Write one per line: {example}", example=_EXAMPLE),
        )
    with_ids = any("id" in row for _, row in rows)
    found: dict[str, LabelledQuestion] = {}
    for number, row in rows:
        try:
            question = _question(row, number, with_ids, found)
        except ValueError as error:
            raise _invalid_line(number, path.name, str(error)) from error
        found[question.id] = question
    return list(found.values())


def of_kinds(questions: Sequence[LabelledQuestion], kinds: Collection[str]) -> list[LabelledQuestion]:
    """Return the questions of these kinds; raise UsageError for a kind that no question has."""
    available = sorted({question.kind for question in questions})
    for kind in kinds:
        if kind not in available:
            raise UsageError(
                Message("No question has the kind {kind!r}.", kind=kind),
                Message("Available kinds: --only {names}", names=",".join(available)),
            )
    return [question for question in questions if question.kind in kinds]


def _row(line: str, number: int, file: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _invalid_line(number, file, f"it is not JSON ({error})") from error
    if not isinstance(row, dict):
        raise _invalid_line(number, file, "it is not an object")
    return row


def _invalid_line(number: int, file: str, why: str) -> UsageError:
    return UsageError(
        Message("Line {number} of {file} is not a valid question: {why}.", number=number, file=file, why=why),
        Message("Write it as {example}", example=_EXAMPLE),
    )


def _question(
    row: Mapping[str, Any], number: int, with_ids: bool, before: Mapping[str, LabelledQuestion]
) -> LabelledQuestion:
    """Parse one line as a question; raise ValueError with what is wrong with it."""
    text = row.get("question")
    if not isinstance(text, str) or not text.strip():
        raise ValueError('it has no "question"')
    ident = row.get("id", "" if with_ids else number)
    if isinstance(ident, bool) or not isinstance(ident, str | int) or ident == "":
        raise ValueError('it has no "id", but other lines have one')
    if str(ident) in before:
        raise ValueError(f"an earlier line has the same id {str(ident)!r}")
    answers, source = _strings(row, "answers"), row.get("source")
    if not (source is None or isinstance(source, str)):
        raise ValueError('"source" is neither a path nor null')
    if source is None and not answers:
        source = ""
    history = _history(row)
    if (follows := row.get("follows")) is not None:
        if str(follows) not in before:
            raise ValueError(f'"follows" names {str(follows)!r}, which is not the id of an earlier line')
        earlier = before[str(follows)]
        history = (Turn("user", earlier.question), Turn("assistant", ", ".join(earlier.answers)))
    return LabelledQuestion(
        id=str(ident),
        language=str(row.get("language") or language_of_question(text, tuple(known_languages()))),
        question=text,
        answers=answers,
        source=source,
        kind=str(row.get("kind") or ("unanswerable" if source == "" else "answerable")),
        need=_strings(row, "need"),
        also=_strings(row, "also"),
        history=history,
    )


def _strings(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = row.get(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
        raise ValueError(f'"{key}" is not a list of texts')
    return tuple(value)


def _history(row: Mapping[str, Any]) -> tuple[Turn, ...]:
    turns = row.get("history")
    try:
        return tuple(Turn(_ROLES[turn["role"]], str(turn["text"])) for turn in turns or ())
    except (TypeError, KeyError) as error:
        raise ValueError('"history" is not a list of {"role": "user" or "assistant", "text": "…"}') from error


def numbered(questions: Sequence[LabelledQuestion]) -> list[LabelledQuestion]:
    """Return the same questions with the ids "1", "2" …, in order."""
    return [replace(question, id=str(number)) for number, question in enumerate(questions, 1)]
