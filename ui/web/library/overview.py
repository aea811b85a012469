"""An overview of the library above its parts: how much there is, its themes and languages, what is newest, a picture.

Themes and picture are computed apart from the page, once for each change of the library.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from rag.conversation.about_library.listing import DocumentList
from rag.conversation.about_library.overview import topics
from rag.library.document_map import DocumentMap
from rag.library.library import Library
from rag.types import FileRecord, Outcome
from ui.shared import facets
from ui.shared.formatting import record_name
from ui.shared.i18n import number, tr, trn
from ui.web.background_tasks import BackgroundTask, BackgroundTasks
from ui.web.library import library_views
from ui.web.library.map_chart import OTHER, STYLES

MIN_OVERVIEW_DOCUMENTS = 4  # documents with text below which the list itself is overview enough
_MAX_OVERVIEW_DOCUMENTS = 2_000  # documents with text above which themes and picture would take long
_THEMES_SHOWN = 6
_NEWEST_SHOWN = 3
_LANGUAGES_SHOWN = 4
_POLL_SECONDS = 1.0  # seconds between two looks at what is being computed


@dataclass(frozen=True, slots=True)
class Dot:
    """A document in the picture: its place in percent from the upper left corner, and its theme's colour."""

    x: float
    y: float
    color: str


@dataclass(frozen=True, slots=True)
class Themes:
    """A library's themes, each with its number of documents and its colour, and its picture."""

    named: tuple[tuple[str, int, str], ...]
    dots: tuple[Dot, ...]


@st.cache_resource(show_spinner=False)
def _tasks() -> BackgroundTasks[Themes]:
    return BackgroundTasks()


def show(library: Library, records: Sequence[FileRecord]) -> None:
    """Draw the overview; nothing for a library of a few documents."""
    with_text = [record for record in records if record.chunks and record.outcome is not Outcome.DUPLICATE]
    others = len(records) - len(with_text)
    if len(with_text) < MIN_OVERVIEW_DOCUMENTS:
        return
    task = None
    if len(with_text) <= _MAX_OVERVIEW_DOCUMENTS:
        task = _task(library)
    with st.container(key="overview"):
        _draw(library, with_text, others)
        if task is not None and not task.over:
            _wait(task)


def _task(library: Library) -> BackgroundTask[Themes] | None:
    key = str(library.folder)
    if _tasks().last(key) is not None and library.holder():  # during an ingest the library changes with each file
        return None
    return _tasks().begin(key, library.ledger.last_change(), lambda: themes_of(library))


@st.fragment(run_every=_POLL_SECONDS)
def _wait(task: BackgroundTask[Themes]) -> None:
    if task.over:
        st.rerun()


def _draw(library: Library, records: Sequence[FileRecord], others: int) -> None:
    found = _tasks().last(str(library.folder))
    facts = [*counts(len(records), others), languages_line(records)]
    newest = ", ".join(record_name(record) for record in newest_of(records))
    st.html(
        library_views.overview(
            " · ".join(filter(None, facts)),
            [(name, number(count), color) for name, count, color in found.named] if found else [],
            tr("Newest: {names}", names=newest),
            [(dot.x, dot.y, dot.color) for dot in found.dots] if found else [],
        )
    )


def counts(documents: int, others: int) -> list[str]:
    """Return how many documents there are, and how many ``others`` of the files are none: without text, or copies."""
    held = [trn(documents, "{n} document", "{n} documents")]
    return (
        [*held, trn(others, "{n} file without text of its own", "{n} files without text of their own")]
        if others
        else held
    )


def languages_line(records: Sequence[FileRecord]) -> str:
    """Return the languages of these documents in a row, the most frequent first."""
    counted = Counter(record.language for record in records if record.language)
    named = [facets.language_name(code) for code, _ in counted.most_common(_LANGUAGES_SHOWN)]
    if (more := len(counted) - len(named)) > 0:
        named.append(trn(more, "and {n} more", "and {n} more"))
    return ", ".join(named)


def newest_of(records: Sequence[FileRecord]) -> list[FileRecord]:
    """Return the documents that were added last, the newest first."""
    return sorted(records, key=lambda record: (record.ingested_at, record.stamp.mtime_ns), reverse=True)[:_NEWEST_SHOWN]


def themes_of(library: Library) -> Themes:
    """Return a library's themes and its picture. Takes seconds for a large one."""
    listing = DocumentList(library)
    found = topics(library, listing.records, listing.openings)
    colors: dict[str, str] = {}
    named: list[tuple[str, int, str]] = []
    for topic in found:
        color = STYLES[len(named)][0] if topic.words and len(named) < min(_THEMES_SHOWN, len(STYLES)) else OTHER[0]
        if color != OTHER[0]:
            named.append((", ".join(topic.words), len(topic.records), color))
        colors |= {record.id: color for record in topic.records}
    return Themes(tuple(named), dots_of(DocumentMap.of(library.ledger), colors))


def dots_of(document_map: DocumentMap, colors: Mapping[str, str]) -> tuple[Dot, ...]:
    """Return the map's documents as dots."""
    return tuple(
        Dot(round(50 + 46 * float(x), 1), round(50 - 46 * float(y), 1), colors.get(each, OTHER[0]))
        for each, (x, y) in zip(document_map.document_ids, document_map.positions, strict=True)
    )
