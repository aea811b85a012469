"""Conversations in Open Assistant's format: valid, whole, and under other ids where that is asked for."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.conversation.chats.oasst_export import oasst_lines, text_of, to_oasst
from rag.conversation.chats.oasst_format import OasstMessage, OasstTree, RankingEvent, parse_line
from rag.conversation.chats.store import LABELS, ChatStore
from rag.errors import UsageError
from rag.library.db.chat_schema import questions as questions_table
from rag.library.db.chat_schema import replies as replies_table
from rag.types import AnswerStatus, AnswerVerdict
from tests.conversation.chats.told import ANSWER, QUOTE, messages, told_chat, trees


def must_be_oasst(line: str) -> OasstTree:
    """Check a line against the format, and what this program says of its own answers beside it."""
    tree = parse_line(line)
    assert isinstance(tree, OasstTree)
    assert tree.head.keys() == {"message_tree_id", "tree_state", "origin"}
    assert tree.head["message_tree_id"] == tree.messages[0].message_id
    places: dict[int, list[str]] = {}
    for at, parent in enumerate(tree.parents):
        if parent is not None:
            places.setdefault(parent, []).append(tree.messages[at].message_id)
    for at, message in enumerate(tree.messages):
        assert message.model_extra == {} and message.synthetic is (message.role == "assistant")
        for label in (message.labels or {}).values():
            assert label.model_dump() == {"value": 1.0, "count": 1}
        for ranking in (message.events or {}).get("ranking", []):
            assert isinstance(ranking, RankingEvent) and ranking.model_extra == {}
            assert ranking.ranked_message_ids == [places[at][place] for place in ranking.ranking]
            assert ranking.ranking_parent_id == message.message_id
            assert ranking.message_tree_id == tree.head["message_tree_id"]
    return tree


def test_each_beginning_is_a_tree_of_open_assistants(chats: ChatStore, told: str) -> None:
    found = trees(to_oasst(chats, told))
    for line in to_oasst(chats, told).split("\n")[:-1]:
        must_be_oasst(line)
    first, other = (tree["prompt"] for tree in found)
    assert first["text"] == "¿Cuándo abrió el tranvía?"
    assert first["lang"] == "es"
    one, two = first["replies"]  # what never became an answer is no message
    assert (one["text"], two["text"]) == ("It began in 1911.", QUOTE.quote)
    assert (one["rank"], two["rank"]) == (1, 0)
    assert first["events"]["ranking"][0]["ranked_message_ids"] == [two["message_id"], one["message_id"]]
    assert one["labels"].keys() == {"wrong_citation", "incomplete"}
    assert one["emojis"] == {"-1": 1}
    assert one["events"] == {"score": [{"type": "score", "user_id": None, "score": -1}]}
    assert two["emojis"] == {"+1": 1}
    assert one["model_name"] == "small.gguf"
    failed, ferry = two["replies"]
    assert ferry["lang"] == "ru"
    [problem] = failed["replies"]  # nothing was said, but something was asked after it
    assert problem["text"] == ""
    assert [each["text"] for each in problem["replies"]] == ["Once more"]
    assert [each["text"] for each in other["replies"]] == ["Your documents do not say."]


def test_a_chat_without_a_question_has_no_tree(chats: ChatStore) -> None:
    chat = chats.new().id
    assert to_oasst(chats, chat) == ""


def test_a_chat_that_is_gone_has_no_trees(chats: ChatStore) -> None:
    with pytest.raises(UsageError, match="no longer there"):
        to_oasst(chats, "none such")


def test_a_chat_longer_than_python_may_nest_is_written_whole(chats: ChatStore) -> None:
    chat = chats.new().id
    parent = None
    for turn in range(400):
        parent = chats.keep(chats.ask(chat, f"question {turn}", parent).id, ANSWER).id
    text = to_oasst(chats, chat)
    assert text.count('"role":"prompter"') == 400
    assert text.count("{") == text.count("}")
    assert text.count("[") == text.count("]")


Step = tuple[int, str, str, int, list[str]]
steps = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.text(max_size=5),
        st.text(max_size=5),
        st.sampled_from([-1, 0, 1]),
        st.lists(st.sampled_from(LABELS), max_size=2),
    ),
    max_size=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_any_tree_is_valid_and_whole(chats: ChatStore, given_steps: list[Step]) -> None:
    chat = chats.new().id
    parents: list[str | None] = [None]
    for at, asked, said, vote, labels in given_steps:
        question = chats.ask(chat, asked, parents[at % len(parents)])
        reply = chats.keep(question.id, replace(ANSWER, status=AnswerStatus.TOLD, reply=f"{said}."))
        chats.vote(reply.id, vote)
        chats.label(reply.id, labels)
        parents.append(reply.id)
    found = trees(to_oasst(chats, chat)) if given_steps else []
    for tree in found:
        must_be_oasst(json.dumps(tree))
    texts = sorted(each["text"] for tree in found for each in messages(tree["prompt"]))
    assert texts == sorted([asked for _, asked, *_ in given_steps] + [f"{said}." for _, _, said, *_ in given_steps])


def test_a_message_begins_with_the_few_words_that_answer() -> None:
    short = replace(QUOTE, start=24, end=28, quote="1911")
    partly = replace(ANSWER, short=short, verdict=AnswerVerdict.PARTLY)
    assert (
        text_of(partly) == "1911\nThese are the closest passages; they may not answer the question.\nIt began in 1911."
    )
    assert text_of(replace(partly, claims=())).endswith("\nThe tram line opened in 1911.")
    assert text_of(replace(ANSWER, claims=())) == "The tram line opened in 1911."


def test_all_conversations_are_written_oldest_first(chats: ChatStore, told: str) -> None:
    other = told_chat(chats)
    chats.rename(told, "changed last")
    assert "".join(oasst_lines(chats)) == to_oasst(chats, told) + to_oasst(chats, other)


def test_threads_lead_from_a_first_question_to_each_last_message(chats: ChatStore, told: str) -> None:
    found = [(json.loads(line), parse_line(line)) for line in oasst_lines(chats, "threads")]
    nodes = {each["message_id"]: each for tree in trees(to_oasst(chats, told)) for each in messages(tree["prompt"])}
    leaves = {key for key, node in nodes.items() if not node["replies"]}
    assert {row["thread_id"] for row, _ in found} == leaves and len(found) == len(leaves)
    for row, thread in found:
        assert isinstance(thread, list) and all(each.model_extra == {} for each in thread)
        ids = [each.message_id for each in thread]
        assert ids[-1] == row["thread_id"] and thread[0].parent_id is None
        assert [each.parent_id for each in thread[1:]] == ids[:-1]


def test_a_flat_file_has_each_message_once_with_its_tree(chats: ChatStore, told: str) -> None:
    rows = [json.loads(line) for line in oasst_lines(chats, "flat")]
    assert [next(iter(row)) for row in rows] == ["message_id"] * len(rows)
    held = trees(to_oasst(chats, told))
    assert {row["message_id"]: row["message_tree_id"] for row in rows} == {
        each["message_id"]: tree["message_tree_id"] for tree in held for each in messages(tree["prompt"])
    }
    for line in oasst_lines(chats, "flat"):
        [message] = parse_line(line)  # type: ignore[misc]
        assert isinstance(message, OasstMessage) and message.model_extra == {} and message.tree_state


@pytest.mark.parametrize("form", ["trees", "threads", "flat"])
def test_under_pseudonyms_no_id_stays_and_all_that_belongs_together_still_does(
    chats: ChatStore, told: str, form: Any
) -> None:
    plain, other = "".join(oasst_lines(chats, form)), "".join(oasst_lines(chats, form, pseudonyms=True))
    ids = {question.id for question, _, _ in chats.tree(told)}
    ids |= {reply.id for _, replies, _ in chats.tree(told) for reply in replies} | {told}
    assert any(each in plain for each in ids) and not any(each in other for each in ids)
    assert other != "".join(oasst_lines(chats, form, pseudonyms=True))  # its key is kept nowhere
    names: dict[str, str] = {}
    for one, two in zip(_values(trees(plain)), _values(trees(other)), strict=True):
        assert one == two or names.setdefault(str(one), str(two)) == two
    assert names and names.keys() <= ids and len(set(names.values())) == len(names)


def _values(plain: Any) -> list[Any]:
    if isinstance(plain, dict):
        return [each for key in plain for each in (key, *_values(plain[key]))]
    return [each for item in plain for each in _values(item)] if isinstance(plain, list) else [plain]


@pytest.mark.parametrize("stored", ["{", "[]", '{"message": {"labels": 3}}', '{"message": {"events": {"score": [1]}}}'])
def test_what_a_strangers_backup_holds_in_place_of_fields_stops_no_export(
    chats: ChatStore, told: str, stored: str
) -> None:
    before = to_oasst(chats, told)
    with chats._tables.writing() as db:
        for table in (questions_table, replies_table):
            db.execute(sa.update(table).values(imported=stored))
    assert len(to_oasst(chats, told).split("\n")[:-1]) == len(before.split("\n")[:-1])
