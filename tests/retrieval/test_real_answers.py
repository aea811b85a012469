"""Questions as people put them, over made-up documents, with the embedder and the reader that come with Oaken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.answer.assistant import Assistant
from rag.types import AnswerStatus, AnswerVerdict, Turn
from tests.retrieval.papers import papers, shown

FILES = {
    "lease_barn.md": "# Lease of the barn\n\nThe lease between the Elm Farm Trust and Hugo Marsh begins on "
    "4 June 2022. The rent is 275 euros a month. The deposit is 550 euros. Horses may be kept in the barn, pigs may "
    "not. The tenant gives notice two months in advance.\n",
    "minutes_2025-02-10.txt": "Minutes of the meeting on 10 February 2025. Present: Ida Holt, Hugo Marsh. Absent: Noor "
    "Ames. The trust decided to buy a second-hand tractor for 8,400 euros. Ida Holt was elected secretary.\n",
    "tariff.csv": "Tool,Day,Week,Left\nLadder,4,20,3\nChain saw,15,80,0\nWheelbarrow,2,9,12\n",
    "heater.md": "# Heater manual\n\n## Faults\n\n| Code | Meaning | Remedy |\n|---|---|---|\n"
    "| E03 | No flame | Bleed the gas line |\n| E07 | Fan blocked | Clean the fan wheel |\n\n"
    "## Lighting the heater\n\nTo light the heater:\n\n1. Open the gas tap.\n2. Hold the red knob for ten seconds.\n"
    "3. Let it go when the flame stays.\n\n## Reset from the shell\n\nSend the reset command:\n\n"
    "```\nheaterctl --reset --wait 30\n```\n\nThe display goes dark for a moment.\n\n"
    "## What is not covered?\n\nFrost damage and broken glass are not covered by the guarantee.\n",
    "errors.md": "# Known errors\n\nfatal: lock file exists, cannot continue\n\nSomebody else runs the program. Delete "
    "the file queue.lock and start it once more.\n\nwarning: clock skew detected\n\nSet the clock.\n",
    "horario.txt": "La piscina abre de lunes a sábado de 7:30 a 21:00. Los domingos está cerrada. La entrada cuesta 5 "
    "euros; los menores de seis años no pagan.\n",
    "sad.txt": "Сад открыт с мая по октябрь. Сторожа зовут Архип Дятлов, телефон 8-900-111-22-33. Сажать деревья можно "
    "только с разрешения правления.\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Assistant]:
    with papers(tmp_path_factory.mktemp("farm"), models, FILES) as assistant:
        yield assistant


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What does the Ladder cost a week?", "Week: 20"),  # a price without a currency
        ("How many wheelbarrows are left?", "Left: 12"),
        ("Who was absent from the meeting in February?", "Absent: Noor Ames"),
        ("Who may be kept in the barn?", "Horses"),
        ("What was bought according to the minutes of 2025-02-10?", "tractor"),  # a date in another form
        ("What is the rent of the barn?", "275 euros"),
        ("What does error E07 of the heater mean?", "Fan blocked"),
        ("What is not covered by the guarantee of the heater?", "Frost damage"),
        ("fatal: lock file exists, cannot continue", "queue.lock"),
        ("waht is the depsoit for the barn?", "550 euros"),
        ("a que hora abre la piscina", "7:30"),
        ("¿Cuánto cuesta la entrada de la piscina?", "5 euros"),
        ("как зовут сторожа сада?", "Архип Дятлов"),
        ("How much is the entrance fee of the swimming pool?", "5 euros"),
    ],
)
def test_the_answer_is_shown(question: str, words: str, asked: Assistant) -> None:
    answer = asked.ask(question, prose=False)
    assert answer.status is AnswerStatus.QUOTED and answer.verdict is not AnswerVerdict.NOT_SAID
    assert words in shown(answer)


@pytest.mark.parametrize(
    ("question", "parts", "kind"),
    [
        ("How do I light the heater?", ["gas tap", "red knob", "when the flame stays"], "list"),
        ("How do I reset the heater?", ["heaterctl --reset --wait 30"], "code"),
    ],
)
def test_steps_and_listings_are_shown_whole(question: str, parts: list[str], kind: str, asked: Assistant) -> None:
    answer = asked.ask(question, prose=False)
    first = answer.quotes[0]
    assert all(part in first.quote for part in parts) and first.kind == kind


@pytest.mark.parametrize(
    "question",
    [
        "Which dentist in town sees patients on Saturdays?",
        "How do I write a Terraform provider in Go?",
        "¿Qué médico atiende los fines de semana en Sevilla?",
        "Какая столица у Австралии?",
    ],
)
def test_what_is_not_there_is_said_not_to_be(question: str, asked: Assistant) -> None:
    answer = asked.ask(question, prose=False)
    assert answer.status is AnswerStatus.NOT_FOUND and answer.verdict is AnswerVerdict.NOT_SAID and answer.short is None


@pytest.mark.parametrize("question", ["What does error E99 of the heater mean?", "What is the rent of barn 12?"])
def test_a_near_miss_is_never_given_as_a_short_answer(question: str, asked: Assistant) -> None:
    answer = asked.ask(question, prose=False)
    assert answer.verdict is not AnswerVerdict.ANSWERED and answer.short is None


@pytest.mark.parametrize(
    ("before", "question", "words"),
    [
        ("What does error E07 of the heater mean?", "and E03?", "No flame"),
        ("Who was present at the meeting in February?", "and who was absent?", "Noor Ames"),
        ("¿A qué hora abre la piscina?", "¿y los domingos?", "cerrada"),
    ],
)
def test_what_is_new_in_a_follow_up_decides(before: str, question: str, words: str, asked: Assistant) -> None:
    answer = asked.ask(question, history=[Turn("user", before)], prose=False)
    assert answer.status is AnswerStatus.QUOTED and words in shown(answer)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What is the deposit of the barn?", "550 euros"),
        ("When does the lease of the barn begin?", "4 June 2022"),
        ("¿Cuánto cuesta la entrada de la piscina?", "5 euros"),
    ],
)
def test_a_few_words_that_answer_come_first_cut_from_a_quote(question: str, words: str, asked: Assistant) -> None:
    answer = asked.ask(question, prose=False)
    short = answer.short
    assert short is not None and words in short.quote and len(short.quote.split()) <= 6
    assert any(
        quote.document_id == short.document_id and quote.start <= short.start and short.end <= quote.end
        for quote in answer.quotes
    )
    document = asked.library.document(short.document_id)
    assert document is not None and document.text[short.start : short.end] == short.quote


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Who was absent from the meeting in April?", "Absent: Bruno Falk."),
        ("Who was absent from the June meeting?", "Absent: Noor Ames."),
        ("Who was present at the June meeting?", "Present: Ida Wren, Bruno Falk."),
    ],
)
def test_of_two_documents_that_are_alike_the_one_of_that_month_comes_first(
    question: str, words: str, tmp_path: Path, models: Path
) -> None:
    files = {
        "minutes_2023-04-18.txt": "Minutes of the meeting on 18 April 2023. Present: Ida Wren, Noor Ames. Absent: "
        "Bruno Falk. A tractor was bought for 9,400 euros. The next meeting will be held on Tuesday, 20 June 2023.",
        "minutes_2023-06-20.txt": "Minutes of the meeting on 20 June 2023. Present: Ida Wren, Bruno Falk. Absent: Noor "
        "Ames. The fence was repaired. The next meeting will be held on Tuesday, 18 July 2023.",
    }
    with papers(tmp_path, models, files) as assistant:
        assert words in assistant.ask(question, prose=False).quotes[0].quote
