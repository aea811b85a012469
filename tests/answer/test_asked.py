from __future__ import annotations

import pytest

from rag.answer.asked import kind_of, offered


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("How much does a ticket cost?", "money"),
        ("¿Cuánto vale el menú?", "money"),
        ("Сколько стоит билет?", "money"),
        ("In which year did it open?", "year"),
        ("¿En qué año abrió?", "year"),
        ("В каком году открыли?", "year"),
        ("When does it open?", "when"),
        ("Сколько лет капитану?", "age"),
        ("¿Cuántos puestos hay?", "count"),
        ("Who is the captain?", "person"),
        ("Сколько весит якорь?", "weight"),
        ("What colour is the tram?", "colour"),
    ],
)
def test_a_question_asks_for_a_kind(question: str, name: str) -> None:
    kind = kind_of(question)
    assert kind is not None and kind.name == name


@pytest.mark.parametrize(
    "question",
    [
        "What is flown from the mast when a night is called off?",  # "when" that does not ask
        "¿Qué hacían los barqueros cuando había niebla?",
        "Что поднимают на мачту, когда паром не ходит?",
        "What drives the weight of the clock?",
        "Какую платформу запустят?",
    ],
)
def test_a_word_in_passing_asks_for_nothing(question: str) -> None:
    assert kind_of(question) is None


@pytest.mark.parametrize(
    ("question", "good", "poor"),
    [
        ("How much is the fare for children?", "Children pay 2 crowns.", "Children are welcome."),
        ("In which year was it built?", "They built it in 1871.", "They built it quickly."),
        ("How heavy is the anchor?", "It weighs 86 kg.", "It is black with age."),
        ("¿Cuántos puestos hay?", "Hay sesenta y cuatro.", "Hay muchos."),
        ("Кто капитан парома?", "Это известный всем Лука Вершинин.", "Это знают все."),
    ],
)
def test_a_sentence_offers_it_or_not(question: str, good: str, poor: str) -> None:
    kind = kind_of(question)
    assert offered(kind, good, frozenset()) == 1.0
    assert offered(kind, poor, frozenset()) == 0.0


def test_what_the_question_holds_itself_is_no_answer() -> None:
    kind = kind_of("How many of the 14 stops have a roof?")
    assert offered(kind, "There are 14 stops.", frozenset({"14"})) == 0.0
    assert offered(kind, "Of 14 stops 9 have one.", frozenset({"14"})) == 1.0


def test_where_nothing_in_particular_is_asked_every_sentence_offers_half() -> None:
    assert offered(kind_of("Why did it close?"), "Because of the flood.", frozenset()) == 0.5
