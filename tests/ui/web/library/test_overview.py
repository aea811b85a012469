"""A library in a few lines: themes and a picture from its documents, languages, what is newest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rag.library.library import Library
from tests.doubles import BagEmbedder, file_away, paper
from ui.web.library.overview import counts, languages_line, newest_of, themes_of


def test_every_document_has_its_dot_and_a_theme_its_words(tmp_path: Path) -> None:
    embedder = BagEmbedder()
    with Library.open(tmp_path, embedder.card) as library:
        for number in range(3):
            file_away(library, paper(f"bakery/rye-{number}.md", f"Rye bread is baked at dawn, batch {number}."))
            file_away(
                library, paper(f"harbour/ferry-{number}.md", f"The ferry leaves the harbour at noon, run {number}.")
            )
        found = themes_of(library)
    assert len(found.dots) == 6 and all(0 <= dot.x <= 100 and 0 <= dot.y <= 100 for dot in found.dots)
    assert found.named and all(words and count for words, count, _ in found.named)
    assert {color for _, _, color in found.named} <= {dot.color for dot in found.dots}


def test_languages_and_the_newest_are_told_in_a_row() -> None:
    records = [
        paper(f"{n}.md", "words", language=code)[0] for n, code in enumerate(("en", "en", "es", "ru", "de", "fr"))
    ]
    assert languages_line(records) == "English, Spanish, Russian, German, and 1 more"
    dated = [replace(each, ingested_at=f"2026-01-0{n + 1}T00:00:00+00:00") for n, each in enumerate(records)]
    assert [each.path for each in newest_of(dated)] == ["5.md", "4.md", "3.md"]


def test_documents_and_the_other_files_add_up_to_what_the_list_counts() -> None:
    assert counts(11, 0) == ["11 documents"]
    assert counts(11, 2) == ["11 documents", "2 files without text of their own"]
    assert counts(1, 1) == ["1 document", "1 file without text of its own"]
