"""Find the document that is meant by a path, a file's name, a title, or a part of them in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePosixPath

from rag.library.db.opening import DocumentOpening
from rag.text.analyzer import is_stop, romanized, stem, words
from rag.text.languages import known_languages
from rag.types import FileRecord

_MAX_DESCRIPTION_WORDS = 12  # most words of a description of a document
_MIN_NAME_SHARE = 0.5  # least share of a name's or title's words that names it without a word such as "document"


def named(what: str, records: Sequence[FileRecord]) -> FileRecord | None:
    """Return the document whose file is named: by path, name, or name without ending; None for none or several."""
    low = what.lower().strip()
    for key in (
        lambda record: record.source.lower() == low or record.path.lower() == low or record.id == low,
        lambda record: PurePosixPath(record.path).name.lower() == low,
        lambda record: spelled(PurePosixPath(record.path).stem) == spelled(PurePosixPath(low).stem),
    ):
        found = [record for record in records if record.chunks and key(record)]
        if len(found) == 1:
            return found[0]
    return None


def described(
    what: str, records: Sequence[FileRecord], openings: Mapping[str, DocumentOpening], *, partly: bool
) -> list[FileRecord]:
    """Return the documents that ``what`` describes best: whose file name and title hold all of its words.

    Unless ``partly`` these must be half of the name or of the title.
    """
    shares = {
        each: share for each, share in _shares(what, records, openings).items() if partly or share >= _MIN_NAME_SHARE
    }
    best = max(shares.values(), default=0.0)
    return [record for record in records if shares.get(record.id) == best]


def only_described(
    what: str, records: Sequence[FileRecord], openings: Mapping[str, DocumentOpening]
) -> list[FileRecord]:
    """Return the one document whose file name and title hold all words of ``what``; [] for none or several."""
    shares = _shares(what, records, openings)
    return [record for record in records if record.id in shares] if len(shares) == 1 else []


def fitting(
    what: str, records: Sequence[FileRecord], openings: Mapping[str, DocumentOpening], least: float = 0.0
) -> list[FileRecord]:
    """Return the documents whose file name and title hold all words of ``what``, the best described first.

    These are at least the share ``least`` of the name or of the title.
    """
    shares = {ident: share for ident, share in _shares(what, records, openings).items() if share >= least}
    return sorted((record for record in records if record.id in shares), key=lambda record: -shares[record.id])


def _shares(what: str, records: Sequence[FileRecord], openings: Mapping[str, DocumentOpening]) -> dict[str, float]:
    """Return, for each document whose file name and title hold all words of ``what``, what share of them these are."""
    wanted = _keys(what)
    if not wanted or len(wanted) > _MAX_DESCRIPTION_WORDS:
        return {}
    shares: dict[str, float] = {}
    for record in records:
        opening = openings.get(record.id)
        rows = [row for row in (_keys(_words_of(record)), _keys(opening.title if opening else "")) if row]
        if not rows or not all(any(key & other for row in rows for other in row) for key in wanted):
            continue
        shares[record.id] = max(sum(any(key & other for other in row) for key in wanted) / len(row) for row in rows)
    return shares


def in_folder(name: str, records: Sequence[FileRecord]) -> list[FileRecord]:
    """Return the records in the folder of that name, at whatever depth; [] where there is none."""
    wanted = [spelled(part) for part in name.split("/") if spelled(part)]
    found = []
    for record in records:
        parents = [
            spelled(part) for part in (PurePosixPath(record.root).name, *PurePosixPath(record.path).parent.parts)
        ]
        if any(parents[at : at + len(wanted)] == wanted for at in range(len(parents))):
            found.append(record)
    return found if wanted else []


def shown(records: Iterable[FileRecord], among: Sequence[FileRecord]) -> dict[str, str]:
    """Return what each of the records is shown as: its path below the folder that was added.

    Where two have the same path, that folder's name comes before it. Never the absolute path, which says where the
    library's owner keeps it.
    """
    often = Counter(record.path for record in among)
    return {
        record.id: f"{PurePosixPath(record.root).name}/{record.path}" if often[record.path] > 1 else record.path
        for record in records
    }


def spelled(name: str) -> str:
    """Return a name or a heading by its words alone: "La_Panadería!" is "la panadería"."""
    return " ".join(re.split(r"[\W_]+", name.lower())).strip()


def _words_of(record: FileRecord) -> str:
    return spelled(PurePosixPath(record.path).stem)


@lru_cache(maxsize=65536)
def _keys(text: str) -> tuple[frozenset[str], ...]:
    """Each word that says something, by its stems and by how it sounds."""
    found = []
    for word in dict.fromkeys(words(spelled(text))):
        if word.isdecimal() or len(word) < 2 or any(is_stop(word, language) for language in known_languages()):
            continue
        stems = {stem(word, language) for language in known_languages()}
        found.append(frozenset(stems | {romanized(each) for each in stems if len(each) > 2}))
    return tuple(found)
