from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.assistant import Assistant
from rag.errors import UsageError
from rag.library.library import Library
from rag.retrieval.filters import EVERYWHERE, SearchFilter, apply_filter, check_date
from rag.types import FileRecord, FileStamp, Outcome
from tests.doubles import BagEmbedder
from tests.town import file_away


@pytest.mark.parametrize(
    ("question", "bare", "scope"),
    [
        ("tram file:memories.txt", "tram", SearchFilter(files=("memories.txt",))),
        ('tram file:"my notes.txt" stops', "tram stops", SearchFilter(files=("my notes.txt",))),
        ("tram -ferry", "tram", SearchFilter(excluded_words=("ferry",))),
        ('the "tram line" opened', 'the "tram line" opened', SearchFilter(phrases=("tram line",))),
        ("Did it fall to -5 degrees?", "Did it fall to -5 degrees?", EVERYWHERE),
        ("a well-known line - or not", "a well-known line - or not", EVERYWHERE),
        ("-tram", "-tram", EVERYWHERE),
        ("What is the profile:x of it?", "What is the profile:x of it?", EVERYWHERE),
        ("file:tram.md", "file:tram.md", SearchFilter(files=("tram.md",))),
    ],
)
def test_what_a_query_says_of_itself(question: str, bare: str, scope: SearchFilter) -> None:
    assert apply_filter(question) == (bare, scope)


@given(st.text(max_size=60))
def test_no_question_is_lost_to_its_filters(question: str) -> None:
    bare, _ = apply_filter(question)
    assert bool(bare.strip()) == bool(question.strip())


def sources(library: Library, embedder: BagEmbedder, query: str, scope: SearchFilter = EVERYWHERE) -> set[str]:
    return {passage.source for passage in Assistant(library, embedder).search(query, 6, scope=scope)}


def test_options_leave_documents_out(library: Library, embedder: BagEmbedder) -> None:
    assert sources(library, embedder, "tram line", SearchFilter(types=("txt",))) <= {"memories.txt", "parom.txt"}
    assert sources(library, embedder, "tram line", SearchFilter(languages=("es",))) == {"mercado.md"}
    assert sources(library, embedder, "tram line", SearchFilter(files=("mem*",))) == {"memories.txt"}
    assert sources(library, embedder, "tram line file:memories") == {"memories.txt"}


def test_tags_leave_documents_out(library: Library, embedder: BagEmbedder) -> None:
    ids = {record.source: record.id for record in library.records()}
    library.ledger.tag([ids["memories.txt"]], ["Old town"])
    assert sources(library, embedder, "tram line", SearchFilter(tags=("old TOWN", "none"))) == {"memories.txt"}
    with pytest.raises(UsageError, match="No document has the tag harbour or none"):
        sources(library, embedder, "tram line", SearchFilter(tags=("harbour", "none")))


def test_a_folder_is_a_folder_and_no_prefix(library: Library, embedder: BagEmbedder) -> None:
    for name in ("notes/a.md", "notes/old/b.md", "notes2/c.md"):
        file_away(library, name, f"The tram line passes {name}.", "en", embedder)
    assert sources(library, embedder, "tram line", SearchFilter(folder="notes")) == {"notes/a.md", "notes/old/b.md"}
    assert sources(library, embedder, "tram line", SearchFilter(folder="/town/notes2")) == {"notes2/c.md"}
    assert sources(library, embedder, "tram line", SearchFilter(folder="old")) == {"notes/old/b.md"}


def test_any_of_the_chosen_documents_and_folders(library: Library, embedder: BagEmbedder) -> None:
    for name in ("notes/a.md", "notes/old/b.md", "notes/a.md.bak", "notes2/c.md"):
        file_away(library, name, f"The tram line passes {name}.", "en", embedder)
    chosen = SearchFilter(within=("notes/a.md", "tram.md"))
    assert sources(library, embedder, "tram line", chosen) == {"notes/a.md", "tram.md"}
    in_folder = SearchFilter(within=("/town/notes", "tram.md"), types=("md",))
    assert sources(library, embedder, "tram line", in_folder) == {"notes/a.md", "notes/old/b.md", "tram.md"}
    for gone, why in (("gone.md",), "gone.md is not in"), (("gone.md", "b.md"), "None of the chosen documents"):
        with pytest.raises(UsageError, match=why):
            sources(library, embedder, "tram line", SearchFilter(within=gone))


def test_words_left_out_and_phrases(library: Library, embedder: BagEmbedder) -> None:
    assert "memories.txt" not in sources(library, embedder, "tram line -grandfather")
    assert sources(library, embedder, '"on a wet Sunday"') == {"memories.txt"}
    assert sources(library, embedder, '"tram lines"') == {"tram.md", "memories.txt"}  # another form of the words
    assert sources(library, embedder, '"паром Чайка"') == {"parom.txt"}
    assert sources(library, embedder, '"wet tram"') == set()


def test_the_phrase_as_it_is_written_comes_first(library: Library, embedder: BagEmbedder) -> None:
    file_away(library, "one.md", "The old lamps burning here are many, and the burning lamp too.", "en", embedder)
    file_away(library, "two.md", "An old lamp burned.", "en", embedder)
    found = Assistant(library, embedder).search('"old lamps"', 6)
    assert [passage.source for passage in found] == ["one.md", "two.md"]


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        (SearchFilter(folder="nowhere"), "nowhere"),
        (SearchFilter(types=("pdf",)), "pdf"),
        (SearchFilter(languages=("ja",)), "ja"),
        (SearchFilter(files=("x.md",)), "x.md"),
        (SearchFilter(since="2999"), "2999"),
    ],
)
def test_a_filter_that_leaves_nothing_is_named(
    scope: SearchFilter, said: str, library: Library, embedder: BagEmbedder
) -> None:
    with pytest.raises(UsageError) as raised:
        sources(library, embedder, "tram", scope)
    assert said in raised.value.message and raised.value.hint


def test_a_filter_is_blamed_for_what_it_leaves_out_itself() -> None:
    kept = FileRecord("i", "home/lease.md", "/d", "home/lease.md", FileStamp(1, 1), Outcome.INDEXED, chunks=1)
    other = replace(kept, id="j", source="keys.txt", path="keys.txt")
    with pytest.raises(UsageError, match=r"^No document's path contains 'tram'\."):
        SearchFilter(files=("tram",)).documents([kept, other])
    with pytest.raises(UsageError, match=r"contains 'keys'\. Documents that other filters had left out: 1\."):
        SearchFilter(folder="home", files=("keys",)).documents([kept, other])


def test_since_counts_from_the_beginning_of_the_day() -> None:
    def changed(moment: datetime, record: FileRecord) -> FileRecord:
        return replace(record, stamp=FileStamp(1, int(moment.timestamp() * 1e9)))

    plain = FileRecord("i", "a.md", os.sep, "a.md", FileStamp(1, 1), outcome="indexed", chunks=1)  # type: ignore[arg-type]
    before, after = changed(datetime(2024, 4, 30, 23, 59), plain), changed(datetime(2024, 5, 1), plain)
    for day in ("2024-05-01", "2024-05"):
        assert SearchFilter(since=day).documents([after]) == {"i"}
        with pytest.raises(UsageError):
            SearchFilter(since=day).documents([before])


@pytest.mark.parametrize("text", ["yesterday", "2024-13", "2024-02-30", "24-05-01", "2024/05/01", ""])
def test_an_invalid_date_is_reported(text: str) -> None:
    with pytest.raises(UsageError):
        check_date(text)


def test_an_empty_scope_asks_everything(library: Library) -> None:
    assert EVERYWHERE.documents(library.records()) is None and not EVERYWHERE.by_document
    assert EVERYWHERE.admits("anything", "en") and EVERYWHERE.phrase_share("anything") == 0.0
