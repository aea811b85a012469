"""Trees become conversations and leave again as they came; a bad file changes nothing."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.conversation.chats import oasst_import
from rag.conversation.chats.export import to_json
from rag.conversation.chats.oasst_export import oasst_lines
from rag.conversation.chats.oasst_import import BY_MODEL, BY_PERSON, REPLY_WITHOUT_TEXT, import_oasst
from rag.conversation.chats.store import ChatStore
from rag.errors import UsageError
from rag.types import AnswerStatus
from tests.conversation.chats.told import ANSWER, messages, told_chat, trees


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[ChatStore]:
    with ChatStore.open(tmp_path / "other") as held:
        yield held


def message(ident: str, text: str, *replies: dict[str, Any], role: str = "prompter", **more: Any) -> dict[str, Any]:
    return {"message_id": ident, "text": text, "role": role, "replies": [*replies], **more}


def reply(ident: str, text: str, *replies: dict[str, Any], **more: Any) -> dict[str, Any]:
    return message(ident, text, *replies, role="assistant", **more)


def tree(prompt: dict[str, Any]) -> dict[str, Any]:
    return {"message_tree_id": prompt["message_id"], "tree_state": "ready_for_export", "prompt": prompt}


PUBLISHED = tree(
    message(
        "q", "How high is the mill?",
        reply("by-person", "Twelve metres.", rank=1, synthetic=False, user_id="u7",
              labels={"quality": {"value": 0.5, "count": 3}}, emojis={"+1": 4, "red_flag": 1}),
        reply("by-model", "It is 12 m.", message("q2", "And the barn?"), rank=0, synthetic=True, model_name="sft-8",
              events={"rating": [{"type": "rating", "user_id": "u9", "rating": "5"}]}),
        reply("spam", "Buy now", message("q3", "No"), labels={"spam": {"value": 1, "count": 2}}),
        reply("gone", "", deleted=True),
        lang="en", created_date="2023-02-05T14:23:50+00:00", detoxify={"toxicity": 0.01},
        events={"ranking": [{"type": "ranking", "ranking": [1, 0, 2],
                             "ranked_message_ids": ["by-model", "by-person", "spam"]}]},
    )
)  # fmt: skip


def written(path: Path, *rows: Any) -> Path:
    lines = "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows)
    path.write_bytes(gzip.compress(lines.encode()) if path.suffix == ".gz" else lines.encode())
    return path


@pytest.mark.parametrize("name", ["trees.jsonl", "trees.jsonl.gz"])
def test_what_is_exported_is_imported_and_exported_as_it_was(
    chats: ChatStore, told: str, empty: ChatStore, tmp_path: Path, name: str
) -> None:
    told_chat(chats)
    lines = [*oasst_lines(chats)]
    done = import_oasst(written(tmp_path / name, *(line.rstrip("\n") for line in lines)), empty)
    assert [*oasst_lines(empty)] == lines
    every = [each for line in lines for each in messages(json.loads(line)["prompt"])]
    assert (done.added, done.known, done.messages, done.left_out) == (len(lines), 0, len(every), 0)
    first = empty.path(empty.ids()[0])[0]
    shown = chats.tree(told)[0]
    assert first.question.text == shown[0].text and first.question.asked == shown[0].asked
    assert [(each.vote, each.labels) for each in first.replies] == [(-1, ("wrong_citation", "incomplete")), (1, ())]
    assert empty.ranking(first.question.id) == chats.ranking(first.question.id) != ()
    json.loads(to_json(empty, empty.ids()[0]))


def test_a_published_tree_leaves_with_all_that_it_came_with(empty: ChatStore, tmp_path: Path) -> None:
    import_oasst(written(tmp_path / "trees.jsonl", PUBLISHED), empty)
    [again] = trees("".join(oasst_lines(empty)))
    assert {key: again[key] for key in PUBLISHED if key != "prompt"} == {
        key: value for key, value in PUBLISHED.items() if key != "prompt"
    }
    given = {each["message_id"]: each for each in messages(PUBLISHED["prompt"])}
    found = {each["message_id"]: each for each in messages(again["prompt"])}
    assert given.keys() == found.keys()
    for key, row in given.items():
        assert {name: found[key][name] for name in row if name != "replies"} == {
            name: value for name, value in row.items() if name != "replies"
        }


def test_its_replies_are_shown_as_given_with_who_wrote_them(empty: ChatStore, tmp_path: Path) -> None:
    import_oasst(written(tmp_path / "trees.jsonl", PUBLISHED), empty)
    [chat] = empty.list()
    assert (chat.title, chat.created, chat.questions) == ("How high is the mill?", "2023-02-05T14:23:50+00:00", 3)
    first, *_ = empty.path(chat.id)
    person, model, _, gone = first.replies
    assert person.answer is not None and model.answer is not None
    assert (person.answer.status, person.answer.reply, person.answer.note) == (
        AnswerStatus.TOLD, "Twelve metres.", BY_PERSON,
    )  # fmt: skip
    assert (model.answer.note, model.model) == (BY_MODEL, "sft-8")
    assert (gone.answer, gone.problem) == (None, REPLY_WITHOUT_TEXT)
    assert empty.ranking("q") == ("by-model", "by-person")
    assert [each.title for each in empty.list("metres")] == [chat.title]  # the search finds them


def test_what_is_thought_of_it_here_joins_what_others_thought(empty: ChatStore, tmp_path: Path) -> None:
    import_oasst(written(tmp_path / "trees.jsonl", PUBLISHED), empty)
    empty.vote("by-person", 1)
    empty.label("by-person", ["correct"])
    empty.rank("q", ["by-person", "by-model"])

    def exported() -> dict[str, dict[str, Any]]:
        [line] = oasst_lines(empty)
        return {each["message_id"]: each for each in messages(json.loads(line)["prompt"])}

    found = exported()
    assert found["by-person"]["emojis"] == {"+1": 5, "red_flag": 1}
    assert found["by-person"]["labels"] == {
        "quality": {"value": 0.5, "count": 3}, "correct": {"value": 1.0, "count": 1},
    }  # fmt: skip
    assert [found[key]["rank"] for key in ("by-person", "by-model", "spam")] == [0, 1, None]
    assert found["q"]["events"]["ranking"][0]["ranked_message_ids"] == ["by-person", "by-model"]
    empty.vote("by-person", 0)
    assert exported()["by-person"]["emojis"] == {"+1": 4, "red_flag": 1}


def test_unwanted_messages_are_left_out_on_request_with_what_follows_them(empty: ChatStore, tmp_path: Path) -> None:
    path = written(tmp_path / "trees.jsonl", PUBLISHED, tree(message("s", "spam", reply("r", "x"), deleted=True)))
    done = import_oasst(path, empty, clean=True)
    assert (done.added, done.messages, done.left_out) == (1, 4, 5)
    [line] = oasst_lines(empty)
    found = {each["message_id"]: each for each in messages(json.loads(line)["prompt"])}
    assert found.keys() == {"q", "by-person", "by-model", "q2"}
    assert found["q"]["events"]["ranking"] == []  # it named one that was left out


def test_a_tree_that_is_there_is_left_as_it_is(empty: ChatStore, tmp_path: Path) -> None:
    path = written(tmp_path / "trees.jsonl", PUBLISHED)
    import_oasst(path, empty)
    empty.vote("by-model", -1)
    done = import_oasst(path, empty)
    assert (done.added, done.known, done.messages) == (0, 1, 0) and len(empty.ids()) == 1
    assert [each.vote for each in empty.path(empty.ids()[0])[0].replies] == [0, -1, 0, 0]


def test_bad_lines_are_told_by_their_numbers_and_nothing_is_imported(empty: ChatStore, tmp_path: Path) -> None:
    bad = [tree(message(str(at), "x", message("y", "z"))) for at in range(6)]
    path = written(
        tmp_path / "trees.jsonl", PUBLISHED, "", "{", {"message_id": "a", "text": "", "role": "prompter"}, *bad
    )
    with pytest.raises(UsageError) as caught:
        import_oasst(path, empty)
    said = str(caught.value.message)
    assert "line 3: it is no JSON" in said and "line 4: it is no tree" in said and "line 5: " in said
    assert "line 9" not in said and "(3 more)" in said and "nothing was imported" in said
    assert empty.ids() == ()


def test_a_message_of_another_conversation_stops_the_whole_file(empty: ChatStore, tmp_path: Path) -> None:
    first, second = tree(message("a", "one", reply("b", "two"))), tree(message("c", "three", reply("b", "four")))
    with pytest.raises(UsageError, match="The message b is part of another conversation"):
        import_oasst(written(tmp_path / "trees.jsonl", first, second), empty)
    assert empty.ids() == ()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.jsonl", None, "cannot be read: No such file"),
        ("empty.jsonl", b"\n \n", "holds no conversation"),
        ("other.jsonl.gz", b"not gzip", "cannot be read: Not a gzipped file"),
        ("short.jsonl.gz", gzip.compress(b"{}" * 1000)[:-12], "cannot be read"),
        ("broken.jsonl.gz", gzip.compress(b"{}" * 1000)[:12] + b"\xff" * 20, "cannot be read"),
        ("latin.jsonl", b'{"message_tree_id": "a", "prompt": "\xe9"}', "line 1: a message is no object"),
    ],
)
def test_a_file_that_is_none_says_why(
    empty: ChatStore, tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=said):
        import_oasst(tmp_path / name, empty)


def test_a_line_without_end_is_refused_unread(
    empty: ChatStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oasst_import, "_MAX_LINE", 1_000)
    path = tmp_path / "long.jsonl"
    path.write_bytes(json.dumps(PUBLISHED).encode() * 2)
    with pytest.raises(UsageError, match=r"Line 1 of .* is too long: 1,000 bytes"):
        import_oasst(path, empty)


def test_a_long_chat_survives_the_way(chats: ChatStore, empty: ChatStore, tmp_path: Path) -> None:
    chat, parent = chats.new().id, None
    for turn in range(600):
        parent = chats.keep(chats.ask(chat, f"question {turn}", parent).id, ANSWER).id
    lines = [*oasst_lines(chats)]
    import_oasst(written(tmp_path / "trees.jsonl", lines[0].rstrip("\n")), empty)
    assert [*oasst_lines(empty)] == lines


def test_a_large_file_takes_the_memory_of_one_line(empty: ChatStore, tmp_path: Path) -> None:
    path = tmp_path / "trees.jsonl.gz"
    with gzip.open(path, "wt") as file:
        for at in range(400):
            file.write(json.dumps(tree(message(f"q{at}", "x" * 20_000, reply(f"r{at}", "y" * 20_000)))) + "\n")
    tracemalloc.start()
    try:
        assert import_oasst(path, empty).added == 400  # 16 MB
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000
