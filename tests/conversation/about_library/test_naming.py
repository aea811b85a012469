"""Which document is meant."""

from __future__ import annotations

import pytest

from rag.answer.assistant import Assistant
from rag.library.library import Library
from rag.types import AnswerStatus, Turn
from tests.conversation.answers import assistant, paths, told
from tests.doubles import BagEmbedder, file_away, paper


def test_of_several_that_fit_one_is_asked_for(office: Assistant) -> None:
    answer = told(office, "summarise the lease")
    assert "Which one" in answer.reply and paths(answer) == ["leases/lease_kiln.md", "leases/lease_mill.md"]


def test_a_file_that_is_not_there_and_those_called_like_it(office: Assistant) -> None:
    answer = told(office, "What is lease_kiln2.md about?")
    assert "no file lease_kiln2.md" in answer.reply and paths(answer)[0] == "leases/lease_kiln.md"
    assert office.ask("What is Node.js about?", prose=False).status is not AnswerStatus.TOLD


@pytest.mark.parametrize(
    "question",
    [
        "What is the new policy about?",
        "What is the museum about?",
        "Summarise the war of 1812",
        "¿De qué trata la paz?",
    ],
)
def test_what_is_no_document_is_searched(office: Assistant, question: str) -> None:
    answer = office.ask(question, prose=False)
    assert answer.status is not AnswerStatus.TOLD and not answer.documents


def test_this_document_is_the_one_last_cited(office: Assistant) -> None:
    history = [Turn("user", "Are dogs allowed in the kiln yard?"), Turn("assistant", "Dogs are allowed.")]
    assert paths(told(office, "What is this document about?", history=history)) == ["leases/lease_kiln.md"]
    summary = office.ask("Summarise it", history=history, prose=False)
    assert summary.status is AnswerStatus.ANSWERED and paths(summary) == ["leases/lease_kiln.md"]
    said = told(office, "what does it say about the rent?", history=history)
    assert [quote.quote for quote in said.quotes] == ["The rent is 410 euros a month."]
    named = [Turn("user", "What does boiler.txt say about vinegar?"), Turn("assistant", "Never use vinegar.")]
    assert paths(office.ask("Summarise it", history=named, prose=False)) == ["boiler.txt"]


def test_the_only_document_needs_no_name(library: Library, embedder: BagEmbedder) -> None:
    for record in library.records()[1:]:
        library.remove(record.id)
    library.follow()
    asked, _ = assistant(library, embedder)
    only = library.records()[0]
    assert asked.ask("What is this about?").documents == (only,)
    assert asked.ask("Перескажи этот документ").documents == (only,)


@pytest.mark.parametrize(
    "question",
    [
        "Summarise the contract",
        "Summarise my contract",
        "Give me a summary of the elm contract",
        "Fasse den Contract zusammen",
        "Resume el contract",
        "Перескажи contract",
    ],
)
def test_a_word_of_one_name_alone_is_enough_for_a_summary(office: Assistant, question: str) -> None:
    file_away(office.library, paper("contract-14-elm-street-north.md", "The rent is due on the first."))
    office.library.follow()
    summary = office.ask(question, prose=False)
    assert summary.status is AnswerStatus.ANSWERED and paths(summary) == ["contract-14-elm-street-north.md"]


def test_a_word_of_several_names_is_not_enough_for_a_summary(office: Assistant) -> None:
    for name in ("contract-14-elm-street-north.md", "contract-3-oak-lane-south-side.md"):
        file_away(office.library, paper(name, f"The rent of {name} is due on the first."))
    office.library.follow()
    assert not office.ask("Summarise the contract", prose=False).documents
