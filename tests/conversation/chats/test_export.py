"""Chats as files for other programs: nothing is lost in the JSON, and the trees are Open Assistant's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.conversation.chats import answer_codec
from rag.conversation.chats.export import text_of, to_json, to_oasst
from rag.conversation.chats.store import LABELS, ChatStore
from rag.errors import UsageError
from rag.retrieval.filters import SearchFilter
from rag.types import Answer, AnswerStatus, AnswerVerdict, Citation, Claim

QUOTE = Citation("d", "caf\udce9.md", 2, ("The town",), 0, 31, "The tram line opened in 1911.", 0.9)
ANSWER = Answer(
    "When?",
    AnswerStatus.ANSWERED,
    0.9,
    (QUOTE,),
    (Claim("It began in 1911.", True, 0.8, (QUOTE,)),),
    timings={"all": 0.1},
)


@pytest.fixture
def chats(tmp_path: Path) -> Iterator[ChatStore]:
    with ChatStore.open(tmp_path) as held:
        yield held


@pytest.fixture
def told(chats: ChatStore) -> str:
    """A chat with two beginnings, an edited question, regenerated answers that were ranked, and a problem."""
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


# Open Assistant's oasst_data: field -> what it may be.
TREE = {"message_tree_id": (str,), "tree_state": (str,), "prompt": (dict,), "origin": (str,)}
NONE = type(None)
MESSAGE = {
    "message_id": (str,),
    "parent_id": (str, NONE),
    "user_id": (str, NONE),
    "created_date": (str,),
    "text": (str,),
    "role": (str,),
    "lang": (str, NONE),
    "review_count": (int,),
    "review_result": (bool, NONE),
    "deleted": (bool,),
    "rank": (int, NONE),
    "synthetic": (bool,),
    "model_name": (str, NONE),
    "emojis": (dict,),
    "replies": (list,),
    "labels": (dict,),
    "events": (dict,),
}
RANKING = {
    "type": (str,),
    "user_id": (str, NONE),
    "ranking": (list,),
    "ranked_message_ids": (list,),
    "ranking_parent_id": (str,),
    "message_tree_id": (str,),
    "not_rankable": (bool, NONE),
}


def must_be(row: dict[str, Any], shape: dict[str, tuple[type, ...]]) -> None:
    assert row.keys() == shape.keys()
    for key, kinds in shape.items():
        assert type(row[key]) in kinds, key


def must_be_oasst(tree: dict[str, Any]) -> None:
    must_be(tree, TREE)
    assert tree["message_tree_id"] == tree["prompt"]["message_id"]
    assert tree["prompt"]["parent_id"] is None
    assert tree["prompt"]["role"] == "prompter"
    every = list(messages(tree["prompt"]))
    assert len({each["message_id"] for each in every}) == len(every)
    for each in every:
        must_be(each, MESSAGE)
        assert each["synthetic"] is (each["role"] == "assistant")
        for label in each["labels"].values():
            assert label == {"value": 1.0, "count": 1}
        for reply in each["replies"]:
            assert reply["parent_id"] == each["message_id"]
            assert {reply["role"], each["role"]} == {"prompter", "assistant"}
        for ranking in each["events"].get("ranking", []):
            must_be(ranking, RANKING)
            ids = [reply["message_id"] for reply in each["replies"]]
            assert ranking["ranked_message_ids"] == [ids[place] for place in ranking["ranking"]]
            assert ranking["ranking_parent_id"] == each["message_id"]
            assert ranking["message_tree_id"] == tree["message_tree_id"]


def test_each_beginning_is_a_tree_of_open_assistants(chats: ChatStore, told: str) -> None:
    found = trees(to_oasst(chats, told))
    for tree in found:
        must_be_oasst(tree)
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
    assert json.loads(to_json(chats, chat))["questions"] == []


@pytest.mark.parametrize("write", [to_json, to_oasst])
def test_a_chat_that_is_gone_says_so(chats: ChatStore, write: Any) -> None:
    with pytest.raises(UsageError, match="no longer there"):
        write(chats, "none such")


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
        must_be_oasst(tree)
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
