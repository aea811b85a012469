"""Look up a library's records by path and by content: which file is unchanged, moved, a copy, or to be read again.

Looks at names, stamps and hashes; reads no file and writes nothing. Thread-safe.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from enum import Enum
from pathlib import Path, PurePath

from ingest.discover import FoundFile
from ingest.fingerprint import reader_fingerprint
from ingest.readers.shared.external_programs import programs_now_installed
from rag.messages import Message
from rag.types import FileRecord, FileStamp, Outcome, is_elsewhere

OUTCOMES_WITH_CHUNKS = frozenset({Outcome.INDEXED, Outcome.MOVED, Outcome.DUPLICATE})
_BY_NAME_AND_SIZE = frozenset({Outcome.UNSUPPORTED, Outcome.TOO_LARGE})  # decided without opening the file


class ContentClaim(Enum):
    """What to do with a file whose content no record has."""

    READ = "read"
    WAIT = "wait"  # another file of the same content is being read: its outcome decides


def was_read_whole(record: FileRecord) -> bool:
    """Tell whether all of the file was read; the reason of an indexed one says what was not."""
    return record.outcome in OUTCOMES_WITH_CHUNKS and not (record.outcome is Outcome.INDEXED and record.reason)


class ContentIndex:
    """The records of a library while a run changes it.

    ``retry_incomplete``: files without text are tried again; ``read_again``: ids of documents that are re-read in any
    case.
    """

    def __init__(
        self, records: Iterable[FileRecord], *, retry_incomplete: bool = False, read_again: Collection[str] = ()
    ) -> None:
        records = list(records)
        self.records: dict[str, FileRecord] = {}
        self._retry_incomplete = retry_incomplete
        self._read_again = frozenset(read_again)
        # A copy of a re-read document must not stand in for it.
        self._read_again_content = {each.stamp.content_hash for each in records if each.id in self._read_again} - {""}
        self._by_content: dict[str, dict[str, None]] = defaultdict(dict)
        # by name, size and time: no content known
        self._unhashed: dict[tuple[str, int, int], list[str]] = defaultdict(list)
        self._being_read: dict[tuple[str, str], list[FoundFile]] = {}
        self._languages: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)  # of the documents in each folder
        self._lock = threading.Lock()
        for record in records:
            self.add(record)

    def record_of(self, file: FoundFile) -> FileRecord | None:
        """Return the record of the file's path."""
        return self.records.get(file.id)

    def add(self, record: FileRecord) -> None:
        """Note that a record was written."""
        with self._lock:
            self._forget(record.id)
            self.records[record.id] = record
            self._languages[_folder(record)][record.language] += 1
            if record.stamp.content_hash:
                self._by_content[record.stamp.content_hash][record.id] = None
            elif record.outcome not in OUTCOMES_WITH_CHUNKS:
                self._unhashed[_unhashed_key(record)].append(record.id)

    def remove(self, record_id: str) -> None:
        """Note that a record was removed."""
        with self._lock:
            self._forget(record_id)

    def is_settled(self, record: FileRecord, stamp: FileStamp) -> bool:
        """Tell whether the record covers a file with this stamp (hash or not), so that it need not be read again."""
        before, now = record.stamp, stamp
        if now.content_hash:
            same = before.content_hash == now.content_hash
        else:
            known = bool(before.content_hash) or record.outcome in _BY_NAME_AND_SIZE
            same = known and (before.size, before.mtime_ns) == (now.size, now.mtime_ns)
        return same and not self._is_to_be_read_again(record)

    def claim(self, file: FoundFile, stamp: FileStamp) -> ContentClaim | FileRecord:
        """Return the record that the file is a copy of, or who is to read its content.

        A file that is to be read must be reported with :meth:`done`, whatever becomes of it.
        """
        key = (stamp.content_hash, _suffix(file.path))
        with self._lock:
            twins = [
                other
                for other in self._same_content(stamp.content_hash, file.id)
                if _suffix(other.path) == key[1] and not self._is_to_be_read_again(other)
            ]
            if twins:
                return _moved_from(twins, file.path) or twins[0]
            if key in self._being_read:
                self._being_read[key].append(file)
                return ContentClaim.WAIT
            self._being_read[key] = []
            return ContentClaim.READ

    def done(self, file: FoundFile, stamp: FileStamp) -> list[FoundFile]:
        """Return the files that waited for this one, which was read and written."""
        with self._lock:
            return self._being_read.pop((stamp.content_hash, _suffix(file.path)), [])

    def classify_copy(self, record: FileRecord) -> tuple[Outcome, str, FileRecord | None]:
        """Return whether another document has the same content: moved from there (that record), a copy, or neither."""
        with self._lock:
            others = [
                o for o in self._same_content(record.stamp.content_hash, record.id) if o.outcome in OUTCOMES_WITH_CHUNKS
            ]
        before = _moved_from(others, record.path)
        if before is not None:
            return Outcome.MOVED, Message("moved from {file}", file=before.source), before
        if others:
            return Outcome.DUPLICATE, _copy_of(others[0]), None
        return Outcome.INDEXED, "", None

    def left_behind(self, record: FileRecord) -> list[FileRecord]:
        """Return records of files without text that are gone and seem to be this one before it was moved."""
        if record.outcome in OUTCOMES_WITH_CHUNKS:
            return []
        with self._lock:
            known = list(self._by_content.get(record.stamp.content_hash, ())) if record.stamp.content_hash else []
            ids = [*known, *self._unhashed.get(_unhashed_key(record), [])]
            others = [self.records[i] for i in ids if i != record.id and i in self.records]
        return [other for other in others if other.outcome not in OUTCOMES_WITH_CHUNKS and is_gone(other)]

    def _same_content(self, content_hash: str, excluded: str) -> Iterator[FileRecord]:
        for other in self._by_content.get(content_hash, ()) if content_hash else ():
            if other != excluded:
                yield self.records[other]

    def language_of_folder(self, record: FileRecord) -> str:
        """Return the language of most documents in a file's folder; "" where none has one."""
        with self._lock:
            found = self._languages[_folder(record)]
            return max((code for code, count in found.items() if code and count > 0), key=found.__getitem__, default="")

    def _is_to_be_read_again(self, record: FileRecord) -> bool:
        if record.id in self._read_again or record.stamp.content_hash in self._read_again_content:
            return True
        if was_read_whole(record):
            return False
        return (
            self._retry_incomplete
            or record.reader_fingerprint != reader_fingerprint()
            or programs_now_installed(record.reason)
        )

    def _forget(self, record_id: str) -> None:
        record = self.records.pop(record_id, None)
        if record is not None:
            self._languages[_folder(record)][record.language] -= 1
        if record is not None and record.stamp.content_hash:
            self._by_content[record.stamp.content_hash].pop(record_id, None)


def may_be_read_now(record: FileRecord) -> bool:
    """Tell whether another try may give a file's text.

    Not where the same file has none, is locked or too large, unless a program was installed since that reads it.
    """
    if record.outcome is Outcome.FAILED or programs_now_installed(record.reason):
        return True
    try:
        return not record.stamp.may_be_of(Path(record.source).stat())
    except (OSError, ValueError):
        return False


def _folder(record: FileRecord) -> tuple[str, str]:
    return record.root, PurePath(record.path).parent.as_posix()


def repair_duplicates(records: Iterable[FileRecord], order: Mapping[str, int] | None = None) -> list[FileRecord]:
    """Return the records that must change for copies to be correct.

    A copy whose original is gone becomes a document of its own, and the others name one that exists. ``order`` numbers
    documents stored in one run, where the lowest is the original.
    """
    order = order or {}
    groups: dict[str, list[FileRecord]] = defaultdict(list)
    for record in records:
        if record.outcome in OUTCOMES_WITH_CHUNKS and record.stamp.content_hash:
            groups[record.stamp.content_hash].append(record)
    changed = []
    for group in groups.values():
        group.sort(key=lambda record: (record.outcome is Outcome.DUPLICATE, record.source))
        first = group[0]
        if first.id in order and first.outcome is not Outcome.MOVED:
            first = min((each for each in group if each.id in order), key=lambda each: order[each.id])
        if first.outcome is Outcome.DUPLICATE:
            remark = next((each.reason for each in group if each.outcome is Outcome.INDEXED), "")
            changed.append(replace(first, outcome=Outcome.INDEXED, reason=remark))
        for copy in group:
            is_copy = copy.outcome is Outcome.DUPLICATE or (copy.id in order and copy.outcome is Outcome.INDEXED)
            if copy is not first and is_copy and copy.reason != _copy_of(first):
                changed.append(replace(copy, outcome=Outcome.DUPLICATE, reason=_copy_of(first)))
    return changed


def is_gone(record: FileRecord) -> bool:
    """Tell whether the file is certainly gone; an unreadable folder does not say, and another machine's is not here."""
    if is_elsewhere(record.root):
        return False
    try:
        Path(record.root, record.path).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _moved_from(others: Iterable[FileRecord], path: str) -> FileRecord | None:
    """Return which of these documents of equal content was moved to ``path``; None where all their files exist.

    Of several, one of the same name is preferred.
    """
    gone = [other for other in others if is_gone(other)]
    return min(gone, key=lambda other: Path(other.path).name != Path(path).name, default=None)


def _copy_of(record: FileRecord) -> str:
    return Message("the same content as {file}", file=record.source)


def _suffix(path: str) -> str:
    return Path(path).suffix.lower()


def _unhashed_key(record: FileRecord) -> tuple[str, int, int]:
    return Path(record.path).name, record.stamp.size, record.stamp.mtime_ns
