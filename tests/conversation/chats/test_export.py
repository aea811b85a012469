"""Chats as files for other programs: nothing is lost in the JSON."""

from __future__ import annotations

import json

import pytest

from rag.conversation.chats import answer_codec
from rag.conversation.chats.export import to_json
from rag.conversation.chats.store import ChatStore
from rag.errors import UsageError


def test_the_json_holds_all_that_the_chat_holds(chats: ChatStore, told: str) -> None:
    text = to_json(chats, told)
    text.encode()
    held = json.loads(text)
    about = chats.get(told)
    assert (held["format"], held["version"]) == ("oaken-chat", 1)
    assert [held[key] for key in ("id", "title", "created", "changed")] == [
        about.id,
        about.title,
        about.created,
        about.changed,
    ]
    tree = chats.tree(told)
    assert held["questions"][0]["scope"] == {"types": ["md"]} and held["questions"][1]["scope"] == {}
    assert len(held["questions"]) == len(tree)
    seen: set[str | None] = {None}
    for row, (asked, replies, ranking) in zip(held["questions"], tree, strict=True):
        assert [row[key] for key in ("id", "parent", "text", "asked")] == [
            asked.id,
            asked.parent,
            asked.text,
            asked.asked,
        ]
        assert row["parent"] in seen
        assert row["ranking"] == list(ranking)
        for said, reply in zip(row["replies"], replies, strict=True):
            answer = said.pop("answer")
            assert (answer_codec.load(json.dumps(answer)) if answer else None) == reply.answer
            assert said == {
                "id": reply.id,
                "problem": reply.problem,
                "hint": reply.hint,
                "model": reply.model,
                "preset": reply.preset,
                "written": reply.written,
                "vote": reply.vote,
                "labels": list(reply.labels),
                "insist": reply.insist,
                "seconds": reply.seconds,
            }
            seen.add(reply.id)


def test_a_chat_without_a_question_is_there_all_the_same(chats: ChatStore) -> None:
    assert json.loads(to_json(chats, chats.new().id))["questions"] == []


def test_a_chat_that_is_gone_says_so(chats: ChatStore) -> None:
    with pytest.raises(UsageError, match="no longer there"):
        to_json(chats, "none such")
