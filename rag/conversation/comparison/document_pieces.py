"""Two documents of a library, aligned sentence by sentence and row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.conversation.about_library.naming import spelled
from rag.conversation.about_library.summarize import without_markers
from rag.library.reader import LibraryReader
from rag.text.changes import Piece, align
from rag.text.sentences import sentences
from rag.types import Document, Element, FileRecord

_COMPARED_KINDS = frozenset({"text", "list", "row", "code"})


@dataclass(frozen=True, slots=True)
class DocumentPiece:
    """A sentence, a row or a line of code, with its place in its document."""

    element: Element
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class AlignedDocuments:
    """What two documents have in common, and where they differ."""

    changed: tuple[tuple[DocumentPiece, DocumentPiece], ...]
    only_first: tuple[DocumentPiece, ...]
    only_second: tuple[DocumentPiece, ...]
    equal: tuple[tuple[DocumentPiece, DocumentPiece], ...]


def aligned_documents(first: FileRecord, second: FileRecord, library: LibraryReader) -> AlignedDocuments | None:
    """Return two documents aligned: whole blocks first, then the sentences of those that differ; None for no text."""
    one, other = library.document(first.id), library.document(second.id)
    if one is None or other is None:
        return None
    blocks, others = _blocks(one), _blocks(other)
    by_block = align(_pieces(blocks), _pieces(others))
    same = [(blocks[a], others[b]) for a, b in by_block.equal]
    in_both = ({a for a, _ in by_block.equal}, {b for _, b in by_block.equal})
    left = [piece for at, each in enumerate(blocks) if at not in in_both[0] for piece in _sentences(each, one.language)]
    right = [
        piece for at, each in enumerate(others) if at not in in_both[1] for piece in _sentences(each, other.language)
    ]
    found = align(_pieces(left), _pieces(right))
    same += [(left[a], right[b]) for a, b in found.equal]
    changed = [(left[a], right[b]) for a, b in found.changed]
    return AlignedDocuments(
        tuple(changed),
        tuple(left[at] for at in found.only_first),
        tuple(right[at] for at in found.only_second),
        tuple(same),
    )


def _blocks(document: Document) -> list[DocumentPiece]:
    return [
        DocumentPiece(each, each.start, each.end, text)
        for each in document.elements
        if each.kind in _COMPARED_KINDS and (text := document.text[each.start : each.end]).strip()
    ]


def _sentences(block: DocumentPiece, language: str) -> Iterator[DocumentPiece]:
    """Yield the sentences of a block; a row stays whole, code is read line by line."""
    if block.element.kind == "row":
        yield block
        return
    spans = _lines(block.text) if block.element.kind == "code" else sentences(block.text, language)
    for start, end in spans:
        yield DocumentPiece(block.element, block.start + start, block.start + end, block.text[start:end])


def _lines(code: str) -> Iterator[tuple[int, int]]:
    at = 0
    for line in code.splitlines(keepends=True):
        if line.strip():
            yield at, at + len(line.rstrip("\r\n"))
        at += len(line)


def _pieces(found: Sequence[DocumentPiece]) -> list[Piece]:
    return [Piece(each.text, group_of(each)) for each in found]


def group_of(piece: DocumentPiece) -> str:
    """Return the heading that a piece stands under, without its number; of a row, its first cell."""
    if piece.element.kind == "row":
        return spelled(piece.text.partition(" | ")[0])
    return spelled(without_markers(piece.element.section[-1])) if piece.element.section else ""
