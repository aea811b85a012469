"""Pairs for training: what was ranked or voted, with the conversation before it."""

from __future__ import annotations

import json
from dataclasses import replace

from rag.conversation.chats.preferences import preference_lines, preference_rows
from rag.conversation.chats.store import ChatStore, StoredAnswer
from rag.types import AnswerStatus
from tests.conversation.chats.told import ANSWER


def said(chats: ChatStore, question: str, text: str) -> StoredAnswer:
    return chats.keep(question, replace(ANSWER, status=AnswerStatus.TOLD, reply=text))


def pairs(chats: ChatStore, chat: str) -> list[tuple[str, str]]:
    return [(row["chosen"][0]["content"], row["rejected"][0]["content"]) for row in preference_rows(chats.tree(chat))]


def test_a_ranking_gives_every_pair_and_votes_those_it_does_not_compare(chats: ChatStore) -> None:
    chat = chats.new().id
    question = chats.ask(chat, "When?", None).id
    one, two, three, four = (said(chats, question, f"{at}.") for at in range(1, 5))
    assert pairs(chats, chat) == []
    chats.vote(four.id, 1)
    assert pairs(chats, chat) == []  # nothing is worse
    chats.vote(one.id, -1)
    assert pairs(chats, chat) == [("4.", "1.")]
    chats.rank(question, [three.id, two.id, one.id])
    assert pairs(chats, chat) == [("3.", "2."), ("3.", "1."), ("2.", "1."), ("4.", "1.")]
    chats.rank(question, [one.id, four.id])  # the order given last counts, not the votes
    assert pairs(chats, chat) == [("1.", "4.")]


def test_the_prompt_is_the_conversation_that_led_there(chats: ChatStore) -> None:
    chat = chats.new().id
    first = chats.ask(chat, "When?", None).id
    said(chats, first, "not here")
    reply = said(chats, first, "In 1911.")
    second = chats.ask(chat, "And who?", reply.id).id
    good, bad = said(chats, second, "Ana."), said(chats, second, "Bo.")
    chats.rank(second, [good.id, bad.id])
    [line] = preference_lines(chats)
    assert json.loads(line) == {
        "prompt": [
            {"role": "user", "content": "When?"},
            {"role": "assistant", "content": "In 1911."},
            {"role": "user", "content": "And who?"},
        ],
        "chosen": [{"role": "assistant", "content": "Ana."}],
        "rejected": [{"role": "assistant", "content": "Bo."}],
    }


def test_answers_of_one_text_or_none_are_no_pair(chats: ChatStore) -> None:
    chat = chats.new().id
    question = chats.ask(chat, "When?", None).id
    one, same = said(chats, question, "1."), said(chats, question, "1.")
    failed = chats.keep(question, None, problem="It ended.")
    chats.rank(question, [one.id, same.id, failed.id])
    assert pairs(chats, chat) == []
