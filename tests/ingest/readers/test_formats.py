"""One small document in every format and three languages: headings, sections, pages, rows, links, language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.parse import Parser
from ingest.readers import READERS
from rag.types import Document
from tests.ingest.made import MAKERS, TARGET, WORDS, Words

TABLES_ALONE = {".csv", ".tsv", ".jsonl"}
NO_LINKS = {".json", ".xml", *TABLES_ALONE}
NAMED = {".json", ".ipynb", ".md", ".rst", ".org", ".adoc", *TABLES_ALONE}  # known by their names alone
PAGED = {".pptx": (1, 2), ".xlsx": (1, 2), ".odp": (1, 2), ".ods": (1, 2)}  # page of the title, of the heading


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with Parser() as running:
        yield running


def element_of(document: Document, words: str) -> tuple[str, int | None, tuple[str, ...]]:
    at = document.text.index(words)
    found = next(element for element in document.elements if element.start <= at < element.end)
    return found.kind, found.page, found.section


def check(document: Document, suffix: str, words: Words) -> None:
    header, first, second = words.rows
    rows = [document.text[e.start : e.end] for e in document.elements if e.kind == "row"]
    for row in (first, second):
        assert " | ".join(f"{label}: {cell}" for label, cell in zip(header, row, strict=True)) in rows
    assert document.language == words.language
    assert document.media_type == READERS[suffix].media_type
    end = 0
    for element in document.elements:
        assert element.start >= end and not document.text[end : element.start].strip()
        assert document.text[element.start : element.end].strip()
        end = element.end
    assert end == len(document.text) and not document.remark
    if suffix in TABLES_ALONE:
        return
    title, heading = PAGED.get(suffix, (None, None))
    assert document.pages == heading
    table = element_of(document, f"{header[0]}: {first[0]}")
    assert table[1] == heading and table[2][-1] == words.heading
    if suffix not in (".pptx", ".xlsx", ".ods", ".odp"):
        assert table[2][0] == words.title
        assert element_of(document, words.text)[2] in ((words.title, words.heading), (words.title,))
    assert element_of(document, words.heading)[0] == "title" or suffix == ".xml"
    assert words.text in document.text
    for item in words.items:
        assert item in document.text
    if suffix not in NO_LINKS:
        (link,) = document.links
        assert link.target == TARGET
        shown = words.text if suffix == ".xlsx" else words.linked
        assert document.text[link.start : link.end] == shown
    if suffix in (".pptx", ".odp"):
        assert element_of(document, f"{words.title}!") == ("text", 2, (words.heading,))  # the notes
    assert title is None or element_of(document, words.title)[1] == title


@pytest.mark.real
@pytest.mark.parametrize("language", sorted(WORDS))
@pytest.mark.parametrize("suffix", sorted(MAKERS))
def test_every_format_gives_headings_rows_links_and_pages(
    tmp_path: Path, parser: Parser, suffix: str, language: str
) -> None:
    path = tmp_path / f"handbook{suffix}"
    MAKERS[suffix](path, WORDS[language])
    parsed = parser.parse(path)
    assert parsed.document is not None, parsed.reason
    check(parsed.document, suffix, WORDS[language])


@pytest.mark.real
@pytest.mark.parametrize("suffix", sorted(set(MAKERS) - NAMED))
@pytest.mark.parametrize("name", ["handbook", "handbook.bin", "handbook.docx.backup"])
def test_a_file_is_known_by_its_content(tmp_path: Path, parser: Parser, suffix: str, name: str) -> None:
    path = tmp_path / name
    scratch = tmp_path / f"x{suffix}"
    MAKERS[suffix](scratch, WORDS["en"])
    text = scratch.read_bytes()
    path.write_bytes(text if suffix != ".xml" else b'<?xml version="1.0"?>' + text)
    parsed = parser.parse(path)
    assert parsed.document is not None, parsed.reason
    check(parsed.document, suffix, WORDS["en"])
