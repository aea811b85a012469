from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.library.library import Library
from rag.retrieval.passages import assemble, drop_duplicates
from rag.retrieval.query import parse_query
from rag.retrieval.retrieve import _candidates, retrieve
from rag.types import Passage
from tests.doubles import BagEmbedder, paper
from tests.doubles import file_away as file_paper
from tests.town import file_away

LONG = " ".join(f"Sentence number {n} of the chapter tells of the mill and of the weir below it." for n in range(12))


def passage(text: str, document: str = "d") -> Passage:
    return Passage(document, "a.md", text, 0, len(text), None, (), "en", 1.0, (f"{document}{hash(text)}",))


def test_chunks_of_one_section_are_joined_and_stand_in_the_document(library: Library, embedder: BagEmbedder) -> None:
    identity = file_away(library, "mill.md", LONG, "en", embedder)
    query = parse_query("Which sentence tells of the mill?", library, embedder)
    passages = assemble(_candidates(query, library, embedder), library, 30)
    mine = [each for each in passages if each.document_id == identity]
    assert max(len(each.chunk_ids) for each in mine) > 1
    document = library.document(identity)
    assert document is not None
    for each in mine:
        assert document.text[each.start : each.end] == each.text
    spans = sorted((each.start, each.end) for each in mine)
    assert all(one[1] <= other[0] for one, other in pairwise(spans)), "passages overlap"


def test_a_found_chunk_is_in_one_passage(library: Library, embedder: BagEmbedder) -> None:
    file_away(library, "mill.md", LONG, "en", embedder)
    query = parse_query("Which sentence tells of the mill?", library, embedder)
    found = _candidates(query, library, embedder)
    held = [i for each in assemble(found, library, 99) for i in each.chunk_ids]
    assert len(held) == len(set(held)) and {each.chunk.id for each in found} <= set(held)


def test_sections_are_not_joined(library: Library, embedder: BagEmbedder) -> None:
    record, document, chunks = paper("two.md", "The mill grinds rye.", "The mill grinds oats.")
    chunks = [
        chunks[0],
        type(chunks[1])(**{f: getattr(chunks[1], f) for f in chunks[1].__slots__} | {"section": ("B",)}),
    ]
    file_paper(library, (record, document, chunks), embedder)
    query = parse_query("What does the mill grind?", library, embedder)
    mine = [each for each in retrieve(query, library, embedder, 6)[0] if each.document_id == record.id]
    assert [len(each.chunk_ids) for each in mine] == [1, 1]


def test_chunks_with_words_between_them_stay_apart_and_none_is_lost(library: Library, embedder: BagEmbedder) -> None:
    record, document, chunks = paper("gap.md", "The mill grinds rye.", "An unindexed line.", "The mill grinds oats.")
    first, _, last = chunks
    last = type(last)(**{f: getattr(last, f) for f in last.__slots__} | {"ordinal": 1})
    file_paper(library, (record, document, [first, last]), embedder)
    query = parse_query("What does the mill grind?", library, embedder)
    mine = [each for each in retrieve(query, library, embedder, 6)[0] if each.document_id == record.id]
    assert {each.text for each in mine} == {first.text, last.text}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (
            "The lamp burns whale oil and nothing else at all.",
            "The lamp  burns whale oil, and nothing else at all!",
            True,
        ),
        (LONG, LONG.replace("below it", "beneath it", 1), True),
        (LONG, LONG + " A last word.", True),
        ("The line opened in 1911 on a Sunday.", "The line opened in 1913 on a Sunday.", False),
        ("The lamp burns oil.", LONG, False),
        ("Rye.", "Oats.", False),
    ],
)
def test_near_duplicates_take_one_place_unless_their_numbers_differ(one: str, other: str, same: bool) -> None:
    assert len(drop_duplicates([passage(one), passage(other, "e")], 9)) == (1 if same else 2)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=6), st.integers(1, 6))
def test_folding_keeps_the_order_and_the_first(texts: list[str], most: int) -> None:
    passages = [passage(text, str(i)) for i, text in enumerate(texts)]
    kept = drop_duplicates(passages, most)
    assert kept == [each for each in passages if each in kept] and len(kept) <= most
    assert not passages or kept[0] == passages[0]
