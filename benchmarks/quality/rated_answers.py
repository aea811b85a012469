"""Measure what ratings of answers do to later ones: ``python -m benchmarks.quality.rated_answers [--limit N]``.

The sample library is asked its questions, and each answer is rated as a person would: good where the first quote holds
the answer, else its first quote as a wrong citation. Then

- paraphrases of the rated questions (like_questions.jsonl, written before anything was measured) are asked, and
- every question is asked with all ratings but its own: what those of other questions do to it.

A first quote is right where it holds the expected answer. Ratings are stored as the page stores them.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.quality.sample import DATA
from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from ingest.pipeline import ingest
from rag import Assistant, factory
from rag.conversation.chats.store import ChatStore
from rag.evaluation.questions import LabelledQuestion, load_questions
from rag.settings import Settings, load
from rag.types import Answer

LIKE = Path(__file__).with_name("like_questions.jsonl")
COLUMNS = {
    "questions": "",
    "asked": "",
    "right first, no ratings": "",
    "right first, rated": "",
    "gained": "",
    "lost": "",
    "other quotes": "",
}


@dataclass(frozen=True)
class _Asked:
    """One question, answered without ratings and with them."""

    before: bool  # whether the first quote was right
    after: bool
    changed: bool  # whether other quotes are shown


def main(arguments: Sequence[str] | None = None) -> None:
    """Ingest, ask, rate, ask again, print."""
    parser = benchmark_parser("benchmarks.quality.rated_answers", __doc__)
    parser.add_argument("--limit", type=int, help="only the first paraphrased questions, and as many others")
    options = parse_options(parser, arguments)
    like = [json.loads(line) for line in LIKE.read_text(encoding="utf-8").splitlines()][: options.limit]
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(load(), home=Path(folder))
        with factory.open_library(settings, "sample", create=True) as library:
            ingest([DATA / "library"], library, factory.open_embedder(settings))
        rows = measured(settings, like, options.limit)
    publish(options, "rated_answers", "Answers after earlier ones were rated, sample library", COLUMNS, rows)


def measured(settings: Settings, like: Sequence[dict[str, Any]], limit: int | None) -> list[dict[str, Cell]]:
    """Return a row for paraphrases, and one for all other questions."""
    every = {each.id: each for each in load_questions(DATA / "questions.jsonl")}
    single = [each for each in every.values() if each.answerable and not each.history]
    rated_first = {each["id"] for each in like}
    asked = [each for each in single if str(each.id) in rated_first or limit is None]
    paraphrases = [(every[str(each["id"])], text) for each in like for text in each["like"]]
    with Assistant.open("sample", settings, prose=False) as office, ChatStore.open(office.reader.folder) as chats:
        before = {text: office.ask(text) for _, text in paraphrases}
        answers = {each.id: office.ask(each.question) for each in asked}
        replies = {each.id: _rate(chats, each, answers[each.id]) for each in asked}
        changed = [_compared(question, before[text], office.ask(text)) for question, text in paraphrases]
        others = []
        for each in asked:
            with _taken_back(chats, replies[each.id]):
                others.append(_compared(each, answers[each.id], office.ask(each.question)))
    return [_row("paraphrases of rated questions", changed), _row("each question, only others rated", others)]


def _rate(chats: ChatStore, question: LabelledQuestion, answer: Answer) -> tuple[str, bool]:
    """Rate an answer as a person would; return the id of the reply, and whether it was right."""
    right = _is_right(question, answer)
    shown = answer if right else replace(answer, quotes=answer.quotes[:1])
    reply = chats.keep(chats.ask(chats.new().id, question.question, None).id, shown).id
    _give(chats, reply, right)
    return reply, right


def _give(chats: ChatStore, reply: str, right: bool) -> None:
    chats.vote(reply, 1 if right else -1)
    chats.label(reply, () if right else ("wrong_citation",))


@contextmanager
def _taken_back(chats: ChatStore, rated: tuple[str, bool]) -> Iterator[None]:
    chats.vote(rated[0], 0)
    chats.label(rated[0], ())
    yield
    _give(chats, *rated)


def _compared(question: LabelledQuestion, before: Answer, after: Answer) -> _Asked:
    shown = [[each.quote for each in answer.quotes] for answer in (before, after)]
    return _Asked(_is_right(question, before), _is_right(question, after), shown[0] != shown[1])


def _is_right(question: LabelledQuestion, answer: Answer) -> bool:
    first = answer.quotes[0].quote.casefold() if answer.quotes else ""
    return any(each.casefold() in first for each in question.answers)


def _row(name: str, asked: Sequence[_Asked]) -> dict[str, Cell]:
    return {
        "questions": name,
        "asked": len(asked),
        "right first, no ratings": sum(each.before for each in asked),
        "right first, rated": sum(each.after for each in asked),
        "gained": sum(each.after > each.before for each in asked),
        "lost": sum(each.after < each.before for each in asked),
        "other quotes": sum(each.changed for each in asked),
    }


if __name__ == "__main__":
    main()
