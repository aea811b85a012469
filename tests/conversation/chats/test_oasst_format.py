"""The format is checked to the letter, however deep a conversation is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.conversation.chats.oasst_format import (
    NotOasstError,
    OasstTree,
    RankingEvent,
    _decode_deep,
    check_fields,
    parse_line,
)

REPLY: dict[str, Any] = {"message_id": "b", "parent_id": "a", "text": "Hello.", "role": "assistant", "lang": "en"}
PUBLISHED: dict[str, Any] = {  # as one of Open Assistant's published trees
    "message_tree_id": "a",
    "tree_state": "ready_for_export",
    "prompt": {
        "message_id": "a",
        "user_id": "u1",
        "created_date": "2023-02-05T14:23:50.983374+00:00",
        "text": "Hi",
        "role": "prompter",
        "lang": "en",
        "review_count": 3,
        "review_result": True,
        "deleted": False,
        "synthetic": False,
        "emojis": {"+1": 10, "_skip_ranking": 4},
        "replies": [REPLY | {"rank": 1}, REPLY | {"message_id": "c", "rank": 0, "detoxify": {"toxicity": 0.004}}],
        "labels": {"spam": {"value": 0.0, "count": 3}, "quality": {"value": 0.75, "count": 3}},
        "events": {"ranking": [{"type": "ranking", "ranking": [1, 0], "ranked_message_ids": ["c", "b"]}]},
    },
    "origin": "LAION",
}


def changed(**fields: Any) -> str:
    """The published tree with other fields of its first message."""
    return json.dumps(PUBLISHED | {"prompt": PUBLISHED["prompt"] | fields})


def test_a_published_tree_is_read_parents_first() -> None:
    tree = parse_line(json.dumps(PUBLISHED))
    assert isinstance(tree, OasstTree)
    assert [each.message_id for each in tree.messages] == ["a", "b", "c"] and tree.parents == (None, 0, 0)
    assert tree.head == {"message_tree_id": "a", "tree_state": "ready_for_export", "origin": "LAION"}
    [ranking] = (tree.messages[0].events or {})["ranking"]
    assert isinstance(ranking, RankingEvent) and ranking.ranked_message_ids == ["c", "b"]
    assert tree.rows[0] == {key: value for key, value in PUBLISHED["prompt"].items() if key != "replies"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "no JSON"),
        ("[]", "no JSON object"),
        ("{}", "neither"),
        ('{"message_tree_id": "a", "prompt": 3}', "no object"),
        (changed(replies=3), "replies is no list"),
        (changed(replies=[3]), "no object"),
        (changed(text=None), "text: "),
        (changed(text=3), "text: "),
        (changed(role="system"), "role: "),
        (changed(role="assistant"), "take turns"),
        (changed(replies=[REPLY | {"role": "prompter"}]), "take turns"),
        (changed(replies=[REPLY, REPLY]), "stands there twice"),
        (changed(replies=[REPLY | {"parent_id": "z"}]), "not below its parent_id"),
        (changed(message_id="two words"), "message_id: "),
        (changed(message_id="x" * 101), "message_id: "),
        (changed(created_date="yesterday"), "created_date: "),
        (changed(labels={"spam": 1}), "labels.spam: "),
        (changed(emojis={"+1": "many"}), "emojis"),
        (changed(events={"score": [{"type": "score", "score": 3}]}), "events.score"),
        (changed(events={"odd": [{"type": "odd"}]}), "events.odd"),
        (changed(message_id="\ud800"), "message_id: "),
        ('{"thread_id": "a", "thread": []}', "no list of messages"),
        ('{"message_id": "a"}', "text: "),
    ],
)
def test_a_line_that_is_none_says_why(line: str, said: str) -> None:
    with pytest.raises(NotOasstError, match=said):
        parse_line(line)


@pytest.mark.parametrize(
    ("fields", "unwanted"),
    [
        ({}, False),
        ({"deleted": True}, True),
        ({"review_result": False}, True),
        ({"review_result": False, "review_count": 0}, False),  # nobody has reviewed it
        ({"labels": {"spam": {"value": 0.5, "count": 2}}}, True),
        ({"labels": {"spam": {"value": 0.49, "count": 2}}}, False),
    ],
)
def test_deleted_refused_and_spam_are_unwanted(fields: dict[str, Any], unwanted: bool) -> None:
    tree = parse_line(changed(**fields))
    assert isinstance(tree, OasstTree)
    assert tree.messages[0].is_unwanted is unwanted


def test_a_conversation_deeper_than_the_decoder_of_python_is_read() -> None:
    line = '{"message_tree_id": "0", "prompt": '
    for at in range(3_000):
        role = ("prompter", "assistant")[at % 2]
        line += f'{{"message_id": "{at}", "text": "\\"]}} {at}", "role": "{role}", "replies": ['
    tree = parse_line(line + "]}" * 3_000 + "}")
    assert isinstance(tree, OasstTree)
    assert [each.text for each in tree.messages] == [f'"]}} {at}' for at in range(3_000)]
    with pytest.raises(NotOasstError, match="no JSON"):
        parse_line(line)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(plain)
def test_the_decoder_for_deep_json_agrees_with_that_of_python(value: Any) -> None:
    assert _decode_deep(json.dumps(value)) == value
    assert _decode_deep(json.dumps(value, ensure_ascii=False, indent=1)) == value


@pytest.mark.parametrize("text", ["", "]", "[}", "[", '{"a"', "{3: 1}", "[1] [2]", "[x]"])
def test_the_decoder_for_deep_json_refuses_what_is_none(text: str) -> None:
    with pytest.raises(ValueError):
        _decode_deep(text)


def test_fields_of_a_message_are_checked_by_themselves() -> None:
    check_fields({"rank": 1}, "message")
    check_fields({"origin": "LAION"}, "tree")
    for fields, part in (({"rank": "first"}, "message"), ({"origin": 3}, "tree")):
        with pytest.raises(ValueError):
            check_fields(fields, part)
