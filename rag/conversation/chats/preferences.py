"""Preference pairs for training by DPO: of two answers to one question, the better and the worse.

A row is in TRL's conversational form: ``prompt`` is the conversation up to the question, ``chosen`` and ``rejected``
are one reply each, all as lists of ``{"role", "content"}``. Pairs are from rankings and, for replies that no ranking
compares, from votes: a good one beside a bad one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from rag.conversation.chats import answer_codec
from rag.conversation.chats.oasst_export import text_of
from rag.conversation.chats.store import ChatStore, StoredAnswer, Tree


def preference_lines(chats: ChatStore) -> Iterator[str]:
    """Yield the pairs of all conversations as JSON lines with their ends; one chat is in memory at a time."""
    for chat in chats.ids():
        for row in preference_rows(chats.tree(chat)):
            yield f"{answer_codec.json_text(row)}\n"


def preference_rows(tree: Tree) -> Iterator[dict[str, Any]]:
    """Yield the pairs of a chat."""
    questions = {question.id: question for question, _, _ in tree}
    every = {reply.id: reply for _, replies, _ in tree for reply in replies}
    for question, replies, ranking in tree:
        prompt = [_turn("user", question.text)]
        parent = question.parent
        while parent is not None:
            reply = every[parent]
            before = questions[reply.question]
            prompt[:0] = [_turn("user", before.text), _turn("assistant", text_of(reply.answer))]
            parent = before.parent
        for better, worse in preferred(replies, ranking):
            chosen, rejected = text_of(better.answer), text_of(worse.answer)
            if chosen and rejected and chosen != rejected:
                yield {
                    "prompt": prompt,
                    "chosen": [_turn("assistant", chosen)],
                    "rejected": [_turn("assistant", rejected)],
                }


def preferred(replies: Sequence[StoredAnswer], ranking: Sequence[str]) -> Iterator[tuple[StoredAnswer, StoredAnswer]]:
    """Yield pairs of a better and a worse reply to one question."""
    by_id = {reply.id: reply for reply in replies}
    ranked = [by_id[each] for each in ranking if each in by_id]
    yield from combinations(ranked, 2)
    compared = {reply.id for reply in ranked}
    for better in replies:
        for worse in replies:
            if better.vote > 0 > worse.vote and not {better.id, worse.id} <= compared:
                yield better, worse


def _turn(role: str, text: str) -> dict[str, str]:
    return {"role": role, "content": text}
