"""The documents that a question about the library may be about, and which one it means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from rag.conversation.about_library.library_questions import LibraryQuestion
from rag.conversation.about_library.naming import described, in_folder, named, only_described, shown, spelled
from rag.conversation.about_library.summarize import sentences_under
from rag.library.db.opening import DocumentOpening
from rag.library.reader import LibraryReader
from rag.types import FileRecord, Outcome

_MAX_CHOICES = 6  # documents among which a person is asked to choose


@dataclass(frozen=True, slots=True)
class DocumentQuestion:
    """The target of a question about one document: the document or the candidates, and a section's heading if asked."""

    records: tuple[FileRecord, ...]
    heading: str = ""


class DocumentList:
    """The documents that are spoken of: those of the library that have text, each once."""

    def __init__(self, library: LibraryReader, among: set[str] | None = None) -> None:
        self.library = library
        self.all = [each for each in library.records() if among is None or each.id in among]
        self.records = [each for each in self.all if each.chunks and each.outcome is not Outcome.DUPLICATE]
        self.names = shown(self.all, self.all)
        self._openings: dict[str, DocumentOpening] | None = None

    @property
    def unread(self) -> list[FileRecord]:
        """The files that gave no text."""
        return [each for each in self.all if not each.chunks and each.outcome is not Outcome.DUPLICATE]

    @property
    def openings(self) -> Mapping[str, DocumentOpening]:
        """How each document begins."""
        if self._openings is None:
            self._openings = self.library.openings()
        return self._openings

    def called(self, document_id: str) -> str:
        """Return a document's title and the words of its file's name."""
        opening, name = self.openings.get(document_id), self.names.get(document_id, "")
        return " ".join(filter(None, (opening.title if opening else "", spelled(PurePosixPath(name).stem))))

    def matching(self, parsed: LibraryQuestion) -> list[FileRecord] | None:
        """Return the documents of the type, folder and language that were named; None where there is no such folder."""
        endings = set(filter(None, parsed.type.split(",")))
        pool = self.unread if parsed.kind == "unread" else self.records
        found = [each for each in pool if not endings or PurePosixPath(each.path).suffix.lower() in endings]
        found = [each for each in found if not parsed.written_in or each.language == parsed.written_in]
        if not parsed.folder:
            return found
        inside = {each.id for each in in_folder(parsed.folder, self.all)}
        return [each for each in found if each.id in inside] if inside else None


def match_documents(parsed: LibraryQuestion, listing: DocumentList, last: Callable[[], str]) -> DocumentQuestion:
    """Which document is asked about. ``last`` gives the id of the one last spoken of, or ""."""
    if parsed.this:
        only = listing.records[0].id if len(listing.records) == 1 else last()
        return DocumentQuestion(tuple(each for each in listing.records if each.id == only), _heading(parsed))
    with_text = [each for each in listing.all if each.chunks]
    if (record := named(parsed.file, with_text)) is not None:
        return DocumentQuestion((record,), _heading(parsed))
    if (part := _section_of(parsed, listing, with_text)) is not None:
        return part
    if is_file_name(parsed.file):
        return DocumentQuestion(())
    found = described(parsed.file, listing.records, listing.openings, partly=parsed.named_explicitly)
    if not found and parsed.kind in ("summary", "section"):  # only a document can be summarised
        found = only_described(parsed.file, listing.records, listing.openings)
    return DocumentQuestion(tuple(found) if len(found) <= _MAX_CHOICES else (), _heading(parsed))


def _heading(parsed: LibraryQuestion) -> str:
    return parsed.what if parsed.kind in ("section", "says") else ""


def _section_of(
    parsed: LibraryQuestion, listing: DocumentList, matching: Sequence[FileRecord]
) -> DocumentQuestion | None:
    """Return the document and the heading in "the section Fares of tram.md"."""
    if parsed.kind != "summary":
        return None
    name_words = parsed.file.split()
    for at in range(1, len(name_words) - 1):
        record = named(" ".join(name_words[at + 1 :]), matching)
        if record is None:
            continue
        sections = {section for section, _, _ in listing.library.prose_spans(record.id)}
        for first in range(at):
            heading = " ".join(name_words[first:at]).strip("“”«»\"'")
            if any(sentences_under(section, heading) for section in sections):
                return DocumentQuestion((record,), heading)
    return None


def is_file_name(text: str) -> bool:
    """Whether words look like the name of a file: one word with an ending."""
    return " " not in text and 0 < len(PurePosixPath(text).suffix) <= 6 and PurePosixPath(text).stem != ""
