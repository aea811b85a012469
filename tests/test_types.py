from __future__ import annotations

import dataclasses
import typing

import rag.types as types
from rag.types import Answer, AnswerStatus, Chunk, Passage, chunk_id, document_id


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


def test_the_words_that_scripts_compare_with() -> None:
    assert {status.value for status in AnswerStatus} == {"answered", "quoted", "not_found", "stopped", "told"}
    assert {outcome.value for outcome in types.Outcome} == {
        "indexed", "unchanged", "moved", "duplicate", "empty", "unsupported", "failed", "too_large", "encrypted",
    }  # fmt: skip


def test_annotations_hold_without_any_heavy_import() -> None:
    for station in (Chunk, Passage, Answer):
        assert typing.get_type_hints(station)
