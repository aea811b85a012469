"""Open Assistant's format of conversations (``oasst_data``), as types that check it: messages, threads, trees.

A file is JSON lines in UTF-8. A tree is ``{message_tree_id, tree_state, prompt, origin}``, and its messages hold their
``replies``; a thread is ``{thread_id, thread}``, the messages from a first question to a last one; a flat file has a
message on each line. Fields that the format does not know are kept and checked by nobody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

_MAX_ID_CHARS = 100
_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_SPAM_FROM = 0.5  # value of the label "spam" from which on a message counts as such


class NotOasstError(ValueError):
    """A line that is not of the format; its text says why, in a few words."""


def _date(text: str) -> str:
    datetime.fromisoformat(text)
    return text


def _whole_letters(text: str) -> str:
    text.encode()  # no half of a character, which no database holds
    return text


Identity = Annotated[
    str, Field(min_length=1, max_length=_MAX_ID_CHARS, pattern=r"^\S+$"), AfterValidator(_whole_letters)
]


class _Row(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")


class Label(_Row):
    """What several people thought of a message: the mean of their values, 0 to 1."""

    value: float
    count: int


class EmojiEvent(_Row):
    """A reaction."""

    type: Literal["emoji"]
    user_id: str | None = None
    emoji: str


class RatingEvent(_Row):
    """A rating by stars."""

    type: Literal["rating"]
    user_id: str | None = None
    rating: str | int


class RankingEvent(_Row):
    """An order of the replies to one message; ``ranking`` are their places among those replies, best first."""

    type: Literal["ranking"]
    user_id: str | None = None
    ranking: list[int]
    ranked_message_ids: list[Identity]
    ranking_parent_id: Identity | None = None
    message_tree_id: Identity | None = None
    not_rankable: bool | None = None


class ReportEvent(_Row):
    """A complaint."""

    type: Literal["report"]
    user_id: str | None = None
    report_type: str
    reason: str


class ScoreEvent(_Row):
    """A vote: from -1, bad, to 1, good."""

    type: Literal["score"]
    user_id: str | None = None
    score: Annotated[float, Field(ge=-1, le=1)]


Event = Annotated[
    EmojiEvent | RatingEvent | RankingEvent | ReportEvent | ScoreEvent,
    Field(discriminator="type"),
]


class OasstMessage(_Row):
    """A message, without the replies below it."""

    message_id: Identity
    parent_id: Identity | None = None
    user_id: str | None = None
    created_date: Annotated[str, AfterValidator(_date)] | None = None
    text: str
    role: Literal["prompter", "assistant"]
    lang: str | None = None
    review_count: int | None = None
    review_result: bool | None = None
    deleted: bool | None = None
    rank: int | None = None
    synthetic: bool | None = None
    model_name: str | None = None
    emojis: dict[str, int] | None = None
    labels: dict[str, Label] | None = None
    events: dict[str, list[Event]] | None = None
    detoxify: dict[str, float] | None = None
    message_tree_id: Identity | None = None
    tree_state: str | None = None

    @property
    def is_unwanted(self) -> bool:
        """Whether it was deleted, refused by its reviewers, or taken for spam."""
        spam = (self.labels or {}).get("spam")
        refused = self.review_result is False and bool(self.review_count)
        return bool(self.deleted) or refused or (spam is not None and spam.value >= _SPAM_FROM)


class _TreeHead(_Row):
    message_tree_id: Identity
    tree_state: str | None = None
    origin: str | None = None


class _ThreadHead(_Row):
    thread_id: Identity


@dataclass(frozen=True, slots=True)
class OasstTree:
    """A message tree; ``rows`` are its messages as they were given, without replies, every parent before its replies.

    ``head`` is what the line says beside them.
    """

    head: Mapping[str, Any]
    messages: tuple[OasstMessage, ...]
    parents: tuple[int | None, ...]  # place of the message that each replies to
    rows: tuple[Mapping[str, Any], ...]


def parse_line(line: str) -> OasstTree | list[OasstMessage]:
    """Return the tree of a line, or the messages of a thread or of a flat file's line. Raises NotOasstError."""
    row = _decoded(line)
    try:
        if "message_tree_id" in row and "prompt" in row:
            return _tree(row)
        if "thread_id" in row:
            _ThreadHead.model_validate(row)
            return [OasstMessage.model_validate(each) for each in _list_of(row, "thread")]
        if "message_id" in row:
            return [OasstMessage.model_validate(row)]
    except ValidationError as error:
        raise NotOasstError(_first_fault(error)) from error
    raise NotOasstError("it has neither message_tree_id and prompt, nor thread_id, nor message_id")


def check_fields(fields: Any, part: str) -> None:
    """Raise ValueError where these are no fields of a message (or of a "tree", beside its messages)."""
    if part == "tree":
        _TreeHead.model_validate({"message_tree_id": "x"} | fields)
    else:
        OasstMessage.model_validate({"message_id": "x", "text": "", "role": "assistant"} | fields)


def _tree(row: dict[str, Any]) -> OasstTree:
    head = {key: value for key, value in row.items() if key != "prompt"}
    _TreeHead.model_validate(head)
    messages: list[OasstMessage] = []
    parents: list[int | None] = []
    rows: list[Mapping[str, Any]] = []
    seen: set[str] = set()
    for given, parent in _below(row["prompt"]):
        message = OasstMessage.model_validate(given)
        _require_fits(message, None if parent is None else messages[parent], seen)
        seen.add(message.message_id)
        messages.append(message)
        parents.append(parent)
        rows.append(given)
    return OasstTree(head, tuple(messages), tuple(parents), tuple(rows))


def _below(prompt: Any) -> Iterator[tuple[Mapping[str, Any], int | None]]:
    """Yield each message without its replies, and the place of its parent. A loop: conversations may be very long."""
    todo: list[tuple[Any, int | None]] = [(prompt, None)]
    place = 0
    while todo:
        node, parent = todo.pop()
        if not isinstance(node, dict):
            raise NotOasstError("a message is no object")
        replies = node.get("replies")
        if replies is not None and not isinstance(replies, list):
            raise NotOasstError("replies is no list")
        yield {key: value for key, value in node.items() if key != "replies"}, parent
        todo += [(each, place) for each in reversed(replies or [])]
        place += 1


def _require_fits(message: OasstMessage, parent: OasstMessage | None, seen: set[str]) -> None:
    if message.message_id in seen:
        raise NotOasstError(f"the message {message.message_id} stands there twice")
    if message.role == ("assistant" if parent is None else parent.role):
        raise NotOasstError(f"the message {message.message_id} is out of turn: people and models take turns")
    if parent is not None and message.parent_id not in (None, parent.message_id):
        raise NotOasstError(f"the message {message.message_id} is not below its parent_id")


def _list_of(row: Mapping[str, Any], name: str) -> list[Any]:
    value = row.get(name)
    if not isinstance(value, list) or not value:
        raise NotOasstError(f"{name} is no list of messages")
    return value


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, fault['loc']))}: {fault['msg'][:1].lower()}{fault['msg'][1:]}"


def _decoded(line: str) -> dict[str, Any]:
    try:
        try:
            row = json.loads(line)
        except RecursionError:  # a conversation of hundreds of questions, one below the other
            row = _decode_deep(line)
    except ValueError as error:
        raise NotOasstError(f"it is no JSON ({error})") from error
    if not isinstance(row, dict):
        raise NotOasstError("it is no JSON object")
    return row


def _decode_deep(text: str) -> Any:
    """Return the value of JSON of any depth. Raises ValueError. The standard library's decoder is a recursion."""
    top: list[Any] = []
    stack: list[Any] = [top]
    keys: list[str | None] = [None]
    for match in _JSON_TOKEN.finditer(text):
        token = match[0]
        if token in "]}":
            if len(stack) < 2 or isinstance(stack[-1], list) is not (token == "]"):
                raise ValueError(f"unexpected {token}")
            stack.pop()
            keys.pop()
        elif token not in ",:":
            value = {"{": dict, "[": list}[token]() if token in "{[" else json.loads(token)
            if isinstance(stack[-1], list):
                stack[-1].append(value)
            elif keys[-1] is None and isinstance(value, str):
                keys[-1] = value
                continue
            elif keys[-1] is None:
                raise ValueError("a name is missing")
            else:
                stack[-1][keys[-1]] = value
                keys[-1] = None
            if token in "{[":
                stack.append(value)
                keys.append(None)
    if len(stack) != 1 or len(top) != 1:
        raise ValueError("it ends too early")
    return top[0]
