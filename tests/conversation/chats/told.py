"""A chat with two beginnings, an edited question, regenerated answers that were ranked, and a problem."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rag.conversation.chats.store import ChatStore
from rag.retrieval.filters import SearchFilter
from rag.types import Answer, AnswerStatus, Citation, Claim

QUOTE = Citation("d", "caf\udce9.md", 2, ("The town",), 0, 31, "The tram line opened in 1911.", 0.9)
ANSWER = Answer(
    "When?",
    AnswerStatus.ANSWERED,
    0.9,
    (QUOTE,),
    (Claim("It began in 1911.", True, 0.8, (QUOTE,)),),
    timings={"all": 0.1},
)


def told_chat(chats: ChatStore) -> str:
    """Return the id of the chat, which is stored."""
    chat = chats.new().id
    first = chats.ask(chat, "¿Cuándo abrió el tranvía?", None, SearchFilter(types=("md",)))
    one = chats.keep(first.id, ANSWER, model="small.gguf", preset="precise", seconds=1.25)
    two = chats.keep(first.id, replace(ANSWER, claims=()), model="small.gguf", preset="k50")
    chats.keep(first.id, None, problem="The model ended.", hint="oaken doctor")
    chats.rank(first.id, [two.id, one.id])
    chats.vote(two.id, 1)
    chats.vote(one.id, -1)
    chats.label(one.id, ["wrong_citation", "incomplete"])
    second = chats.ask(chat, "And \u2028 <script>then</script>?", two.id)
    failed = chats.keep(second.id, None, problem="It ended.")
    chats.ask(chat, "Once more", failed.id)
    chats.ask(chat, "Сколько стоит паром?", two.id)
    other = chats.ask(chat, "Another beginning", None)
    chats.keep(other.id, Answer("", AnswerStatus.NOT_FOUND, 0.1), insist=True)
    return chat


def messages(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for each in node["replies"]:
        yield from messages(each)


def trees(text: str) -> list[dict[str, Any]]:
    assert text.endswith("\n")
    return [json.loads(line) for line in text.split("\n")[:-1]]
