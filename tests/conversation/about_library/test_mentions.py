"""Which documents mention something."""

from __future__ import annotations

import pytest

from rag.answer.assistant import Assistant
from rag.evaluation.evaluate import is_quoted_in
from rag.library.library import Library
from rag.serialize import answer_json
from rag.types import AnswerStatus
from tests.conversation.answers import assistant, paths, told
from tests.doubles import BagEmbedder, file_away, paper


def test_which_documents_mention_it_with_the_sentence(library: Library, embedder: BagEmbedder) -> None:
    asked, _ = assistant(library, embedder)
    answer = asked.ask("Which documents mention the tram line?")
    assert [record.source for record in answer.documents] == ["memories.txt", "tram.md"]
    assert answer.status is AnswerStatus.TOLD and "- tram.md" in answer.reply
    assert len(answer.quotes) == 2 and all(is_quoted_in(quote, library) for quote in answer.quotes)
    assert "No document mentions" in asked.ask("Which documents mention zeppelins?").reply
    row = answer_json(answer)
    assert row["status"] == "told" and row["documents"][1]["source"] == "tram.md"


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("How many documents mention the kiln?", ["leases/lease_kiln.md"]),
        ("which documnets mention the rents?", ["leases/lease_kiln.md", "leases/lease_mill.md"]),
        ("show me everything about the boiler", ["boiler.txt"]),
        ("en que documentos se habla de la exposicion", ["horario_museo.txt"]),
        ("в скольких документах упоминается печь", ["2023/dogovor_pech.txt"]),
        ("Which documents mention zeppelins?", []),
        ("which pdfs mention the kiln", []),
    ],
)
def test_what_mentions_something(office: Assistant, question: str, found: list[str]) -> None:
    answer = told(office, question)
    assert paths(answer) == found and [quote.source for quote in answer.quotes] == [r.source for r in answer.documents]


def test_a_heading_mentions_too(office: Assistant) -> None:
    file_away(office.library, paper("walls.md", "They are two metres thick.", section="The ramparts"))
    office.library.follow()
    assert paths(told(office, "which documents mention the ramparts?")) == ["walls.md"]


def test_about_something_may_be_said_in_other_words(office: Assistant) -> None:
    assert office.ask("documents about heating", prose=False).status is not AnswerStatus.TOLD
