"""Export a chat as a file for other programs: all of it as JSON, or as Open Assistant's message trees.

Markdown, for reading, is the page's: ui/shared/export/markdown.py.

JSON, one object; names stay, others may come to be beside them::

    {"format": "oaken-chat", "version": 1, "id", "title", "created", "changed",
     "questions": [{"id", "parent": id of a reply or null, "text", "asked",
                    "scope": {the fields of the filter it was asked with},
                    "ranking": [ids of replies, best first],
                    "replies": [{"id", "answer": {every field of rag.types.Answer} or null, "problem", "hint",
                                 "model", "preset", "written", "vote", "labels", "insist", "seconds"}]}]}

Questions stand in the order they were asked, a parent always before what follows it.

OASST: JSON lines, one ``ExportMessageTree`` of Open Assistant's ``oasst_data`` for each question that begins the chat
(an edited first question begins another tree). A vote is the event "score" and the emoji "+1" or "-1", as in Open
Assistant's own export of chats; each label has the value 1 of a count of 1; ranks count from 0, the best.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import Any

from rag.conversation.chats import answer_codec
from rag.conversation.chats.rows import dump_scope
from rag.conversation.chats.store import ChatStore, StoredAnswer, StoredQuestion, Tree
from rag.quote_blocks import verdict_remark
from rag.text.detect import language_of_question
from rag.text.languages import known_languages
from rag.types import NOT_FOUND, Answer, AnswerStatus

FORMAT, VERSION = "oaken-chat", 1


def to_json(chats: ChatStore, chat: str) -> str:
    """Return the whole chat, every branch. Raises UsageError where it was deleted."""
    about = asdict(chats.get(chat))
    del about["questions"]
    rows = [
        {"id": question.id, "parent": question.parent, "text": question.text, "asked": question.asked}
        | {"scope": json.loads(dump_scope(question.scope) or "{}")}
        | {"ranking": list(ranking), "replies": [_reply_row(reply) for reply in replies]}
        for question, replies, ranking in chats.tree(chat)
    ]
    return answer_codec.json_text({"format": FORMAT, "version": VERSION, **about, "questions": rows})


def _reply_row(reply: StoredAnswer) -> dict[str, Any]:
    row = {each.name: getattr(reply, each.name) for each in fields(StoredAnswer) if each.name != "question"}
    row["answer"] = None if reply.answer is None else json.loads(answer_codec.dump(reply.answer))
    return row


def to_oasst(chats: ChatStore, chat: str) -> str:
    """Return the chat's message trees, one on each line. Raises UsageError where it was deleted."""
    tree = chats.tree(chat)
    nodes, below = _messages(tree)
    lines = []
    for question, _, _ in tree:
        if question.parent is None:
            head = answer_codec.json_text(
                {"message_tree_id": question.id, "tree_state": "not_applicable", "origin": "oaken"}
            )
            lines.append(f'{head[:-1]},"prompt":{"".join(_nested(question.id, nodes, below))}}}\n')
    return "".join(lines)


def _messages(tree: Tree) -> tuple[dict[str, dict[str, Any]], dict[str, list[str]]]:
    """Every message without its replies, by id; and the ids of the replies of each."""
    nodes: dict[str, dict[str, Any]] = {}
    below = defaultdict[str, list[str]](list)
    roots: dict[str, str] = {}  # message -> its tree
    followed = {question.parent for question, _, _ in tree}
    for question, replies, ranking in tree:
        root = roots[question.parent] if question.parent else question.id
        # What never became an answer is no message, unless something was asked after it.
        spoken = [reply for reply in replies if text_of(reply.answer) or reply.id in followed]
        order = [each for each in ranking if each in {reply.id for reply in spoken}]
        nodes[question.id] = _prompter(question, spoken, order, root)
        if question.parent:
            below[question.parent].append(question.id)
        for reply in spoken:
            roots[reply.id] = root
            nodes[reply.id] = _assistant(reply, order)
            below[question.id].append(reply.id)
    return nodes, below


def _nested(begin: str, nodes: dict[str, dict[str, Any]], below: dict[str, list[str]]) -> Iterator[str]:
    """Yield the JSON of a message with all below it. A loop: a long chat is nested deeper than Python's recursion."""
    todo = [(begin, False)]
    while todo:
        at, done = todo.pop()
        if done:
            yield at
            continue
        yield f'{answer_codec.json_text(nodes[at])[:-1]},"replies":['
        todo.append(("]}", True))
        for place, child in reversed([*enumerate(below.get(at, []))]):
            todo.append((child, False))
            if place:
                todo.append((",", True))


def _prompter(question: StoredQuestion, spoken: list[StoredAnswer], order: list[str], root: str) -> dict[str, Any]:
    row = _message(question.id, question.parent, question.asked, question.text, "prompter")
    if len(order) > 1:
        places = {reply.id: at for at, reply in enumerate(spoken)}
        ranked: dict[str, Any] = {"type": "ranking", "user_id": None, "ranking": [places[each] for each in order]}
        ranked |= {"ranked_message_ids": order, "ranking_parent_id": question.id, "message_tree_id": root}
        row["events"] = {"ranking": [ranked | {"not_rankable": None}]}
    return row


def _assistant(reply: StoredAnswer, order: list[str]) -> dict[str, Any]:
    row = _message(reply.id, reply.question, reply.written, text_of(reply.answer), "assistant")
    row |= {"synthetic": True, "model_name": reply.model or None}
    row["rank"] = order.index(reply.id) if reply.id in order else None
    row["labels"] = {label: {"value": 1.0, "count": 1} for label in reply.labels}
    if reply.vote:
        row["emojis"] = {f"{reply.vote:+d}": 1}
        row["events"] = {"score": [{"type": "score", "user_id": None, "score": reply.vote}]}
    return row


def _message(identity: str, parent: str | None, date: str, text: str, role: str) -> dict[str, Any]:
    return {
        "message_id": identity,
        "parent_id": parent,
        "user_id": None,
        "created_date": date,
        "text": text,
        "role": role,
        "lang": language_of_question(text, known_languages()) or None,
        "review_count": 0,
        "review_result": None,
        "deleted": False,
        "rank": None,
        "synthetic": False,
        "model_name": None,
        "emojis": {},
        "labels": {},
        "events": {},
    }


def text_of(answer: Answer | None) -> str:
    """Return an answer in words: the short answer and its prose, else its quotes; "" where there is nothing."""
    if answer is None:
        return ""
    if answer.status is AnswerStatus.NOT_FOUND:
        return NOT_FOUND
    if answer.reply:
        return answer.reply
    short = [answer.short.quote] if answer.short is not None else []
    partly = [verdict_remark(answer)] if verdict_remark(answer) else []
    prose = [" ".join(claim.text for claim in answer.claims)] if answer.claims else []
    return "\n".join([*short, *partly, *(prose or [quote.quote for quote in answer.quotes])])
