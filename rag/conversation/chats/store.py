"""Store a library's conversations as trees.

A chat begins with questions, a question has replies, a reply has the questions that follow it. An edited question is
another one with the same parent, a regenerated answer another reply; nothing is overwritten. Which branch and which
reply are shown is remembered. How they leave the library: export.py, oasst_export.py.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from rag.conversation.chats import answer_codec
from rag.conversation.chats import rows as rows
from rag.conversation.chats.models import (
    LABELS,
    AddedConversations,
    AnswerPreferences,
    Chat,
    NewConversation,
    StoredAnswer,
    StoredExchange,
    StoredQuestion,
)
from rag.conversation.chats.tables import ChatDatabase
from rag.errors import UsageError
from rag.library.db.chat_schema import chats, meta, questions, rankings, replies
from rag.messages import Message, dump
from rag.retrieval.filters import EVERYWHERE, SearchFilter
from rag.settings import CHATS_FILE
from rag.storage import private_folder
from rag.types import Answer

__all__ = ["LABELS", "AnswerPreferences", "Chat", "ChatStore", "StoredAnswer", "StoredExchange", "StoredQuestion"]

_MAX_GIVEN_TITLE_CHARS = 200  # characters
Branch = list[StoredExchange]  # within ChatStore, list is a method
Tree = list[tuple[StoredQuestion, tuple[StoredAnswer, ...], tuple[str, ...]]]


class ChatStore:
    """The conversations of one library, in its folder. Safe across threads and processes."""

    def __init__(self, tables: ChatDatabase) -> None:
        self._tables = tables
        self._insert = tables.database.insert

    @classmethod
    def open(cls, folder: Path) -> ChatStore:
        """Open those in ``folder``, or begin. Raises LibraryError: damaged, of a newer Oaken, or not to be written."""
        try:
            private_folder(folder)
        except OSError as error:
            raise UsageError(
                Message("{folder} cannot be made: {why}.", folder=folder, why=error),
                f"ls -ld {folder.parent}",
            ) from error
        return cls(ChatDatabase.open(folder / CHATS_FILE))

    def __enter__(self) -> ChatStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back the connections."""
        self._tables.close()

    # -- chats

    def new(self) -> Chat:
        """Begin a chat."""
        made = Chat(uuid4().hex, "", now := rows.now(), now, 0)
        row = {"id": made.id, "title": "", "words": "", "created": now, "changed": now}
        with self._tables.writing() as db:
            db.execute(sa.insert(chats).values(row))
        return made

    def list(self, search: str = "") -> list[Chat]:
        """Those in whose title, questions and answers all words of the search stand; the last changed first."""
        query = rows.listed_chats().order_by(chats.c.changed.desc(), chats.c.number.desc())
        stands_in = self._tables.database.stands_in
        for word in rows.folded(search).split():
            said = (
                sa.exists().where(table.c.chat == chats.c.id, stands_in(table.c.words, word))
                for table in (questions, replies)
            )
            query = query.where(sa.or_(stands_in(chats.c.words, word), *said))
        with self._tables.reading() as db:
            return [Chat(*row) for row in db.execute(query)]

    def ids(self) -> tuple[str, ...]:
        """Return the ids of all chats, the first begun first."""
        with self._tables.reading() as db:
            return tuple(db.execute(sa.select(chats.c.id).order_by(chats.c.number)).scalars())

    def add(self, conversations: Iterable[NewConversation]) -> AddedConversations:
        """Store conversations from elsewhere, all or, where one of them raises, none.

        One whose first question is here already is left as it is. Raises UsageError for a message whose id another
        conversation has.
        """
        added = known = messages = 0
        with self._tables.writing() as db:
            for each in conversations:
                if rows.is_known(db, each):
                    known += 1
                    continue
                rows.insert_conversation(db, each)
                added += 1
                messages += len(each.questions) + len(each.replies)
        return AddedConversations(added, known, messages)

    def get(self, chat: str) -> Chat:
        """Return the chat with that id. Raises UsageError where it was deleted."""
        with self._tables.reading() as db:
            row = db.execute(rows.listed_chats().where(chats.c.id == chat)).first()
        if row is None:
            raise rows.not_found_error(Message("conversation"))
        return Chat(*row)

    def rename(self, chat: str, title: str) -> None:
        """Give it another title. Raises UsageError for an empty one, and where the chat is gone."""
        short_title = rows.storable(" ".join(title.split()))[:_MAX_GIVEN_TITLE_CHARS]
        if not short_title:
            raise UsageError(Message("A conversation needs a name."), Message("Give it one."))
        with self._tables.writing() as db:
            rows.require_row(
                db.execute(
                    sa.update(chats).where(chats.c.id == chat).values(title=short_title, words=rows.folded(short_title))
                ),
                "conversation",
            )

    def delete(self, chat: str) -> None:
        """Forget a chat with all that belongs to it. One that is gone already stays gone."""
        with self._tables.writing() as db:
            self._tables.database.erase_deleted(db)
            db.execute(sa.delete(chats).where(chats.c.id == chat))
        self._tables.database.empty_log()

    def delete_all(self) -> None:
        """Forget every chat of this library; how answers are written stays."""
        with self._tables.writing() as db:
            self._tables.database.erase_deleted(db)
            db.execute(sa.delete(chats))
        self._tables.database.empty_log()

    # -- what is said

    def ask(self, chat: str, text: str, parent: str | None, scope: SearchFilter = EVERYWHERE) -> StoredQuestion:
        """Put a question after the reply ``parent``, or at the chat's beginning; it is shown from now on.

        Raises UsageError where the chat, or the reply in it, is gone.
        """
        asked = StoredQuestion(uuid4().hex, chat, parent, rows.storable(text), rows.now(), scope)
        row = asdict(asked) | {"words": rows.folded(text), "scope": rows.dump_scope(scope)}
        with self._tables.writing() as db:
            change = sa.update(chats).where(chats.c.id == chat).values(changed=asked.asked)
            rows.require_row(db.execute(change), "conversation")
            if parent is not None:
                own_reply = sa.select(replies.c.id).where(replies.c.id == parent, replies.c.chat == chat)
                if db.execute(own_reply).first() is None:
                    raise rows.not_found_error(Message("answer"))
            db.execute(sa.insert(questions).values(row))
            rows.show_branch(db, asked.id)
            title = rows.title_of(asked.text)
            untitled = sa.update(chats).where(chats.c.id == chat, chats.c.title == "")
            db.execute(untitled.values(title=title, words=rows.folded(title)))
        return asked

    def keep(
        self,
        question: str,
        answer: Answer | None,
        *,
        problem: str = "",
        hint: str = "",
        model: str = "",
        preset: str = "",
        insist: bool = False,
        seconds: float = 0.0,
    ) -> StoredAnswer:
        """Store the reply to a question; of its replies this is the one shown from now on.

        Where the chat was deleted in the meantime nothing is stored.
        """
        reply = StoredAnswer(
            uuid4().hex, question, answer, problem, hint, model, preset, rows.now(), 0, (), insist, float(seconds)
        )  # fmt: skip
        row = {name: rows.storable(dump(getattr(reply, name))) for name in ("problem", "hint", "model", "preset")}
        row |= {"id": reply.id, "question": question, "written": reply.written}
        with self._tables.writing() as db:
            chat = db.execute(sa.select(questions.c.chat).where(questions.c.id == question)).scalar()
            if chat is None:
                return reply
            db.execute(
                sa.insert(replies).values(
                    **row,
                    chat=chat,
                    insist=insist,
                    seconds=reply.seconds,
                    words=rows.folded(rows.said_in(answer)),
                    answer=None if answer is None else answer_codec.dump(answer),
                )
            )
            db.execute(sa.update(questions).where(questions.c.id == question).values(shown=reply.id))
            db.execute(sa.update(chats).where(chats.c.id == chat).values(changed=reply.written))
        return reply

    def path(self, chat: str) -> Branch:
        """Return the branch that is shown, its first question first. Raises UsageError where the chat was deleted."""
        with self._tables.reading() as db:
            shown = db.execute(sa.select(chats.c.shown).where(chats.c.id == chat)).scalar()
            if shown is None:
                raise rows.not_found_error(Message("conversation"))
            asked = db.execute(sa.select(questions).where(questions.c.chat == chat).order_by("number")).all()
            known = {row.id: row for row in asked}
            followed = dict(db.execute(sa.select(replies.c.id, replies.c.shown).where(replies.c.chat == chat)).all())
            siblings = defaultdict[str | None, list[str]](list)
            for row in asked:
                siblings[row.parent].append(row.id)
            branch = []
            while shown:
                branch.append(known[shown])
                shown = followed.get(known[shown].shown, "")
            replies_by_question = rows.replies_of(db, [row.id for row in branch])
        return [
            StoredExchange(
                rows.question(row),
                tuple(siblings[row.parent]),
                replies_by_question[row.id],
                next((at for at, reply in enumerate(replies_by_question[row.id]) if reply.id == row.shown), -1),
            )
            for row in branch
        ]

    def tree(self, chat: str) -> Tree:
        """Return every question of every branch, oldest first, with its replies and their ranking.

        Raises UsageError where the chat was deleted.
        """
        self.get(chat)
        with self._tables.reading() as db:
            asked = db.execute(sa.select(questions).where(questions.c.chat == chat).order_by("number")).all()
            replies_by_question = rows.replies_of(db, [row.id for row in asked])
            own_rankings = sa.select(rankings).join(questions).where(questions.c.chat == chat)
            order = {row.question: tuple(row.order.split()) for row in db.execute(own_rankings)}
        return [(rows.question(row), replies_by_question[row.id], order.get(row.id, ())) for row in asked]

    def chat_of(self, reply: str) -> str:
        """Return the id of the chat that a reply belongs to; "" where the reply is gone."""
        with self._tables.reading() as db:
            return str(db.execute(sa.select(replies.c.chat).where(replies.c.id == reply)).scalar() or "")

    def show_question(self, question: str) -> None:
        """Show the branch that holds this question. Raises UsageError where it is gone."""
        with self._tables.writing() as db:
            rows.show_branch(db, question)

    def show_reply(self, reply: str) -> None:
        """Show this reply, and the branch that holds it. Raises UsageError where it is gone."""
        with self._tables.writing() as db:
            question = db.execute(sa.select(replies.c.question).where(replies.c.id == reply)).scalar()
            if question is None:
                raise rows.not_found_error(Message("answer"))
            db.execute(sa.update(questions).where(questions.c.id == question).values(shown=reply))
            rows.show_branch(db, question)

    # -- what is thought of it

    def vote(self, reply: str, vote: int) -> None:
        """1 for good, -1 for bad, 0 for neither. Raises UsageError for anything else, and where the reply is gone."""
        check_feedback(vote, ())
        self._update_reply(reply, vote=vote)

    def label(self, reply: str, labels: Iterable[str]) -> None:
        """Give it these labels in place of what it had. Raises UsageError for one that is none."""
        given = set(labels)
        check_feedback(0, given)
        self._update_reply(reply, labels=" ".join(each for each in LABELS if each in given))

    def _update_reply(self, reply: str, **values: Any) -> None:
        with self._tables.writing() as db:
            rows.require_row(db.execute(sa.update(replies).where(replies.c.id == reply).values(**values)), "answer")

    def rank(self, question: str, order: Sequence[str]) -> None:
        """Put its replies in order, the best first; () says that none is better. The latest ranking counts.

        Raises UsageError where one is no reply of this question, or stands there twice.
        """
        own_replies = sa.select(replies.c.id).where(replies.c.question == question)
        with self._tables.writing() as db:
            if db.execute(sa.select(questions.c.id).where(questions.c.id == question)).first() is None:
                raise rows.not_found_error(Message("question"))
            if len(set(order)) != len(order) or not set(order) <= set(db.execute(own_replies).scalars()):
                raise UsageError(Message("Only answers to the same question can be ranked, each only once."))
            row = {"question": question, "order": " ".join(order), "made": rows.now()}
            ranked = self._insert(rankings).values(row)
            db.execute(ranked.on_conflict_do_update(index_elements=["question"], set_=row))

    def ranking(self, question: str) -> tuple[str, ...]:
        """Return the ranking last given, best first; () where there is none."""
        with self._tables.reading() as db:
            stored_order = db.execute(sa.select(rankings.c.order).where(rankings.c.question == question)).scalar()
        return tuple((stored_order or "").split())

    # -- the profile

    @property
    def profile(self) -> AnswerPreferences:
        """How answers are wanted."""
        with self._tables.reading() as db:
            stored = db.execute(sa.select(meta.c.value).where(meta.c.key == "profile")).scalar()
        row = json.loads(stored) if stored else {}
        known = {name: row[name] for name in AnswerPreferences.__slots__ if name in row}
        return AnswerPreferences(**known)

    def set_profile(self, profile: AnswerPreferences) -> None:
        """Want them so from now on."""
        row = {"key": "profile", "value": json.dumps(asdict(profile))}
        with self._tables.writing() as db:
            db.execute(self._insert(meta).values(row).on_conflict_do_update(index_elements=["key"], set_=row))


def check_feedback(vote: int, labels: Iterable[str]) -> None:
    """Raise UsageError for what is no vote, or no label."""
    if vote not in (-1, 0, 1):
        raise UsageError(Message("{vote} is not a vote.", vote=vote), Message("A vote is -1, 0 or 1."))
    if strange := sorted(set(labels) - set(LABELS)):
        raise UsageError(
            Message("{strange!r} is not a label.", strange=strange[0]),
            Message("Available: {names}.", names=", ".join(LABELS)),
        )
