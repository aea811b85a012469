"""Export a chat as JSON, all of it, for other programs.

Markdown, for reading, is the page's: ui/shared/export/markdown.py. Open Assistant's format: oasst_export.py.

JSON, one object; names stay, others may come to be beside them::

    {"format": "oaken-chat", "version": 1, "id", "title", "created", "changed",
     "questions": [{"id", "parent": id of a reply or null, "text", "asked",
                    "scope": {the fields of the filter it was asked with},
                    "ranking": [ids of replies, best first],
                    "replies": [{"id", "answer": {every field of rag.types.Answer} or null, "problem", "hint",
                                 "model", "preset", "written", "vote", "labels", "insist", "seconds"}]}]}

Questions stand in the order they were asked, a parent always before what follows it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any

from rag.conversation.chats import answer_codec
from rag.conversation.chats.rows import dump_scope
from rag.conversation.chats.store import ChatStore, StoredAnswer

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
    own = (each.name for each in fields(StoredAnswer) if each.name not in ("question", "imported"))
    row = {name: getattr(reply, name) for name in own}
    if reply.imported:
        row["imported"] = json.loads(reply.imported)
    row["answer"] = None if reply.answer is None else json.loads(answer_codec.dump(reply.answer))
    return row
