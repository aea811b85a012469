"""Name documents and where they are: copies that dropping made, the sample, and a person's own folders.

No full path is shown unless it is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from ingest.web.store import KeptPage, kept_pages
from rag.settings import UPLOADS_FOLDER
from rag.types import Answer, Citation, Claim, FileRecord, Passage, is_address
from ui.shared.formatting import file_name, in_archive, one_line
from ui.shared.i18n import tr

if TYPE_CHECKING:
    from rag.library.reader import LibraryReader

Placed = TypeVar("Placed", Citation, Passage)


def sample_folder() -> Path:
    """Return the folder of the sample documents: in the installed package, or in the repository."""
    packed = Path(__file__).resolve().parents[1] / "sample"
    return packed if packed.is_dir() else packed.parents[1] / "data" / "library"


def folder_names(library: Path) -> Callable[[str], str]:
    """Return a function that names the folders of the documents of the library in that folder."""
    known = {
        Path(os.path.realpath(library / UPLOADS_FOLDER)).as_posix(): tr("Dropped here"),
        Path(os.path.realpath(sample_folder())).as_posix(): tr("Sample"),
    }

    def name(folder: str) -> str:
        for place, words in known.items():
            if folder == place or folder.startswith(f"{place}/"):
                return one_line(words + folder[len(place) :])
        return one_line(folder)

    return name


def place_names(roots: Collection[str], library: Path) -> Callable[[str], str]:
    """Return a function that names a folder by its place below the one of ``roots`` that was added: "papers/2024"."""
    names = root_names(sorted(set(roots)), library)

    def name(folder: str) -> str:
        within = [root for root in names if f"{folder.rstrip('/')}/".startswith(f"{root.rstrip('/')}/")]
        if not within:
            return one_line(folder)
        root = max(within, key=len)
        below = folder[len(root) :].strip("/")
        return one_line(f"{names[root].rstrip('/')}/{below}" if below else names[root])

    return name


def root_names(roots: Sequence[str], library: Path) -> dict[str, str]:
    """Name each root by the last part of its path; where two share it, by more parts."""
    known = folder_names(library)
    names: dict[str, str] = {}
    for root in roots:
        if (name := known(root)) != one_line(root):
            names[root] = name
            continue
        parts = PurePosixPath(root).parts
        others = [PurePosixPath(other).parts for other in roots if other != root]
        many = 1
        while many < len(parts) and any(other[-many:] == parts[-many:] for other in others):
            many += 1
        names[root] = "/".join(parts[-many:]).lstrip("/") or "/"
    return names


@dataclass(frozen=True, slots=True)
class DocumentName:
    """A document's title ("" without one), and its path below the folder that was added, which begins with its name.

    A web page's place is its address, and ``fetched`` the day on which it was fetched (2026-12-01). ``library`` is the
    name of its library, where several are asked at once.
    """

    title: str
    place: str
    library: str = ""
    fetched: str = ""

    @property
    def cited(self) -> str:
        """The place as a citation names it: with its library, and the day that a web page was fetched."""
        place = tr("{address} (fetched {day})", address=self.place, day=self.fetched) if self.fetched else self.place
        return f"{self.library}: {place}" if self.library else place

    def row(self) -> dict[str, str]:
        """Return the fields for JSON."""
        own = {"title": self.title, "place": self.place} | ({"fetched": self.fetched} if self.fetched else {})
        return own | {"library": self.library} if self.library else own


class DocumentNames:
    """Names the documents of a library, each looked up once. With ``paths`` a place is the full path.

    Of several libraries each place begins with its library's name. A document that is no longer held is named by its
    file.
    """

    def __init__(self, library: LibraryReader, *, paths: bool = False) -> None:
        self._library = library
        self._paths = paths
        self._known: dict[str, DocumentName] = {}
        self._pages: dict[Path, dict[str, KeptPage]] = {}  # by a library's folder

    def of(self, documents: Iterable[tuple[str, str]]) -> dict[str, DocumentName]:
        """Return the name of each (document id, source), by id."""
        sources = dict(documents)
        if unknown := sources.keys() - self._known.keys():
            self._learn(self._library.records_of(unknown).values())
        return {each: self._known.get(each, DocumentName("", file_name(source))) for each, source in sources.items()}

    def of_records(self, records: Iterable[FileRecord]) -> dict[str, DocumentName]:
        """Return the name of each record, by id."""
        records = list(records)
        self._learn(record for record in records if record.id not in self._known)
        return {record.id: self._known[record.id] for record in records}

    def _learn(self, records: Iterable[FileRecord]) -> None:
        by_id = {record.id: record for record in records}
        if not by_id:
            return
        titles = self._library.titles(by_id.keys())
        places = {each.folder: place_names(each.roots(), each.folder) for each in self._library.libraries}
        several = len(places) > 1
        for each, record in by_id.items():
            title = one_line(titles.get(each, ""))
            folder = self._library.library_of(each).folder
            name = folder.name if several else ""
            if is_address(record.source):
                self._known[each] = DocumentName(title, one_line(record.source), name, self._fetched(folder, record))
                continue
            path = Path(record.root if self._paths else places[folder](record.root), record.path)
            self._known[each] = DocumentName(title, one_line(path.as_posix()), name)

    def _fetched(self, folder: Path, record: FileRecord) -> str:
        """Return the day on which a web page was fetched; "" where this machine does not keep it."""
        if folder not in self._pages:
            self._pages[folder] = kept_pages(folder)
        page = self._pages[folder].get(record.source)
        return page.day if page is not None and page.sha256 == record.stamp.content_hash else ""

    def answer(self, answer: Answer) -> Answer:
        """Return the answer with each source by its place, below its title; for showing it, not for keeping it."""
        claims = [(*claim.citations, *claim.conflict) for claim in answer.claims]
        cited = [*answer.quotes, *(each for found in claims for each in found), *filter(None, [answer.short])]
        documents = [(each.document_id, each.source) for each in cited]
        names = self.of([*documents, *((each.document_id, each.source) for each in answer.passages)])

        def citations(found: Iterable[Citation]) -> tuple[Citation, ...]:
            return tuple(_named(each, names) for each in found)

        def claim(each: Claim) -> Claim:
            return replace(each, citations=citations(each.citations), conflict=citations(each.conflict))

        return replace(
            answer,
            quotes=citations(answer.quotes),
            claims=tuple(map(claim, answer.claims)),
            passages=tuple(_named(each, names) for each in answer.passages),
            short=_named(answer.short, names) if answer.short is not None else None,
        )

    def passages(self, found: Iterable[Passage]) -> list[Passage]:
        """Return the passages with each source by its place, below its title."""
        found = list(found)
        names = self.of((each.document_id, each.source) for each in found)
        return [_named(each, names) for each in found]

    def in_json(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return the JSON value with ``title`` and ``place`` beside each document's ``source`` and id."""
        names = self.of(_documents_in(value))
        return {key: _with_names(each, names) for key, each in value.items()} | _name_of(value, names)


def _named(each: Placed, names: dict[str, DocumentName]) -> Placed:
    name = names[each.document_id]
    section: tuple[str, ...] = each.section
    is_member = in_archive(each.source, section)[1] != section  # its first heading is a file's name
    if name.title and name.title not in map(one_line, section) and not is_member:
        section = (name.title, *section)
    return replace(each, source=name.cited, section=section)


def _is_document(value: dict[str, Any]) -> bool:
    return isinstance(value.get("document_id"), str) and isinstance(value.get("source"), str)


def _documents_in(value: Any) -> Iterable[tuple[str, str]]:
    if isinstance(value, dict):
        if _is_document(value):
            yield value["document_id"], value["source"]
        for each in value.values():
            yield from _documents_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _documents_in(each)


def _with_names(value: Any, names: dict[str, DocumentName]) -> Any:
    if isinstance(value, list):
        return [_with_names(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    return {key: _with_names(each, names) for key, each in value.items()} | _name_of(value, names)


def _name_of(value: dict[str, Any], names: dict[str, DocumentName]) -> dict[str, Any]:
    return names[value["document_id"]].row() if _is_document(value) else {}
