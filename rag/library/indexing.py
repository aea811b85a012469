"""Say how many of the documents that were searched are found by their words alone, as their vectors are yet to come."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Sequence

from rag.errors import LibraryError
from rag.library.reader import LibraryReader
from rag.messages import Message
from rag.types import AnswerVerdict, FileRecord, Indexing

_ASKED_DOCUMENTS = 3  # documents found for a question whose folders are embedded first


def indexing_state(
    library: LibraryReader, chosen: Callable[[Sequence[FileRecord]], Collection[str] | None], found: Sequence[str]
) -> Indexing | None:
    """Return how many of the documents searched wait for vectors; None where none does.

    ``chosen`` gives the ids of those that are searched, None for all. ``found`` are the ids of the documents that a
    question found, best first: their folders get their vectors first.
    """
    waiting = library.pending().documents
    if not waiting:
        return None
    asked = [each for each in dict.fromkeys(found) if each in waiting][:_ASKED_DOCUMENTS]
    if asked:
        with contextlib.suppress(LibraryError):  # it cannot be written: the order stays as it is
            library.note_asked(asked)
    records = library.records()
    among = chosen(records)
    searched = {each.id for each in records if each.chunks and (among is None or each.id in among)}
    left = len(searched & waiting)
    return Indexing(left, len(searched)) if left else None


def indexing_note(indexing: Indexing | None, verdict: AnswerVerdict) -> str:
    """Return the sentence on that where it matters: a sure answer needs no more vectors."""
    if indexing is None or verdict is AnswerVerdict.ANSWERED:
        return ""
    return Message(
        "{waiting} of {documents} documents are still being indexed for meaning: so far only their words are found.",
        waiting=indexing.waiting,
        documents=indexing.documents,
    )
