"""Rows of the conversations' tables as what they stand for, and back. Knows no transactions: see store.py."""

from __future__ import annotations

import json
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from rag.conversation.chats import answer_codec
from rag.conversation.chats.models import NewConversation, StoredAnswer, StoredQuestion
from rag.errors import OakenError, UsageError
from rag.library.db.chat_schema import chats, questions, rankings, replies
from rag.messages import Message
from rag.messages import dump as dump_message
from rag.messages import load as load_message
from rag.retrieval.filters import EVERYWHERE, SearchFilter, check_date
from rag.types import Answer

_MAX_TITLE_CHARS = 60  # characters of a title taken from a question
_SCOPE = fields(SearchFilter)
_load = lru_cache(maxsize=256)(answer_codec.load)  # a page reads its chat again at every click


def listed_chats() -> sa.Select[Any]:
    """Chats, as lists show them."""
    counted = sa.select(sa.func.count()).where(questions.c.chat == chats.c.id).scalar_subquery()
    return sa.select(chats.c.id, chats.c.title, chats.c.created, chats.c.changed, counted)


def question(row: Any) -> StoredQuestion:
    """Return the question in a row of the table."""
    return StoredQuestion(row.id, row.chat, row.parent, row.text, row.asked, load_scope(row.scope), row.imported)


def dump_scope(scope: SearchFilter) -> str:
    """Return the fields of a filter that are set, as JSON; "" where none is."""
    given = {each.name: value for each in _SCOPE if (value := getattr(scope, each.name))}
    return answer_codec.json_text(given) if given else ""


def load_scope(text: str) -> SearchFilter:
    """Return the filter that :func:`dump_scope` wrote. What a filter cannot hold is left out: files are restored."""
    try:
        given = json.loads(text or "{}")
        values = {each.name: _scope_value(each.default, given[each.name]) for each in _SCOPE if each.name in given}
        check_date(str(values.get("since") or "2000"))
    except (ValueError, TypeError, RecursionError, UsageError):
        return EVERYWHERE
    return SearchFilter(**values)


def _scope_value(default: Any, value: Any) -> Any:
    if isinstance(default, str) and isinstance(value, str):
        return value
    if isinstance(default, str) or not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise TypeError(f"{str(value)[:40]!r} is not what belongs there")
    return tuple(value)


def replies_of(db: sa.Connection, of: Sequence[str]) -> dict[str, tuple[StoredAnswer, ...]]:
    """Return the replies of these questions (all of one chat), oldest first."""
    found: dict[str, list[StoredAnswer]] = {question: [] for question in of}
    for at in range(0, len(of), 500):
        own_replies = sa.select(replies).where(replies.c.question.in_(of[at : at + 500])).order_by("number")
        for row in db.execute(own_replies):
            found[row.question].append(_reply(row))
    return {question: tuple(said) for question, said in found.items()}


def _reply(row: Any) -> StoredAnswer:
    answer, problem, hint = None, load_message(row.problem), load_message(row.hint)
    try:
        answer = None if row.answer is None else _load(row.answer)
    except OakenError as error:  # the others can be read all the same
        problem, hint = problem or error.message, hint or error.hint
    return StoredAnswer(
        row.id,
        row.question,
        answer,
        problem,
        hint,
        row.model,
        row.preset,
        row.written,
        row.vote,
        tuple(row.labels.split()),
        row.insist,
        row.seconds,
        row.imported,
    )


def is_known(db: sa.Connection, new: NewConversation) -> bool:
    """Tell whether its first question is here. Raises UsageError where another of its messages is."""
    ids = [*(each.id for each in new.questions), *(each.id for each in new.replies)]
    held: set[str] = set()
    for at in range(0, len(ids), 500):
        for table in (questions, replies):
            held |= set(db.execute(sa.select(table.c.id).where(table.c.id.in_(ids[at : at + 500]))).scalars())
    if ids[0] in held:
        return True
    if held:
        raise UsageError(
            Message("The message {id} is part of another conversation already. Nothing was imported.", id=min(held)),
            Message("Delete that conversation on the page Ask, or import into another library."),
        )
    return False


def insert_conversation(db: sa.Connection, new: NewConversation) -> None:
    """Store it; of each question its first reply is shown, and of each reply the first question after it."""
    about, first = new.chat, new.questions[0]
    shown_reply: dict[str, str] = {}
    shown_question: dict[str, str] = {}
    for reply in new.replies:
        shown_reply.setdefault(reply.question, reply.id)
    for each in new.questions:
        shown_question.setdefault(each.parent or "", each.id)
    row = {"id": about.id, "title": about.title, "words": folded(about.title), "shown": first.id}
    db.execute(sa.insert(chats).values(row | {"created": about.created, "changed": about.changed}))
    db.execute(
        sa.insert(questions),
        [
            {
                "id": each.id, "chat": about.id, "parent": each.parent, "text": each.text, "words": folded(each.text),
                "asked": each.asked, "shown": shown_reply.get(each.id, ""), "scope": "", "imported": each.imported,
            }
            for each in new.questions
        ],
    )  # fmt: skip
    if new.replies:
        db.execute(sa.insert(replies), [_reply_row(each, about.id, shown_question) for each in new.replies])
    ranked = [{"question": key, "order": " ".join(order), "made": now()} for key, order in new.rankings.items()]
    if ranked:
        db.execute(sa.insert(rankings), ranked)


def _reply_row(reply: StoredAnswer, chat: str, shown: Mapping[str, str]) -> dict[str, Any]:
    row = {name: getattr(reply, name) for name in ("id", "question", "model", "preset", "written", "vote", "insist")}
    row |= {"problem": dump_message(reply.problem), "hint": dump_message(reply.hint), "labels": " ".join(reply.labels)}
    row |= {"chat": chat, "seconds": reply.seconds, "imported": reply.imported, "words": folded(said_in(reply.answer))}
    answer = None if reply.answer is None else answer_codec.dump(reply.answer)
    return row | {"shown": shown.get(reply.id, ""), "answer": answer}


def show_branch(db: sa.Connection, question: str) -> None:
    """Let every station between the chat's beginning and this question show the way to it."""
    chat = db.execute(sa.select(questions.c.chat).where(questions.c.id == question)).scalar()
    if chat is None:
        raise not_found_error(Message("question"))
    asked = {row.id: row for row in db.execute(sa.select(questions).where(questions.c.chat == chat))}
    stations = sa.select(replies.c.id, replies.c.question, replies.c.shown).where(replies.c.chat == chat)
    rows_by_id = {row.id: row for row in db.execute(stations)}
    at = asked[question]
    while at.parent is not None:
        reply = rows_by_id[at.parent]
        _select_branch(db, replies, reply, at.id)
        _select_branch(db, questions, asked[reply.question], reply.id)
        at = asked[reply.question]
    db.execute(sa.update(chats).where(chats.c.id == chat).values(shown=at.id))


def _select_branch(db: sa.Connection, table: sa.Table, row: Any, to: str) -> None:
    if row.shown != to:
        db.execute(sa.update(table).where(table.c.id == row.id).values(shown=to))


def said_in(answer: Answer | None) -> str:
    """Return the text of an answer that the search covers."""
    if answer is None:
        return ""
    quoted = (each.quote for each in answer.quotes)
    return "\n".join([answer.reply, *(claim.text for claim in answer.claims), *quoted])


def folded(text: str) -> str:
    """Capitals and forms of letters do not matter to the search. NUL ends what SQLite looks through."""
    return unicodedata.normalize("NFKC", storable(text)).casefold().replace("\0", " ")


def storable(text: str) -> str:
    """Without halves of characters, which no SQLite text can hold."""
    return text.encode("utf-8", "replace").decode()


def title_of(question: str) -> str:
    """Return the title that a question gives its chat, cut between words."""
    title = " ".join(question.split())
    short = textwrap.shorten(title, _MAX_TITLE_CHARS, placeholder=" …")
    return short if short.strip(" …") else f"{title[: _MAX_TITLE_CHARS - 2]} …"


def now() -> str:
    """Return the current moment, ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def require_row(result: sa.CursorResult[Any], what: str) -> None:
    """Raise UsageError where a change met no row."""
    if not result.rowcount:
        raise not_found_error(what)


def not_found_error(what: str) -> UsageError:
    """Return the error for what another window or program deleted."""
    return UsageError(
        Message("That {what} is no longer there.", what=what), Message("Choose another one from the list.")
    )
