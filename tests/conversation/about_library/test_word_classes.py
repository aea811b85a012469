"""The words of a question by their class, one typing error forgiven."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.conversation.about_library.library_questions import LibraryQuestion, parse_library_question
from rag.conversation.about_library.word_classes import one_error


def asked(question: str) -> LibraryQuestion:
    found = parse_library_question(question)
    assert found is not None, question
    return found


LONG = (
    "How many documents are there|list all documents|which documents mention the kiln|¿Cuántos documentos hay?|"
    "muestra los documentos|Сколько всего документов|покажи документы|"
    "Wie viele Dokumente gibt es?|welche Dokumente erwähnen den Ofen"
).split("|")


@given(
    st.sampled_from(LONG),
    st.integers(0, 8),
    st.sampled_from("left out, put in, exchanged, taken for another".split(", ")),
)
def test_one_typing_error_in_a_long_word_is_forgiven(question: str, at: int, error: str) -> None:
    word = next(each for each in question.strip("¿?").split() if each.lower().startswith(("docum", "докум", "dokum")))
    at = min(at, len(word) - 2)
    typed = {
        "left out": word[:at] + word[at + 1 :],
        "put in": word[:at] + "x" + word[at:],
        "exchanged": word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        "taken for another": word[:at] + "x" + word[at + 1 :],
    }[error]
    found = parse_library_question(question.replace(word, typed))
    assert found is not None and found.kind == asked(question).kind


def test_a_word_that_the_library_holds_is_no_typing_error() -> None:
    assert asked("list all documemts").kind == "list"
    assert parse_library_question("list all documemts", lambda word: word == "documemts") is None


@pytest.mark.parametrize(
    ("typed", "meant", "same"),
    [
        ("documnets", "documents", True), ("documets", "documents", True), ("dokuments", "documents", True),
        ("fiels", "files", True), ("fils", "files", True), ("miles", "files", False), ("payers", "papers", False),
        ("files", "files", False), ("docs", "documents", False), ("mention", "mansion", False),
    ],
)  # fmt: skip
def test_one_error(typed: str, meant: str, same: bool) -> None:
    assert one_error(typed, meant) is same
