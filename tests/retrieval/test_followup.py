from __future__ import annotations

import pytest

from rag.retrieval.followup import asks_for_earlier, depends_on_previous, repeated_question, resolve_followup
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


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        ("How much is a half plot?", "And a full one?", "How much is a full plot?"),
        (
            "What does the small boat of the club cost?",
            "and the large one",
            "What does the large boat of the club cost?",
        ),
        ("How much is a plot?", "And a full one?", "How much is a plot? And a full one?"),
        ("How much is a half plot?", "And the other one?", "How much is a half plot? And the other one?"),
    ],
)
def test_one_is_the_thing_asked_about_before(before: str, question: str, whole: str) -> None:
    assert resolve_followup(question, told(before, "£32."), "en") == whole


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


FIRST = {
    "en": "How much is the rent?",
    "de": "Wie hoch ist die Miete?",
    "es": "¿Cuánto es el alquiler?",
    "ru": "Сколько стоит аренда?",
}
AGAIN = {
    "en": ("Was it different before?", "And in the old one?", "What did the previous contract say?", "And previously?"),
    "de": ("War das früher anders?", "Und im alten?", "Was stand im vorigen Vertrag?", "Und davor?"),
    "es": ("¿Era diferente antes?", "¿Y en el anterior?", "¿Qué decía el contrato antiguo?"),
    "ru": ("А раньше было иначе?", "А в старом?", "Что было в прежнем договоре?"),
}
OWN = {
    "en": ("Was the deposit different before?", "What is the old tram called?", "And in winter?", "Who lives there?"),
    "de": ("War die Kaution früher anders?", "Und im Winter?", "Wer wohnt dort?"),
    "es": ("¿Era diferente la fianza antes?", "¿Y en invierno?", "¿Quién vive allí?"),
    "ru": ("А залог раньше был другим?", "А зимой?", "Кто там живет?"),
}
NOW = {"en": "And now?", "de": "Und jetzt?", "es": "¿Y ahora?", "ru": "А сейчас?"}
every_language = pytest.mark.parametrize("code", FIRST)


def asked_before(*questions: str) -> list[Turn]:
    return [turn for question in questions for turn in (Turn("user", question), Turn("assistant", "."))]


@every_language
def test_the_question_before_is_asked_again(code: str) -> None:
    for question in AGAIN[code]:
        assert asks_for_earlier(question, code)
        found = repeated_question(question, asked_before("Hm?", FIRST[code]), code)
        assert found is not None and found[0] == FIRST[code] and len(found[1]) == 2
        assert repeated_question(question, [], code) is None


@every_language
def test_a_topic_of_its_own_is_asked_for(code: str) -> None:
    assert all(repeated_question(question, asked_before(FIRST[code]), code) is None for question in OWN[code])
    assert asks_for_earlier(OWN[code][0], code) and not asks_for_earlier(OWN[code][-1], code)


@every_language
def test_from_the_older_one_it_goes_back_to_the_newer(code: str) -> None:
    found = repeated_question(NOW[code], asked_before(FIRST[code], AGAIN[code][0]), code)
    assert found is not None and found[0] == FIRST[code] and not asks_for_earlier(NOW[code], code)


def test_no_rule_fires_in_a_language_without_words() -> None:
    assert repeated_question("Et avant ?", asked_before("Quel est le loyer ?"), "fr") is None
    assert not asks_for_earlier("Et avant ?", "fr")
