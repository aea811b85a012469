"""From ranked sentences to the quotes that are shown, over a library in several formats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from rag.library.library import Library
from rag.retrieval.choose import MAX_QUOTES, choose
from rag.retrieval.coverage import CoveredSentence
from rag.retrieval.query import Query, parse_query
from rag.retrieval.retrieve import retrieve
from tests.doubles import BagEmbedder

GUIDE = """# Harbour handbook

## Mooring

Boats up to nine metres lie at the north pier. Longer ones lie at the quay.

To moor at the buoy:

1. Call the harbour office on channel 12.
2. Make fast to the ring of the yellow buoy.
3. Show a white light after sunset.

## What is not insured?

Damage by ice is not insured. Neither is theft of oars.

## Starting the pump

Run the pump from the shell:

```
pump --start --litres 40
```

It stops by itself.
"""
PRICES = "Berth,Day,Week\nNorth pier,12,70\nQuay,18,99\nBuoy 7,5,25\n"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("harbour")
    (folder / "handbook.md").write_text(GUIDE, encoding="utf-8")
    (folder / "prices.csv").write_text(PRICES, encoding="utf-8")
    (folder / "notes.txt").write_text("The lamp of the pier was broken by the storm in May.\n", encoding="utf-8")
    embedder = BagEmbedder()
    with Library.open(Path(folder, "library"), embedder.card) as held:
        ingest([folder / "handbook.md", folder / "prices.csv", folder / "notes.txt"], held, embedder)
        yield held


def asked(question: str, library: Library) -> tuple[Query, list[CoveredSentence]]:
    embedder = BagEmbedder()
    query = parse_query(question, library, embedder)
    return query, retrieve(query, library, embedder, 6)[1]


def quotes(question: str, library: Library) -> list[CoveredSentence]:
    query, ranked = asked(question, library)
    return choose(query, ranked, library)


@pytest.mark.parametrize(
    ("question", "kind", "words"),
    [
        ("How do I moor at the buoy?", "list", ["To moor at the buoy:", "channel 12", "white light after sunset"]),
        ("How do I start the pump?", "code", ["pump --start --litres 40"]),
        ("What is not insured?", "text", ["Damage by ice"]),
        ("What does the Quay cost a week?", "row", ["Week: 99"]),
    ],
)
def test_the_first_quote_is_the_block_that_answers(
    question: str, kind: str, words: list[str], library: Library
) -> None:
    first = quotes(question, library)[0]
    assert all(each in first.text for each in words)
    assert kind in {part.kind for part in first.parts}


def test_quotes_are_exact_few_and_apart(library: Library) -> None:
    for question in ("How do I moor at the buoy?", "Where do boats lie?", "pier", "What does a berth cost?"):
        chosen = quotes(question, library)
        assert 1 <= len(chosen) <= MAX_QUOTES
        for at, quote in enumerate(chosen):
            document = library.document(quote.passage.document_id)
            assert document is not None and document.text[quote.start : quote.end] == quote.text
            for other in chosen[:at]:
                same = other.passage.document_id == quote.passage.document_id
                assert not same or quote.end <= other.start or other.end <= quote.start


def test_what_a_few_words_answer_is_quoted_in_a_short_paragraph_and_a_how_to_more_widely(library: Library) -> None:
    brief, wide = (
        quotes("Where do longer boats lie?", library)[0],
        quotes("How does one lie with a longer boat?", library),
    )
    assert brief.text == "Boats up to nine metres lie at the north pier. Longer ones lie at the quay."
    assert len(wide[0].text.split()) > len(brief.text.split())


def test_sentences_of_a_chosen_block_are_marked_in_it(library: Library) -> None:
    query, ranked = asked("How do I moor at the buoy?", library)
    first = choose(query, ranked, library)[0]
    assert first.marks and all(first.start <= start < end <= first.end for start, end in first.marks)
    assert all((start, end) != (first.start, first.end) for start, end in first.marks)


def test_what_comes_less_close_is_not_quoted(library: Library) -> None:
    query, ranked = asked("Where do longer boats lie?", library)
    far = [ranked[0], *(replace(each, score=ranked[0].score - 3.0) for each in ranked[1:])]
    assert len(choose(query, far, library)) == 1


def test_where_a_document_has_gone_meanwhile_its_sentence_is_the_quote(library: Library) -> None:
    query, ranked = asked("Where do longer boats lie?", library)
    gone = replace(ranked[0], passage=replace(ranked[0].passage, document_id="0" * 16))
    [quote] = choose(query, [gone], library)
    assert quote.text == ranked[0].text and quote.parts == ()


def test_nothing_ranked_gives_no_quote(library: Library) -> None:
    query, _ = asked("Where do longer boats lie?", library)
    assert choose(query, [], library) == []


def test_of_a_block_only_the_sentences_that_come_close_are_marked(library: Library) -> None:
    query, ranked = asked("How do I moor at the buoy?", library)
    first, *others = [each for each in ranked if each.passage.section == ranked[0].passage.section]
    near, far = (replace(each, score=first.score - less) for each, less in zip(others, (0.1, 1.5), strict=False))
    marks = choose(query, [first, near, far], library)[0].marks
    assert any(start <= near.start and near.end <= end for start, end in marks)
    assert (first.start, first.end) in marks or first.text.endswith(":")
    assert (far.start, far.end) not in marks


def test_a_fact_gets_a_further_quote_only_where_the_reader_sees_an_answer_in_it(library: Library) -> None:
    query, ranked = asked("Where do longer boats lie?", library)
    other = next(each for each in ranked if each.passage.document_id != ranked[0].passage.document_id)
    first, near = replace(ranked[0], answer_probability=0.9), replace(other, score=ranked[0].score - 0.1)
    assert query.is_brief
    assert len(choose(query, [first, replace(near, answer_probability=0.05)], library)) == 1
    assert len(choose(query, [first, replace(near, answer_probability=None)], library)) == 1  # it was not read
    assert len(choose(query, [first, replace(near, answer_probability=0.6)], library)) == 2
    assert len(choose(query, [ranked[0], near], library)) == 2  # there is no reader
    assert len(choose(replace(query, is_brief=False), [first, replace(near, answer_probability=0.05)], library)) == 2


def test_contents_are_found_but_never_ranked(tmp_path: Path) -> None:
    parts = {"Mooring at the quay": "Long boats lie there.", "Fee of the quay": "Nine crowns a day.", "Ice": "None."}
    listed = "\n".join(f"- {each}" for each in parts)
    said = "\n\n".join(f"## {each}\n\n{text}" for each, text in parts.items())
    (tmp_path / "quay.md").write_text(f"# Guide\n\n{listed}\n\n{said}\n", encoding="utf-8")
    embedder = BagEmbedder()
    with Library.open(tmp_path / "library", embedder.card) as held:
        ingest([tmp_path / "quay.md"], held, embedder)
        query, ranked = asked("What is the fee of the quay?", held)
        passages, _ = retrieve(query, held, embedder, 6)
    assert any("- Fee of the quay" in each.text for each in passages)
    assert ranked[0].text == "Nine crowns a day."
    assert not any(each.text.startswith("- ") for each in ranked)


def test_to_a_fact_a_further_sentence_is_marked_only_where_the_reader_sees_an_answer_in_it(library: Library) -> None:
    query, ranked = asked("Where do boats up to nine metres lie?", library)
    block = [each for each in ranked if each.passage.section == ranked[0].passage.section]
    first = replace(block[0], answer_probability=0.9)
    near = replace(block[1], score=first.score - 0.1)

    def marks(query: Query, probability: float | None) -> set[tuple[int, int]]:
        found = choose(query, [first, replace(near, answer_probability=probability)], library)
        return {mark for quote in found for mark in quote.marks}

    place = (near.start, near.end)
    assert query.is_brief and place not in marks(query, 0.05)
    wide = replace(query, is_brief=False)
    assert place in marks(wide, 0.05) or not marks(wide, 0.05)


def test_a_sentence_that_offers_less_of_what_is_asked_for_is_not_marked(library: Library) -> None:
    query, ranked = asked("How long are boats at the north pier?", library)
    whole = choose(query, ranked[:1], library)[0]
    other = next(each for each in ranked[1:] if each.within(whole))
    first, near = replace(ranked[0], answer_type_match=1.0), replace(other, score=ranked[0].score - 0.1)

    def marks(match: float) -> tuple[tuple[int, int], ...]:
        return choose(query, [first, replace(near, answer_type_match=match)], library)[0].marks

    assert query.is_brief and query.answer_type is not None
    assert (near.start, near.end) not in marks(0.4)
    assert (near.start, near.end) in marks(1.0)


def test_a_lead_in_is_marked_with_the_list_that_it_leads_to(library: Library) -> None:
    question = "To moor at the buoy"
    query, ranked = asked(question, library)
    lead = next(each for each in ranked if each.text == "To moor at the buoy:")
    (first, *_) = choose(query, [replace(lead, score=20.0)], library)
    marked = [first.text[a - first.start : b - first.start] for a, b in first.marks] or [first.text]
    assert len(marked) == 1 and marked[0].startswith("To moor") and marked[0].endswith("after sunset.")
