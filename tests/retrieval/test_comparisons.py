"""Comparisons, with the embedder and the reader that come with Oaken: either side is quoted, a missing one is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.answer.assistant import Assistant
from rag.types import AnswerStatus, AnswerVerdict, Turn
from tests.retrieval.compared_papers import FILES
from tests.retrieval.papers import papers, shown


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Assistant]:
    with papers(tmp_path_factory.mktemp("weir"), models, FILES) as assistant:
        yield assistant


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("How do the barge and the weir cottage differ?", "Heron", "cottage"),
        ("Which is dearer, the hire of the barge or of the weir cottage?", "890", "640"),
        ("What is the difference between the deposits of the barge and the weir cottage?", "300", "200"),
        ("Is the upper lock longer than the lower lock?", "21 metres", "26 metres"),
        ("Compare eco mode with boost mode", "45 watts", "210 watts"),
        ("E07 or E12: which is worse?", "Filter blocked", "Motor too hot"),
        ("Which paint dries faster, deck grey or hull black?", "Drying hours: 6", "Drying hours: 12"),
        ("¿Cuál es más barata, la sala Roble o la sala Olmo?", "120", "210"),
        ("¿En qué se diferencian el carné azul y el carné verde?", "tres libros", "diez libros"),
        ("Чем старая баня отличается от новой?", "дровами", "газом"),
        ("Что дороже, прокат «Выдры» или «Цапли»?", "700", "1 100"),
        ("Which lock is older, the upper or the lower one?", "1794", "1803"),
        ("Does the barge sleep more people than the cottage?", "six", "four"),
        ("barge vs weir cottage: cancellation", "thirty days", "ten"),
        ("How does boost mode differ from eco mode?", "2,400", "900"),
        ("Is cabin white or hull black cheaper?", "22", "34"),
        ("¿Qué diferencia hay entre el alquiler de la sala Roble y el de la sala Olmo?", "120", "210"),
        ("¿Empieza antes el curso de acuarela o el de cerámica?", "4 de octubre", "11 de noviembre"),
        ("¿Es la sala Olmo más grande que la sala Roble?", "95 plazas", "40 plazas"),
        ("Какая печь тяжелее, кирпичная или чугунная?", "две тонны", "180"),
        ("В чём разница между залогом за «Выдру» и за «Цаплю»?", "3 000", "5 000"),
        ("Старая баня дешевле новой?", "250", "400"),
        ("сравни кирпичную и чугунную печь", "двое суток", "четыре часа"),
    ],
)
def test_either_side_of_a_comparison_is_quoted(asked: Assistant, question: str, one: str, other: str) -> None:
    answer = asked.ask(question, prose=False)
    assert answer.status is AnswerStatus.QUOTED and answer.note == "" and answer.verdict is not AnswerVerdict.NOT_SAID
    assert one in shown(answer) and other in shown(answer)


@pytest.mark.parametrize(
    ("question", "said", "missing"),
    [
        ("Which is dearer, the hire of the barge or of the lighthouse?", "890", "lighthouse"),
        ("¿En qué se diferencian la sala Roble y la sala Fresno?", "40", "Fresno"),
        ("Что дороже, билет в старую баню или билет в цирк?", "250", "цирк"),
        ("How do the upper lock and the swing bridge differ?", "21 metres", "the swing bridge"),
        ("¿Cuál es más barato, el curso de acuarela o el de piano?", "85", "el curso de piano"),
        ("Чем чугунная печь отличается от голландской?", "четыре часа", "голландской"),
        ("Which is dearer, the deposit of the barge or of the bakery?", "300", "the deposit of the bakery"),
    ],
)
def test_a_side_of_which_nothing_is_said_is_named(asked: Assistant, question: str, said: str, missing: str) -> None:
    answer = asked.ask(question, prose=False)
    assert answer.status is AnswerStatus.QUOTED and answer.verdict is AnswerVerdict.PARTLY
    assert said in shown(answer) and answer.note.startswith("Your documents do not say: ") and missing in answer.note


@pytest.mark.parametrize(
    "question",
    ["How do a day pass and a season pass differ?", "¿En qué se diferencian el carné azul y el verde?"],
)
def test_one_quote_that_speaks_of_both_is_enough(asked: Assistant, question: str) -> None:
    assert len(asked.ask(question, prose=False).quotes) == 1


def test_where_neither_side_is_said_nothing_is(asked: Assistant) -> None:
    answer = asked.ask("Which is dearer, the zeppelin or the helicopter?", prose=False)
    assert answer.status is AnswerStatus.NOT_FOUND and answer.note == ""


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("What does the E12 error mean?", "and E07?", "Filter blocked"),
        ("How long is the upper lock?", "and the other one?", "26 metres"),
        ("What is the deposit of the barge?", "and the cottage?", "200 euros"),
        ("¿Cuántos libros permite el carné azul?", "¿y el verde?", "diez libros"),
        ("Когда открыта старая баня?", "а новая?", "каждый день"),
    ],
)
def test_a_follow_up_about_the_other_side(asked: Assistant, before: str, question: str, expected: str) -> None:
    assert expected in shown(asked.ask(question, history=[Turn("user", before)], prose=False))


def test_a_comparison_keeps_to_its_filters(asked: Assistant) -> None:
    question = "Which is dearer, the hire of the barge or of the weir cottage? file:hire_barge"
    answer = asked.ask(question, prose=False)
    assert {quote.source for quote in answer.quotes} == {answer.quotes[0].source} and "cottage" in answer.note


def test_what_the_quote_of_the_other_part_says_is_not_called_missing(asked: Assistant) -> None:
    answer = asked.ask("Сколько стоит взнос и когда он вырастет?", prose=False)
    assert answer.note == "" and "1 марта" in shown(answer)
    answer = asked.ask("Сколько стоит взнос и кто чистит трубу?", prose=False)
    assert answer.note == "Your documents do not say: кто чистит трубу?" and answer.verdict is AnswerVerdict.PARTLY


def test_the_few_words_answer_the_follow_up_not_the_question_before(asked: Assistant) -> None:
    answer = asked.ask("and when was it built?", history=[Turn("user", "How long is the lower lock?")], prose=False)
    assert answer.short is None or "1803" in answer.short.quote
    answer = asked.ask(
        "What about the cottage?", history=[Turn("user", "What is the deposit of the barge?")], prose=False
    )
    assert answer.short is not None and answer.short.quote == "200 euros"
