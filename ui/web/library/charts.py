"""Statistics of a library: by type, language, folder, year and outcome; its pages, passages and size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path

import streamlit as st

from rag.library.library import Library
from rag.types import FileRecord
from ui.shared import facets
from ui.shared.i18n import file_size, number, tr, trn
from ui.web import html_views
from ui.web.browser import zone
from ui.web.library import library_views
from ui.web.library.library_views import ChartBar

_MAX_BARS = 8  # bars of a chart
_MAX_YEARS = 10


def show(library: Library) -> None:
    """Draw them."""
    records = library.records()
    if not records:
        st.html(html_views.quiet(tr("There is nothing to count yet.")))
        return
    st.html(library_views.figures(totals(records)))
    st.html(library_views.charts(charts(records, library.folder, zone())))


def totals(records: Sequence[FileRecord]) -> list[tuple[str, str]]:
    """Return the library's totals as (name, figure)."""
    return [
        (tr("Documents with text"), number(sum(1 for record in records if record.chunks))),
        (tr("Pages"), number(sum(record.pages or 0 for record in records))),
        (tr("Passages"), number(sum(record.chunks for record in records))),
        (tr("Size of the files"), file_size(sum(record.stamp.size for record in records))),
    ]


def charts(
    records: Sequence[FileRecord], library: Path, zone: tzinfo | None = None
) -> list[tuple[str, str, Sequence[ChartBar]]]:
    """Return each chart as title, what it counts, bars. A chart of one bar would say nothing and is left out."""
    with_text = [record for record in records if record.chunks]
    folders = facets.folders(records, library)
    sizes: Counter[str] = Counter()
    for record in records:
        sizes[facets.kind(record)] += record.stamp.size
    counted = tr("number of documents")
    drawn = [
        (tr("By type"), counted, most(facets.kind(record) for record in records)),
        (tr("Size by type"), tr("size of the files"), largest(sizes)),
        (tr("By folder"), counted, most(folders[record.id] for record in records)),
        (tr("By language"), counted, most(facets.language(record) for record in with_text)),
        (tr("By year of the file"), counted, years([facets.year(record, zone) for record in records])),
        (tr("By outcome"), counted, most(html_views.outcome_name(record.outcome.value) for record in records)),
    ]
    return [(title, what, bars) for title, what, bars in drawn if len(bars) > 1]


def most(names: Iterable[str]) -> list[ChartBar]:
    """Return a bar for each of the most frequent names, the others combined in one."""
    return _longest(Counter(names), lambda count: number(count))


def largest(sizes: Mapping[str, int]) -> list[ChartBar]:
    """Return a bar for each of the largest sizes in bytes, the others combined in one."""
    return _longest(sizes, file_size)


def _longest(sizes: Mapping[str, int], format_size: Callable[[int], str]) -> list[ChartBar]:
    ordered = sorted(sizes.items(), key=lambda each: (-each[1], each[0]))
    shown = ordered if len(ordered) <= _MAX_BARS else ordered[: _MAX_BARS - 1]
    bars = [ChartBar(name, size, format_size(size)) for name, size in shown]
    if others := ordered[len(shown) :]:
        rest = sum(size for _, size in others)
        bars.append(ChartBar(trn(len(others), "{n} other", "{n} others"), rest, format_size(rest), is_rest=True))
    return bars


def years(names: Sequence[str]) -> list[ChartBar]:
    """Return a bar for each of the last years that have documents, in order, the earlier ones combined."""
    counted = Counter(year for year in names if year)
    known = sorted(counted, key=int)
    cut = len(known) - _MAX_YEARS + 1 if len(known) > _MAX_YEARS else 0
    early, late = known[:cut], known[cut:]
    bars = [ChartBar(year, counted[year], number(counted[year])) for year in late]
    if early:
        before = sum(counted[year] for year in early)
        bars.insert(0, ChartBar(tr("until {year}", year=early[-1]), before, number(before), is_rest=True))
    if unknown := sum(not year for year in names):
        bars.append(ChartBar(tr("unknown"), unknown, number(unknown), is_rest=True))
    return bars
