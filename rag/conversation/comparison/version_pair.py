"""Find the two documents that a question compares: by name, by title, by age, or as the two that are chosen.

Two documents are versions of each other where much of the shorter one stands in both. Of those that a description
fits, only versions are taken for what is meant: "the old and the new lease".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from rag.conversation.about_library.listing import DocumentList
from rag.conversation.about_library.naming import described, fitting, named, spelled
from rag.conversation.comparison.version_question import VersionName, VersionQuestion
from rag.text.analyzer import words
from rag.text.document_dates import HEAD_CHARS, DatedDocument, VersionOrder, version_order
from rag.text.patterns import in_any_language
from rag.types import FileRecord

_MIN_VERSION_SHARE = 0.45  # least share of the shorter document's runs of words that stand in another version
_RUN_WORDS = 3
_MAX_VERSION_CHARS = 200_000  # characters of a document that are read to tell whether it is a version of another
_MAX_CANDIDATE_VERSIONS = 8  # documents that are compared with each other to find the versions among them
_CALLED_OLDER, _CALLED_NEWER = (
    re.compile(rf"\b{in_any_language(pieces)}(?!\w)", re.IGNORECASE)
    for pieces in (
        lambda language: language.questions.comparison.older,
        lambda language: language.questions.comparison.newer,
    )
)


@dataclass(frozen=True, slots=True)
class VersionPair:
    """Two documents to compare, the older first where that is told; ``order`` holds their dates."""

    first: FileRecord
    second: FileRecord
    order: VersionOrder | None
    are_versions: bool


@dataclass(frozen=True, slots=True)
class VersionChoice:
    """Documents that could be meant, among which the question does not choose two."""

    records: tuple[FileRecord, ...]


Search = Callable[[str], Sequence[str]]  # words -> ids of the documents nearest to them, best first


def find_versions(
    parsed: VersionQuestion, listing: DocumentList, chosen: Sequence[FileRecord], search: Search
) -> VersionPair | VersionChoice | None:
    """Return the documents that are compared; None where no two are meant.

    ``chosen`` are the documents that the question is put to, where a person has chosen some.
    """
    finder = _VersionFinder(parsed, listing, search)
    if len(chosen) == 2:
        return finder.pair(chosen[0], chosen[1])
    return finder.found()


class _VersionFinder:
    def __init__(self, parsed: VersionQuestion, listing: DocumentList, search: Search) -> None:
        self._parsed = parsed
        self._listing = listing
        self._search = search
        self._runs: dict[str, frozenset[int]] = {}

    def found(self) -> VersionPair | VersionChoice | None:
        sides = self._parsed.sides
        nouns = next((side.nouns for side in sides if side.nouns), ())
        files = [record for side in sides for name in side.files if (record := named(name, self._listing.records))]
        if len(files) == 2 and files[0] != files[1]:
            return self.pair(*files)
        groups = [self._of_side(side, nouns) for side in sides]
        first, second = groups[0], groups[-1]
        if len(first) == len(second) == 1:
            if first != second:
                return self._if_named(first[0], second[0])
            others = self._versions_of(first[0], " ".join(nouns))
            return self._only([(first[0], other) for other in others], explicit=False)
        if len(sides) == 1 and len(first) == 2:
            return self._if_named(*first)
        pairs = [(a, b) for a, b in combinations(_united(first, second), 2) if _joins(a, b, first, second)]
        return self._only([pair for pair in pairs if self._are_versions(*pair)], explicit=self._is_of_documents)

    def pair(self, first: FileRecord, second: FileRecord) -> VersionPair:
        """Return two documents as they are compared: the older first."""
        order = version_order(self._dated(first), self._dated(second))
        are_versions = self._are_versions(first, second)
        if self._is_reversed(first, second, order):
            first, second = second, first
            order = order and VersionOrder(not order.second_is_newer, (order.dates[1], order.dates[0]))
        return VersionPair(first, second, order, are_versions)

    def _if_named(self, first: FileRecord, second: FileRecord) -> VersionPair | None:
        """Return the pair where the two are versions of each other, or where one name or two file names call them.

        Two things whose documents are called like them ("the barge and the cottage") are compared by searching.
        """
        pair, sides = self.pair(first, second), self._parsed.sides
        called = described(" ".join(sides[0].nouns), self._listing.records, self._listing.openings, partly=False)
        is_called = first in called and second in called if len(sides) == 1 else all(side.files for side in sides)
        return pair if pair.are_versions or is_called else None

    def _only(
        self, pairs: Sequence[tuple[FileRecord, FileRecord]], *, explicit: bool
    ) -> VersionPair | VersionChoice | None:
        """Return the pair that is meant: the only one, or the oldest and the newest; else what could be meant."""
        if len(pairs) == 1:
            return self.pair(*pairs[0])
        records = _united(*pairs)
        if not records or not explicit:
            return None
        return VersionChoice(tuple(sorted(records, key=lambda record: record.path)))

    def _of_side(self, side: VersionName, nouns: Sequence[str]) -> list[FileRecord]:
        """Return the documents that a side may mean, fewer where it says which version."""
        if whole := named(side.text, self._listing.records):
            return [whole]
        if by_file := [record for name in side.files if (record := named(name, self._listing.records))]:
            return by_file
        what = " ".join(side.nouns or nouns)
        if not what:
            return []
        found = self._of_years(side, self._called(what))[:_MAX_CANDIDATE_VERSIONS]
        return self._of_age(side, found)

    def _called(self, what: str) -> list[FileRecord]:
        """Return the documents whose name or title holds these words; or those nearest to them."""
        found = fitting(what, self._listing.records, self._listing.openings)
        return found or (self._nearest(what) if self._is_of_documents else [])

    @property
    def _is_of_documents(self) -> bool:
        """Whether the question speaks of versions, so that other words for a document are looked for by meaning."""
        return any(side.is_qualified for side in self._parsed.sides)

    def _nearest(self, what: str) -> list[FileRecord]:
        held = {record.id: record for record in self._listing.records}
        return [held[ident] for ident in dict.fromkeys(self._search(what)) if ident in held]

    def _of_years(self, side: VersionName, found: Sequence[FileRecord]) -> list[FileRecord]:
        """Return the documents that bear the years of a side in their name, or else are dated so."""
        kept = list(found)
        for year in side.years:
            by_name = [record for record in kept if year in record.path or year in self._title(record)]
            kept = by_name or [record for record in kept if year in self._dated(record).head[:HEAD_CHARS]]
        return kept

    def _of_age(self, side: VersionName, found: list[FileRecord]) -> list[FileRecord]:
        """Return the documents called old or new as the side is; or of two the older or the newer one."""
        if side.is_older == side.is_newer:
            return found
        called = [record for record in found if self._is_called(record, older=side.is_older)]
        if called:
            return called
        other = [record for record in found if self._is_called(record, older=side.is_newer)]
        if other and len(other) < len(found):
            return [record for record in found if record not in other]
        like = [pair for pair in combinations(found, 2) if self._are_versions(*pair)]
        if len(like) == 1:
            pair = self.pair(*like[0])
            return [pair.first if side.is_older else pair.second] if pair.order else found
        return found

    def _is_called(self, record: FileRecord, *, older: bool) -> bool:
        called = _CALLED_OLDER if older else _CALLED_NEWER
        return called.search(f"{spelled(record.path)} {self._title(record)}") is not None

    def _is_reversed(self, first: FileRecord, second: FileRecord, order: VersionOrder | None) -> bool:
        """Tell whether the second is the older one: as they are called, or by their dates."""
        if self._is_called(first, older=False) != self._is_called(second, older=False):
            return self._is_called(first, older=False)
        if self._is_called(first, older=True) != self._is_called(second, older=True):
            return self._is_called(second, older=True)
        return order is not None and not order.second_is_newer

    def _versions_of(self, record: FileRecord, what: str) -> list[FileRecord]:
        """Return the other versions of a document, among those of its description or its title."""
        near = [*(self._called(what) if what else ()), *self._nearest(self._title(record) or spelled(record.path))]
        others = [each for each in _united(near) if each != record]
        return [each for each in others[:_MAX_CANDIDATE_VERSIONS] if self._are_versions(record, each)]

    def _are_versions(self, first: FileRecord, second: FileRecord) -> bool:
        one, other = (self._runs_of(record) for record in (first, second))
        return len(one & other) >= _MIN_VERSION_SHARE * max(1, min(len(one), len(other)))

    def _runs_of(self, record: FileRecord) -> frozenset[int]:
        """Return the runs of words of a document, as numbers."""
        if record.id not in self._runs:
            [text] = self._listing.library.texts_between([(record.id, 0, _MAX_VERSION_CHARS)])
            spoken = words(text)
            self._runs[record.id] = frozenset(
                hash(tuple(spoken[at : at + _RUN_WORDS])) for at in range(len(spoken) - _RUN_WORDS + 1)
            )
        return self._runs[record.id]

    def _title(self, record: FileRecord) -> str:
        opening = self._listing.openings.get(record.id)
        return opening.title if opening else ""

    def _dated(self, record: FileRecord) -> DatedDocument:
        opening = self._listing.openings.get(record.id)
        title, head = (opening.title, opening.text) if opening else ("", "")
        return DatedDocument(record.path, title, head, record.stamp.mtime_ns)


def _united(*groups: Sequence[FileRecord]) -> list[FileRecord]:
    return list({record.id: record for group in groups for record in group}.values())


def _joins(one: FileRecord, other: FileRecord, first: Sequence[FileRecord], second: Sequence[FileRecord]) -> bool:
    """Tell whether one of two documents is of the first side and the other of the second."""
    return (one in first and other in second) or (one in second and other in first)
