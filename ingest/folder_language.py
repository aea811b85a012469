"""The language of documents that are too short to tell it: that of their folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.text.detect import is_brief, may_be_in
from rag.types import Chunk, Document


def in_language_of_folder(
    document: Document, chunks: Sequence[Chunk], language: str
) -> tuple[Document, Sequence[Chunk]]:
    """Return a document and its chunks, in that language if they are brief, in no other, and may be in it."""
    if document.language or not language or not is_brief(document.text) or not may_be_in(language, document.text):
        return document, chunks
    return replace(document, language=language), [replace(chunk, language=language) for chunk in chunks]
