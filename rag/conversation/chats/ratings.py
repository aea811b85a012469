"""The ratings of a library's stored answers, as retrieval reads them: nothing is kept beside the votes and labels.

A label says what a vote is for: "wrong citation" and "wrong answer" speak against the quotes, "correct" for them. A bad
vote for what is incomplete or unclear is none on the quotes. An answer that came with a backup is not counted, for its
votes are somebody else's. A follow-up that needs the question before it is like no other question.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from rag.conversation.chats import answer_codec
from rag.conversation.chats.tables import ChatDatabase
from rag.errors import OakenError
from rag.library.db.chat_schema import RESTORED, questions, replies
from rag.messages import load as load_message
from rag.retrieval.feedback.rated_quotes import RatedQuestion
from rag.retrieval.followup import stands_alone
from rag.settings import CHATS_FILE, LEDGER_LINK
from rag.text.detect import language_of_question
from rag.text.languages import known_languages
from rag.types import Citation

_MOST_RATED = 1_000  # rated answers that are looked at, the newest first
_AGAINST, _FOR = {"wrong_answer", "wrong_citation"}, {"correct", "helpful"}


class StoredRatings:
    """The ratings in the conversations of these libraries, by their folders. A store that cannot be read has none."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)

    def questions(self) -> list[RatedQuestion]:
        """Return the rated questions, the newest answer of a library first."""
        columns = (replies.c.id, replies.c.vote, replies.c.labels, replies.c.problem, questions.c.text)
        rated = (
            sa.select(*columns, questions.c.parent)
            .join(questions, replies.c.question == questions.c.id)
            .where(sa.or_(replies.c.vote != 0, replies.c.labels != ""))
            .order_by(replies.c.number.desc())
            .limit(_MOST_RATED)
        )
        return [
            RatedQuestion(row.id, row.text, opinion)
            for row in self._rows(rated)
            if (opinion := opinion_on_quotes(row.vote, row.labels.split()))
            and load_message(row.problem) != RESTORED
            and (not row.parent or _stands_alone(row.text))
        ]

    def quotes(self, ids: Sequence[str]) -> dict[str, tuple[Citation, ...]]:
        """Return the quotes of these answers, by their ids."""
        if not ids:
            return {}
        rows = self._rows(sa.select(replies.c.id, replies.c.answer).where(replies.c.id.in_(ids)))
        return {row.id: _quotes(row.answer) for row in rows if row.answer}

    def _rows(self, query: sa.Select[Any]) -> list[Any]:
        found: list[Any] = []
        for folder in self._folders:
            if any((folder / each).exists() for each in (CHATS_FILE, LEDGER_LINK)):  # none is made to be read
                with (
                    contextlib.suppress(OakenError, sa.exc.SQLAlchemyError),
                    contextlib.closing(ChatDatabase.open(folder / CHATS_FILE)) as chats,
                    chats.reading() as db,
                ):
                    found += db.execute(query).all()
        return found


def opinion_on_quotes(vote: int, labels: Collection[str]) -> int:
    """Return what a vote and labels say of an answer's quotes: 1 they are right, -1 wrong, 0 nothing."""
    given = set(labels)
    if given & _AGAINST:
        return -1
    if vote < 0:
        return 0 if given else -1
    return 1 if vote > 0 or given & _FOR else 0


@lru_cache(maxsize=512)
def _quotes(answer: str) -> tuple[Citation, ...]:
    """Return the quotes in a stored answer; () where it cannot be read."""
    with contextlib.suppress(OakenError):
        return answer_codec.load(answer).quotes
    return ()


def _stands_alone(text: str) -> bool:
    return stands_alone(text, language_of_question(text, known_languages()) or "en")
