from __future__ import annotations

import pytest

from rag.retrieval.followup import depends_on_previous, resolve_followup
from rag.types import Turn


def told(*texts: str) -> list[Turn]:
    return [Turn("assistant" if at % 2 else "user", text) for at, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("question", "before", "language", "there", "gone"),
    [
        ("And in winter?", "When does the library open in summer?", "en", "library open", "summer"),
        ("¿y los domingos?", "¿A qué hora abre la biblioteca los sábados?", "es", "abre la biblioteca", "sábados"),
        ("а по воскресеньям?", "Когда ходит паром по субботам?", "ru", "ходит паром", "субботам"),
        ("And in 1950?", "How many stops did the tram have in 1911?", "en", "stops did the tram", "1911"),
        ("And who paid for it?", "When was the tram built?", "en", "tram built", "zeppelin"),
    ],
)
def test_a_follow_up_takes_the_place_of_its_own_kind(
    question: str, before: str, language: str, there: str, gone: str
) -> None:
    whole = resolve_followup(question, told(before, "Yes."), language)
    assert there in whole and question in whole and gone not in whole


def test_a_question_that_stands_alone_is_left_alone() -> None:
    question = "Which captain commands the ferry Chaika?"
    assert resolve_followup(question, told("When was the tram built?", "In 1911."), "en") == question
    assert resolve_followup("And in winter?", [], "en") == "And in winter?"


def test_it_goes_back_over_questions_that_lean_themselves() -> None:
    before = told("When does the museum open on Mondays?", "At 9.", "and in July?", "At 10.")
    whole = resolve_followup("And on Sundays?", before, "en")
    assert "museum open" in whole and "July" in whole and "Mondays" not in whole


def test_she_is_whom_the_answer_named() -> None:
    before = told("Who directs the tram?", "It is Dr. Ada Lamb.")
    assert "Ada Lamb" in resolve_followup("And when was she born?", before, "en")
    assert "Ada Lamb" not in resolve_followup("And in winter?", before, "en")


@pytest.mark.parametrize(
    ("question", "language", "expected"),
    [
        ("Et en hiver ?", "fr", True),
        ("冬天呢？", "zh", True),
        ("겨울에는?", "ko", True),
        ("图书馆几点开门？", "zh", False),
        ("図書館は何時に開きますか？", "ja", False),
        ("도서관은 언제 여나요?", "ko", False),
        ("Su quale isola si trova il faro?", "it", False),
    ],
)
def test_a_bare_question_leans_in_any_language(question: str, language: str, expected: bool) -> None:
    assert depends_on_previous(question, language) is expected


def test_words_of_another_language_do_not_point_back() -> None:
    history = [Turn("user", "Il faro apre il 5 marzo?"), Turn("assistant", "Sì, a Porto Vecchio.")]
    assert "Porto" not in resolve_followup("Su che isola?", history, "it")
