"""Import message trees of Open Assistant's format as conversations: each tree is a chat.

A file is read twice, a line at a time: checked as a whole, then stored as a whole. What the store has no place for is
kept beside the message, so an export gives it back.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast
from uuid import uuid4

from rag.conversation.chats import answer_codec, rows
from rag.conversation.chats.models import Chat, NewConversation, StoredAnswer, StoredQuestion
from rag.conversation.chats.oasst_export import labels_in, ranked_ids, vote_in
from rag.conversation.chats.oasst_format import NotOasstError, OasstMessage, OasstTree, parse_line
from rag.conversation.chats.store import ChatStore
from rag.errors import UsageError
from rag.messages import Message
from rag.types import Answer, AnswerStatus

_MAX_LINE = 64 * 1024 * 1024  # bytes of a line
_SHOWN_FAULTS = 5  # lines that a message names
_STORED_FIELDS = ("message_id", "parent_id", "created_date", "text", "role")  # of a message, as columns
BY_PERSON = Message("This reply was imported: a person wrote it, and it was not checked against your documents.")
BY_MODEL = Message("This reply was imported: another program wrote it, and it was not checked against your documents.")
REPLY_WITHOUT_TEXT = Message("This reply was imported without its text.")


@dataclass(frozen=True, slots=True)
class ImportedTrees:
    """What became of a file's trees."""

    added: int
    known: int  # were in the library already
    messages: int  # of those added
    left_out: int  # messages, where they were not wanted


def import_oasst(path: Path, chats: ChatStore, *, clean: bool = False) -> ImportedTrees:
    """Store the trees of a file, ``.jsonl`` or ``.jsonl.gz``; all of them or, where it is refused, none.

    With ``clean``, messages that were deleted, refused or taken for spam are left out, with what follows them. Raises
    UsageError: the file cannot be read, or lines of it are no trees, which are told by their numbers.
    """
    _check(path)
    left_out = 0

    def conversations() -> Iterator[NewConversation]:
        nonlocal left_out
        for _, line in _lines(path):
            tree = parse_line(line)
            assert isinstance(tree, OasstTree)  # checked
            kept = _kept(tree) if clean else [*range(len(tree.messages))]
            left_out += len(tree.messages) - len(kept)
            if kept:
                yield _conversation(tree, kept)

    done = chats.add(conversations())
    return ImportedTrees(done.added, done.known, done.messages, left_out)


def _check(path: Path) -> None:
    faults: list[str] = []
    trees = 0
    for number, line in _lines(path):
        try:
            if not isinstance(parse_line(line), OasstTree):
                raise NotOasstError("it is no tree but a thread or a message: the file with trees is needed")
            trees += 1
        except NotOasstError as error:
            faults.append(f"line {number}: {error}")
    if not faults and not trees:
        raise UsageError(Message("{file} holds no conversation.", file=path), Message("Choose another file."))
    if faults:
        more = f" ({len(faults) - _SHOWN_FAULTS} more)" if len(faults) > _SHOWN_FAULTS else ""
        raise UsageError(
            Message(
                "{file} is no file of message trees, so nothing was imported: {faults}{more}",
                file=path,
                faults="; ".join(faults[:_SHOWN_FAULTS]),
                more=more,
            ),
            Message("Correct or delete these lines, then import it again."),
        )


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not empty, with their numbers from 1. Raises UsageError."""
    try:
        with cast("IO[bytes]", gzip.open(path)) if path.suffix == ".gz" else path.open("rb") as stream:
            number = 0
            while line := stream.readline(_MAX_LINE + 1):
                number += 1
                if len(line) > _MAX_LINE:
                    raise UsageError(
                        Message("Line {n} of {file} is too long: {most:,} bytes are the most.", n=number, file=path,
                                most=_MAX_LINE),
                        Message("Choose another file."),
                    )  # fmt: skip
                text = line.decode("utf-8-sig" if number == 1 else "utf-8", "replace")
                if text.strip():
                    yield number, text
    except (OSError, EOFError, zlib.error) as error:  # gzip's own errors are among these
        why = getattr(error, "strerror", None) or error
        raise UsageError(
            Message("{file} cannot be read: {why}.", file=path, why=why), Message("Choose another file.")
        ) from error


def _kept(tree: OasstTree) -> list[int]:
    """Return the places of messages that are wanted, and whose parents are."""
    kept: set[int] = set()
    for at, (message, parent) in enumerate(zip(tree.messages, tree.parents, strict=True)):
        if not message.is_unwanted and (parent is None or parent in kept):
            kept.add(at)
    return sorted(kept)


def _conversation(tree: OasstTree, kept: list[int]) -> NewConversation:
    first = tree.messages[0]
    there = {tree.messages[at].message_id for at in kept}
    chat, now = uuid4().hex, rows.now()
    questions, replies = [], []
    below: dict[str, list[tuple[str, Any]]] = {}
    for at in kept:
        message, parent = tree.messages[at], tree.parents[at]
        above = None if parent is None else tree.messages[parent]
        rest = {key: value for key, value in tree.rows[at].items() if key not in _STORED_FIELDS}
        if message.role == "prompter":
            _drop_rankings(rest, there)
            held: dict[str, Any] = {"message": rest} | ({"tree": dict(tree.head)} if above is None else {})
            parent_id = None if above is None else above.message_id
            date, text = message.created_date or now, rows.storable(message.text)
            questions.append(
                StoredQuestion(message.message_id, chat, parent_id, text, date, imported=answer_codec.json_text(held))
            )
        else:
            assert above is not None  # a tree begins with a question
            below.setdefault(above.message_id, []).append((message.message_id, rest))
            replies.append(_reply(message, above, rest, now))
    dates = [tree.messages[at].created_date or now for at in kept]
    about = Chat(chat, rows.title_of(first.text) or first.message_id, dates[0], max(dates), len(questions))
    rankings = {key: tuple(order) for key, each in below.items() if (order := ranked_ids(iter(each)))}
    return NewConversation(about, tuple(questions), tuple(replies), rankings)


def _drop_rankings(row: dict[str, Any], there: set[str]) -> None:
    """Leave out the rankings that name a message which was left out."""
    events = row.get("events") or {}
    if rankings := events.get("ranking"):
        whole = [each for each in rankings if there >= set(each["ranked_message_ids"])]
        row["events"] = events | {"ranking": whole}


def _reply(message: OasstMessage, above: OasstMessage, rest: dict[str, Any], now: str) -> StoredAnswer:
    note = BY_PERSON if message.synthetic is False else BY_MODEL
    text = rows.storable(message.text)
    answer = Answer(rows.storable(above.text), AnswerStatus.TOLD, 1.0, reply=text, note=note) if text.strip() else None
    return StoredAnswer(
        message.message_id,
        above.message_id,
        answer,
        "" if answer else REPLY_WITHOUT_TEXT,
        "",
        rows.storable(message.model_name or ""),
        "",
        message.created_date or now,
        vote_in(rest),
        labels_in(rest),
        False,
        0.0,
        answer_codec.json_text({"message": rest}),
    )
