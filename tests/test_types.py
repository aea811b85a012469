from __future__ import annotations

import dataclasses
import json
import typing

import pytest

import rag.types as types
from rag import errors
from rag.serialize import answer_json, citation_json, passage_json
from rag.types import Answer, AnswerStatus, Chunk, Citation, Claim, Passage, chunk_id, document_id

CITATION = Citation("d1", "docs/mill.txt", 4, ("The mill", "People"), 10, 14, "Wren", 0.123456)
PASSAGE = Passage("d1", "docs/mill.txt", "Tobias Wren", 3, 14, None, (), "en", 0.98765, ("c1",), {"words": 1})
QUOTE_KEYS = ["source", "document_id", "page", "section", "start", "end", "quote", "score"]
QUOTE_KEYS += ["kind", "parts", "marks", "items"]
RESULT_KEYS = ["rank", "score", "source", "document_id", "page", "section", "start", "end", "text"]
ANSWER_KEYS = ["question", "status", "confidence", "quotes", "claims", "passages", "prompt_tokens", "timings"]
ANSWER_KEYS += [
    "budget",
    "reply",
    "documents",
    "unwritten",
    "short",
    "verdict",
    "corrected",
    "sources",
]  # later ones at the end


def test_ids_never_change_between_versions() -> None:
    assert document_id("/papers", "mill.txt") == "5938e2bade6fa404"
    assert chunk_id("5938e2bade6fa404", 7, "Свет маяка") == "4c2560cca4999c82d574"


def test_a_file_has_one_id_however_deep_its_folder_was_given() -> None:
    assert document_id("/a/b", "c/d.txt") == document_id("/a", "b/c/d.txt") == document_id("/a/b/", "c/d.txt")
    assert document_id("/", "a.txt") == document_id("", "a.txt")
    assert document_id("/a", "x.txt") != document_id("/b", "x.txt")
    assert document_id("/a", "caf\udce9.txt") != document_id("/a", "caf.txt")


def test_a_chunk_is_another_one_in_another_place_document_or_text() -> None:
    assert len({chunk_id(*given) for given in (("d", 0, "x"), ("d", 1, "x"), ("e", 0, "x"), ("d", 0, "y"))}) == 4


def test_the_embedder_reads_the_headings_and_the_quote_does_not_show_them() -> None:
    chunk = Chunk("c", "d", 0, "It opens at nine.", 5, 22, 1, ("The mill", "Hours"), "en")
    assert chunk.embedding_text == "The mill / Hours\nIt opens at nine."
    assert dataclasses.replace(chunk, section=()).embedding_text == chunk.text == "It opens at nine."


def test_every_station_is_frozen_and_has_no_loose_attributes() -> None:
    for name in ("Element", "Document", "Chunk", "FileRecord", "Passage", "Citation", "Claim", "Prompt", "Answer"):
        station = getattr(types, name)
        assert station.__dataclass_params__.frozen and "__slots__" in vars(station), name


def test_a_citation_as_scripts_see_it() -> None:
    row = citation_json(CITATION)
    assert list(row) == QUOTE_KEYS and row["section"] == ["The mill", "People"] and row["score"] == 0.1235


def test_a_search_result_as_scripts_see_it() -> None:
    row = passage_json(PASSAGE, 2)
    assert list(row) == RESULT_KEYS and row["rank"] == 2 and row["score"] == 0.9877 and row["section"] == []


def test_an_answer_as_scripts_see_it() -> None:
    claim = Claim("He was Wren.", True, 0.77777, (CITATION,))
    answer = Answer(
        "Who?", AnswerStatus.ANSWERED, 0.5, (CITATION,), (claim,), (PASSAGE,), 99, 512, {"quote": 0.123456}, "x"
    )
    row = json.loads(json.dumps(answer_json(answer)))
    assert list(row) == ANSWER_KEYS
    assert row["status"] == "answered" and row["prompt_tokens"] == 99 and row["timings"] == {"quote": 0.1235}
    assert list(row["claims"][0]) == [
        "text",
        "supported",
        "score",
        "citations",
        "conflict",
        "translated",
        "unchecked",
        "numbers",
    ]
    assert row["claims"][0]["citations"] == row["sources"] and list(row["sources"][0]) == QUOTE_KEYS
    assert row["quotes"] == [row["sources"][0] | {"numbers": [1]}] and row["claims"][0]["numbers"] == [1]
    assert [each["rank"] for each in row["passages"]] == [1]


def test_the_words_that_scripts_compare_with() -> None:
    assert {status.value for status in AnswerStatus} == {"answered", "quoted", "not_found", "stopped", "told"}
    assert {outcome.value for outcome in types.Outcome} == {
        "indexed", "unchanged", "moved", "duplicate", "empty", "unsupported", "failed", "too_large", "encrypted",
    }  # fmt: skip


def test_annotations_hold_without_any_heavy_import() -> None:
    for station in (Chunk, Passage, Answer):
        assert typing.get_type_hints(station)


@pytest.mark.parametrize(
    ("kind", "parent", "code"),
    [
        (errors.UsageError, errors.OakenError, 2),
        (errors.LibraryNotFoundError, errors.LibraryError, 1),
        (errors.LibraryBusyError, errors.LibraryError, 1),
        (errors.EmbedderMismatchError, errors.LibraryError, 1),
        (errors.ModelNotFoundError, errors.ModelError, 1),
        (errors.ModelBrokenError, errors.ModelError, 1),
    ],
)
def test_an_error_holds_the_next_command(
    kind: type[errors.OakenError], parent: type[errors.OakenError], code: int
) -> None:
    error = kind("It is so.", "oaken doctor")
    assert isinstance(error, parent) and isinstance(error, errors.OakenError)
    assert str(error) == "It is so. oaken doctor" and error.exit_code == code
    assert str(kind("It is so.")) == "It is so."
