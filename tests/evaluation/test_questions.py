"""Question sets: what a line may say, and what is said of a line that is no question."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.errors import UsageError
from rag.evaluation.questions import LabelledQuestion, load_questions, of_kinds
from rag.types import Turn

WHOLE = {
    "id": "A1",
    "question": "And which part runs last?",
    "answers": ["always"],
    "need": ["block", "always"],
    "source": "guide/blocks.rst",
    "also": ["guide/errors.rst"],
    "kind": "followup",
    "language": "en",
    "history": [{"role": "user", "text": "How do I handle errors?"}, {"role": "assistant", "text": "With rescue."}],
    "page": 3,
}


def write(folder: Path, *rows: Any) -> Path:
    path = folder / "q.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_a_whole_line(tmp_path: Path) -> None:
    (question,) = load_questions(write(tmp_path, WHOLE))
    assert question == LabelledQuestion(
        "A1",
        "en",
        "And which part runs last?",
        ("always",),
        "guide/blocks.rst",
        "followup",
        ("block", "always"),
        ("guide/errors.rst",),
        (Turn("user", "How do I handle errors?"), Turn("assistant", "With rescue.")),
    )


def test_a_line_needs_no_more_than_its_question(tmp_path: Path) -> None:
    path = write(tmp_path, '\ufeff{"question": "¿Cuándo abrió?", "source": "a.md"}', "", '{"question": "Who?"}\r')
    first, second = load_questions(path)
    assert (first.id, first.language, first.kind, first.answerable) == ("1", "es", "answerable", True)
    assert (second.id, second.source, second.kind, second.answerable) == ("3", "", "unanswerable", False)


def test_nothing_answers_an_empty_source_and_an_unknown_one_may_be_any(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        {"id": 1, "question": "a?", "answers": ["x"], "source": ""},
        {"id": 2, "question": "b?", "answers": [], "source": None},
        {"id": 3, "question": "c?", "answers": ["x"]},
    )
    assert [(q.answerable, q.source) for q in load_questions(path)] == [(False, ""), (False, ""), (True, None)]


def test_a_line_that_follows_another_has_it_as_its_history(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        {"id": "a", "question": "Who wrote it?", "answers": ["Ada", "Ada Lamb"], "source": "a.md"},
        {"id": "b", "question": "And when?", "answers": ["1911"], "source": "a.md", "follows": "a"},
    )
    assert load_questions(path)[1].history == (Turn("user", "Who wrote it?"), Turn("assistant", "Ada, Ada Lamb"))


GOOD = {"id": "1", "question": "When did it open?", "source": "a.md"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not an object"),
        ('"text"', "not an object"),
        ({"id": "2"}, 'no "question"'),
        ({"id": "2", "question": " "}, 'no "question"'),
        ({"id": "2", "question": 5}, 'no "question"'),
        ({"question": "x"}, 'no "id"'),
        ({"id": "", "question": "x"}, 'no "id"'),
        ({"id": ["2"], "question": "x"}, 'no "id"'),
        ({"id": 1, "question": "x"}, "the same id '1'"),
        ({"id": "2", "question": "x", "answers": "y"}, '"answers" is not a list'),
        ({"id": "2", "question": "x", "answers": [3]}, '"answers" is not a list'),
        ({"id": "2", "question": "x", "answers": [""]}, '"answers" is not a list'),
        ({"id": "2", "question": "x", "need": {"a": 1}}, '"need" is not a list'),
        ({"id": "2", "question": "x", "also": "b.md"}, '"also" is not a list'),
        ({"id": "2", "question": "x", "source": 3}, '"source" is neither'),
        ({"id": "2", "question": "x", "history": [{"role": "bot", "text": "y"}]}, '"history" is not a list'),
        ({"id": "2", "question": "x", "history": "before"}, '"history" is not a list'),
        ({"id": "2", "question": "x", "follows": "9"}, "not the id of an earlier line"),
    ],
)
def test_a_line_that_is_no_question_is_named(line: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        load_questions(write(tmp_path, GOOD, "", line))
    assert (
        raised.value.message.startswith("Line 3 of q.jsonl is not a valid question: ") and said in raised.value.message
    )
    assert raised.value.hint.startswith("Write it as {")


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_an_empty_file_is_said_so(text: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="contains no questions"):
        load_questions(write(tmp_path, text))


def test_a_file_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_questions(tmp_path)
    (tmp_path / "q.jsonl").write_bytes(b'{"question": "\xff"}')
    with pytest.raises(UsageError, match="not UTF-8"):
        load_questions(tmp_path / "q.jsonl")


def test_only_some_kinds(tmp_path: Path) -> None:
    rows = [
        {"id": str(n), "question": "x?", "source": "a", "kind": kind} for n, kind in enumerate("fact list fact".split())
    ]
    asked = load_questions(write(tmp_path, *rows))
    assert [q.id for q in of_kinds(asked, ["fact"])] == ["0", "2"] and len(of_kinds(asked, ["list", "fact"])) == 3
    with pytest.raises(UsageError) as raised:
        of_kinds(asked, ["fact", "fcat"])
    assert "'fcat'" in raised.value.message and "fact,list" in raised.value.hint
