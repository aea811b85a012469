"""Slips in questions over the sample of words that the default embedder's own vocabulary tells right from wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.answer.assistant import Assistant
from rag.embedding import registry
from rag.interfaces import Embedder
from rag.library.library import Library
from rag.retrieval.spelling import correct_spelling
from rag.types import AnswerStatus
from tests.retrieval.spelling.conftest import TEXTS
from tests.town import file_away

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def embedder(models: Path) -> Embedder:
    return registry.load(models, registry.DEFAULT_EMBEDDER.name)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("library"), embedder.card) as held:
        for name, (language, text) in TEXTS.items():
            file_away(held, name, text, language, embedder)
        held.follow()
        yield held


@pytest.mark.parametrize(
    ("typed", "meant", "quoted"),
    [
        ("waht is the depsoit for the mill huose?", "what is the deposit for the mill house?", "1,920"),
        ("When does the safty valve open?", "When does the safety valve open?", "4.5 bar"),
        ("cuando temrina la exopsicion", "cuando termina la exposición", "30 de septiembre"),
        ("skolko stoit remont pechi", "сколько стоит ремонт печи", "сорок тысяч"),
        ("u kogo klyuch ot masterskoy", "у кого ключ от мастерской", "сторожа"),
        ("rjulf htvjynbhe.n gtxm", "когда ремонтируют печь", "октябре"),
        ("црфе шы еру вузщыше ащк еру ьшдд рщгыу?", "what is the deposit for the mill house?", "1,920"),
    ],
)
def test_what_was_meant_is_answered(library: Library, embedder: Embedder, typed: str, meant: str, quoted: str) -> None:
    answer = Assistant(library, embedder).ask(typed)
    assert answer.status is AnswerStatus.QUOTED and answer.corrected == meant
    assert any(quoted in quote.quote for quote in answer.quotes)


@pytest.mark.parametrize(
    "question",
    [
        "What is the rent of the bakery?",
        "Where does the horse sleep, and who feeds the mouse?",
        "How do chloroplasts store carbohydrates?",
        "Which treasurer abbreviated the acronym?",
        "¿Qué equipo ganó el partido de la liga?",
        "¿Cuántas provincias tiene el imperio?",
        "Какие страны подписали договор о торговле?",
        "Где находится столица империи монголов?",
        "Wann öffnet das Museum am Samstag?",
    ],
)
def test_a_question_about_something_else_stays(library: Library, embedder: Embedder, question: str) -> None:
    assert correct_spelling(question, library, embedder).text == question
