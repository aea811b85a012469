"""Export conversations in Open Assistant's format: trees, threads or flat messages, as oasst_format.py describes it.

Each question that begins a chat is a tree, so an edited first question begins another. A vote is the event "score" and
the emoji "+1" or "-1", as in Open Assistant's own export of chats; each label has the value 1 of a count of 1; ranks
count from 0, the best. What was imported leaves as it came, with what was thought of it since.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from rag.conversation.chats import answer_codec
from rag.conversation.chats.oasst_format import check_fields
from rag.conversation.chats.store import LABELS, ChatStore, StoredAnswer, StoredQuestion, Tree
from rag.quote_blocks import verdict_remark
from rag.text.detect import language_of_question
from rag.text.languages import known_languages
from rag.types import NOT_FOUND, Answer, AnswerStatus

OasstForm = Literal["trees", "threads", "flat"]
_IDS = frozenset(
    ("message_id", "parent_id", "user_id", "message_tree_id", "thread_id", "ranking_parent_id", "ranked_message_ids")
)
Nodes = dict[str, dict[str, Any]]


class Pseudonyms:
    """Other ids in place of the stored ones, the same for the same: by a random key that is kept nowhere.

    Texts stay as they are, and with them the names in them.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def __call__(self, row: Any) -> Any:
        """Return plain data with the ids in it replaced."""
        if isinstance(row, Mapping):
            return {key: self._ids(value) if key in _IDS else self(value) for key, value in row.items()}
        return [self(each) for each in row] if isinstance(row, list) else row

    def _ids(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._ids(each) for each in value]
        return None if value is None else hmac.digest(self._key, str(value).encode(), "sha256").hex()[:32]


def oasst_lines(chats: ChatStore, form: OasstForm = "trees", *, pseudonyms: bool = False) -> Iterator[str]:
    """Yield all conversations, oldest first, as lines with their ends; one chat is in memory at a time."""
    rename = Pseudonyms() if pseudonyms else None
    for chat in chats.ids():
        yield from _lines(chats.tree(chat), form, rename)


def to_oasst(chats: ChatStore, chat: str) -> str:
    """Return the chat's message trees, one on each line. Raises UsageError where it was deleted."""
    return "".join(_lines(chats.tree(chat), "trees", None))


def _lines(tree: Tree, form: OasstForm, rename: Pseudonyms | None) -> Iterator[str]:
    nodes, below = messages_of(tree)
    for question, _, _ in tree:
        if question.parent is not None:
            continue
        head = _head(question)
        if form == "trees":
            renamed = nodes if rename is None else {key: rename(node) for key, node in nodes.items()}
            text = answer_codec.json_text(head if rename is None else rename(head))
            yield f'{text[:-1]},"prompt":{"".join(_nested(question.id, renamed, below))}}}\n'
            continue
        about = {"message_tree_id": head["message_tree_id"], "tree_state": head["tree_state"]}
        for row in _flat(question.id, nodes, below, about) if form == "flat" else _threads(question.id, nodes, below):
            yield f"{answer_codec.json_text(row if rename is None else rename(row))}\n"


def _head(question: StoredQuestion) -> dict[str, Any]:
    own = {"message_tree_id": question.id, "tree_state": "not_applicable", "origin": "oaken"}
    return own | imported_fields(question.imported, "tree")


def _walk(begin: str, below: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str | None]]:
    """Yield each message's id with that of its parent, every parent before its replies."""
    todo: list[tuple[str, str | None]] = [(begin, None)]
    while todo:
        at, parent = todo.pop()
        yield at, parent
        todo += [(child, at) for child in reversed(below.get(at, []))]


def _flat(
    begin: str, nodes: Nodes, below: Mapping[str, Sequence[str]], about: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    for at, _ in _walk(begin, below):
        yield nodes[at] | about


def _threads(begin: str, nodes: Nodes, below: Mapping[str, Sequence[str]]) -> Iterator[dict[str, Any]]:
    above: dict[str, str | None] = {}
    for at, parent in _walk(begin, below):
        above[at] = parent
        if not below.get(at):
            path, station = [], at
            while station:
                path.append(nodes[station])
                station = above[station] or ""
            yield {"thread_id": at, "thread": path[::-1]}


def messages_of(tree: Tree) -> tuple[Nodes, dict[str, list[str]]]:
    """Return every message of a chat without its replies, by id; and the ids of the replies of each."""
    nodes: Nodes = {}
    below = defaultdict[str, list[str]](list)
    roots: dict[str, str] = {}  # message -> its tree
    followed = {question.parent for question, _, _ in tree}
    for question, replies, ranking in tree:
        root = roots[question.parent] if question.parent else _head(question)["message_tree_id"]
        # What never became an answer is no message, unless something was asked after it or it came from elsewhere.
        spoken = [each for each in replies if text_of(each.answer) or each.id in followed or each.imported]
        order = [each for each in ranking if each in {reply.id for reply in spoken}]
        given = [imported_fields(each.imported, "message") for each in spoken]
        is_as_imported = order == ranked_ids(zip((each.id for each in spoken), given, strict=True))
        nodes[question.id] = _prompter(question, spoken, [] if is_as_imported else order, root)
        if question.parent:
            below[question.parent].append(question.id)
        for reply, row in zip(spoken, given, strict=True):
            roots[reply.id] = root
            nodes[reply.id] = _assistant(reply, row)
            if not is_as_imported:
                nodes[reply.id]["rank"] = order.index(reply.id) if reply.id in order else None
            below[question.id].append(reply.id)
    return nodes, below


def ranked_ids(replies: Iterator[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """Return the ids of replies with a rank, best first; [] where fewer than two have one."""
    ranks = sorted((row["rank"], at, key) for at, (key, row) in enumerate(replies) if row.get("rank") is not None)
    return [key for _, _, key in ranks] if len(ranks) > 1 else []


def _nested(begin: str, nodes: Nodes, below: Mapping[str, Sequence[str]]) -> Iterator[str]:
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
    row |= imported_fields(question.imported, "message")
    if len(order) > 1:
        places = {reply.id: at for at, reply in enumerate(spoken)}
        ranked: dict[str, Any] = {"type": "ranking", "user_id": None, "ranking": [places[each] for each in order]}
        ranked |= {"ranked_message_ids": order, "ranking_parent_id": question.id, "message_tree_id": root}
        row["events"] = (row["events"] or {}) | {"ranking": [ranked | {"not_rankable": None}]}
    return row


def _assistant(reply: StoredAnswer, given: dict[str, Any]) -> dict[str, Any]:
    row = _message(reply.id, reply.question, reply.written, text_of(reply.answer), "assistant")
    row |= {"synthetic": True, "model_name": reply.model or None} | given
    if labels_in(row) != reply.labels:
        others = {name: value for name, value in (row["labels"] or {}).items() if name not in LABELS}
        row["labels"] = others | {label: {"value": 1.0, "count": 1} for label in reply.labels}
    if (before := vote_in(row)) != reply.vote:
        counts = dict(row["emojis"] or {})
        events = {kind: each for kind, each in (row["events"] or {}).items() if kind != "score"}
        for vote, step in ((before, -1), (reply.vote, 1)):
            if vote:
                counts[f"{vote:+d}"] = counts.get(f"{vote:+d}", 0) + step
        row["emojis"] = {name: count for name, count in counts.items() if count > 0}
        own = [{"type": "score", "user_id": None, "score": reply.vote}] if reply.vote else []
        row["events"] = events | ({"score": own} if own else {})
    return row


def imported_fields(stored: str, part: Literal["message", "tree"]) -> dict[str, Any]:
    """Return what a message, or its tree, came with; {} for one of this library, or where a file holds something else.

    A stored answer may be of a backup that somebody else wrote.
    """
    try:
        held = json.loads(stored or "{}")
        found = held.get(part) or {}
        check_fields(found, part)
    except (ValueError, AttributeError, TypeError, RecursionError):
        return {}
    return dict(found)


def vote_in(row: Mapping[str, Any]) -> int:
    """Return the vote that a message's first score is: -1, 0 or 1."""
    scores = (row.get("events") or {}).get("score") or [{"score": 0}]
    score = float(scores[0]["score"])
    return int(score > 0) - int(score < 0)


def labels_in(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the labels of a message that a library's own answers can have too."""
    given = row.get("labels") or {}
    return tuple(name for name in LABELS if name in given and given[name]["value"] == 1)


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
