"""What a library is about."""

from __future__ import annotations

import pytest

from rag.answer.assistant import Assistant
from rag.conversation.about_library.overview import _content, _told_apart, topics
from rag.library.library import Library
from tests.conversation.answers import assistant, many, told
from tests.doubles import BagEmbedder


@pytest.mark.parametrize(
    "question",
    ["what is in here?", "What is this document about?", "О чём эти документы?", "¿De qué van mis archivos?"],
)
def test_of_a_few_documents_each_is_described(office: Assistant, question: str) -> None:
    reply = told(office, question).reply
    assert "- leases/lease_kiln.md: Lease of the kiln yard" in reply and "- boiler.txt: Boiler manual." in reply


def test_an_overview_of_many_documents_tells_themes(library: Library, embedder: BagEmbedder) -> None:
    for record in library.records():
        library.remove(record.id)
    many(library, {"masonry": 8, "plumbing": 6, "gardening": 4})
    answer = assistant(library, embedder)[0].ask("what are these documents about?")
    themes = [line for line in answer.reply.splitlines() if line.startswith("- ")]
    assert len(answer.documents) == 18 and len(themes) >= 3
    for word in ("masonry", "plumbing", "gardening"):
        of_it = [line for line in themes if line.startswith(f"- {word}")]
        assert of_it and all(other not in " ".join(of_it) for other in {"masonry", "plumbing", "gardening"} - {word})


def test_every_document_is_of_one_topic_the_largest_first_and_the_same_each_time(library: Library) -> None:
    many(library, {"masonry": 8, "plumbing": 5})
    records = library.records()
    found = topics(library, records, {})
    assert sorted(each.id for topic in found for each in topic.records) == sorted(each.id for each in records)
    sizes = [len(topic.records) for topic in found]
    assert sizes == sorted(sizes, reverse=True) and len(found) <= 10
    assert topics(library, records, {}) == found


def test_documents_that_are_not_held_have_no_topic(library: Library) -> None:
    assert topics(library, [], {}) == []
    one = library.records()[:1]
    assert [topic.records for topic in topics(library, one, {})] == [tuple(one)]


def test_two_topics_of_one_name_are_told_apart() -> None:
    groups = [[{"work": 1.0, "wages": 1.0}], [{"work": 1.0, "tools": 0.5, "shed": 0.25}], [{"garden": 1.0}]]
    named = _told_apart([["work"], ["work"], ["garden"]], groups)
    assert named == [["work", "wages"], ["work", "tools", "shed"], ["garden"]]
    assert _told_apart([[], []], [[{"a": 1.0}], [{"b": 1.0}]]) == [[], []]


@pytest.mark.parametrize(
    ("text", "language", "named"),
    [
        ("We wrote to Aoife Brennan about the insulation.", "en", "insulation"),
        ("Brennan paid. The insulation of Aoife Brennan was dear.", "en", "insulation"),
        ("Das hat Aoife Brennan von der Dämmung geschrieben.", "de", "dämmung"),
    ],
)
def test_a_name_in_a_text_is_no_topic(text: str, language: str, named: str) -> None:
    found = _content(text, language, named=False)
    assert named in found and not {"aoife", "brennan"} & set(found)
    assert "brennan" in _content("Brennan insulation", language, named=True)
