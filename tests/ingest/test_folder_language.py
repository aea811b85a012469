"""Documents too short to tell their language are in that of their folder."""

from __future__ import annotations

import pytest

from ingest.folder_language import in_language_of_folder
from rag.types import Chunk, Document, Element


def document(text: str, language: str = "") -> tuple[Document, list[Chunk]]:
    made = Document(text, (Element("text", 0, len(text), None, ()),), "text/plain", language=language)
    return made, [Chunk("c", "d", 0, text, 0, len(text), None, (), language)]


@pytest.mark.parametrize(
    ("text", "own", "folder", "expected"),
    [
        ("Barca 7: Otto Weber", "", "es", "es"),
        ("Лодка 7: Отто Вебер", "", "es", ""),  # not in its script
        ("Barca 7: Otto Weber", "", "", ""),
        ("The boat is old.", "en", "es", "en"),
        ("7 12 40", "", "es", ""),
        ("Weber " * 40, "", "es", ""),  # long enough to tell, and it did not
    ],
)
def test_what_is_brief_is_in_the_language_of_its_folder(text: str, own: str, folder: str, expected: str) -> None:
    made, chunks = in_language_of_folder(*document(text, own), folder)
    assert (made.language, chunks[0].language) == (expected, expected)
