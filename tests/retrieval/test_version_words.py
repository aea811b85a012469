"""A question that names a version and no topic asks the one before it once more."""

from __future__ import annotations

import pytest

from rag.retrieval.version_words import asks_for_earlier, repeated_question
from rag.types import Turn

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


def told(*questions: str) -> list[Turn]:
    return [turn for question in questions for turn in (Turn("user", question), Turn("assistant", "."))]


@every_language
def test_the_question_before_is_asked_again(code: str) -> None:
    for question in AGAIN[code]:
        assert asks_for_earlier(question, code)
        found = repeated_question(question, told("Hm?", FIRST[code]), code)
        assert found is not None and found[0] == FIRST[code] and len(found[1]) == 2
        assert repeated_question(question, [], code) is None


@every_language
def test_a_topic_of_its_own_is_asked_for(code: str) -> None:
    assert all(repeated_question(question, told(FIRST[code]), code) is None for question in OWN[code])
    assert asks_for_earlier(OWN[code][0], code) and not asks_for_earlier(OWN[code][-1], code)


@every_language
def test_from_the_older_one_it_goes_back_to_the_newer(code: str) -> None:
    found = repeated_question(NOW[code], told(FIRST[code], AGAIN[code][0]), code)
    assert found is not None and found[0] == FIRST[code] and not asks_for_earlier(NOW[code], code)


def test_no_rule_fires_in_a_language_without_words() -> None:
    assert repeated_question("Et avant ?", told("Quel est le loyer ?"), "fr") is None
    assert not asks_for_earlier("Et avant ?", "fr")
