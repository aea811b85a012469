"""A question that asks two things is answered in both: parted by its words, looked for and written part by part."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.retrieval.decompose import split_question
from rag.text.analyzer import words


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("en", "When did the tram line open", "and who was its first director?"),
        ("en", "Who founded the club", "and when?"),
        ("en", "What is the ticket price", ", and at what time does the last tram run?"),
        ("en", "When does it open", "? How much does it cost?"),
        ("en", "And who paid for the tram", "and why?"),
        ("es", "¿Cuántos alumnos tiene la escuela", "y quién la dirige?"),
        ("es", "¿Cuándo abre la tienda", "? ¿Cuánto cuesta?"),
        ("es", "cuando abrio el mercado", "y cuantos puestos tiene"),
        ("ru", "Кто открыл пекарню", "и когда?"),
        ("ru", "Сколько стоит переправа", ", и с кем можно ехать?"),
        ("ru", "Кто открыл пекарню", "? А когда?"),
        ("en", "What is wrong", ", and is it covered by the warranty?"),
        ("en", "What is wrong", "? Is it covered by the warranty?"),
        ("en", "Who repairs the tram", "and can the driver help?"),
        ("en", "How much is the double room", "and are dogs allowed?"),
        ("en", "Is breakfast included", "and when is it served?"),
        ("en", "Is the tram heated", "and does it run at night?"),
        ("de", "Was ist kaputt", "und ist es von der Garantie gedeckt?"),
        ("de", "Wann öffnet das Haus", "und sind Hunde erlaubt?"),
        ("de", "Was kostet das Zimmer", ", und gibt es ein Frühstück?"),
        ("es", "¿Qué está roto", ", y lo cubre la garantía?"),
        ("es", "¿Cuánto cuesta la lavadora", "y tiene garantía?"),
        ("es", "cuando abre la tienda", "y esta incluido el pan"),
        ("es", "¿Qué está roto", "? ¿Está cubierto?"),
        ("ru", "Что сломалось", "и покрывает ли это гарантия?"),
        ("ru", "Сколько стоит курс", ", и можно прийти с детьми?"),
    ],
)
def test_two_questions_in_one(language: str, first: str, second: str) -> None:
    said = split_question(f"{first} {second}" if second[0].isalpha() else first + second, language)
    assert len(said) == 2
    assert words(said[0]) == words(first) and words(said[1]) == words(second)[-len(words(said[1])) :]
    assert len(words(second)) - len(words(said[1])) <= 1  # the "and"


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "How and why did the mill fail?"),
        ("en", "Who knows how and why the tram works?"),
        ("en", "Who decides what is lent and when it is returned?"),
        ("en", "When the mill failed, what did they do?"),
        ("en", "What are rules that cannot be kept and which in practice nobody keeps?"),
        ("en", "What happened before and after the flood?"),
        ("en", "Tell me who came and when."),
        ("es", "¿Qué pasó cuando llovió y que hicieron los vecinos?"),
        ("es", "¿Quién fundó el club y quien quiera puede entrar?"),
        ("ru", "Кто и когда открыл пекарню?"),
        ("ru", "Что привезли и кто-то потерял?"),
        ("en", "Which room is heated and is open on Sundays?"),
        ("en", "Who cooks and does the dishes?"),
        ("en", "Which theory holds that the hills rose and have sunk since?"),
        ("en", "How many rooms are heated and are open?"),
        ("en", "Which theory holds that hills still rise, and have risen before?"),
        ("es", "¿Cuándo se fundó la sociedad de Tesla, Lane, y Vale?"),
        ("de", "Wer kam zu spät und ist wieder gegangen?"),
        ("es", "¿Quién rompió la taza y la escondió?"),
        ("es", "¿Qué sala es grande y tiene luz?"),
        ("ru", "Что можно и нужно взять с собой?"),
        ("fr", "Qui a fondé le club et quand?"),
        ("en", ""),
    ],
)
def test_one_question_stays_whole(language: str, question: str) -> None:
    assert split_question(question, language) == (question,)


_PIECES = ["who", " and ", "when", "? ", " кто", " и ", "а", "¿", "qué", " y ", "x"]


@given(
    st.text(max_size=60) | st.lists(st.sampled_from(_PIECES)).map("".join),
    st.sampled_from(["en", "es", "ru"]),
)
@example("who x? who", "en")
def test_no_word_is_lost_but_the_and(question: str, language: str) -> None:
    said = split_question(question, language)
    left = [word for part in said for word in words(part)]
    assert len(said) in (1, 2) and 0 <= len(words(question)) - len(left) <= 2
    assert all(words(part) for part in said) or len(said) == 1
