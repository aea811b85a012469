"""What is in a library, counted: by type, language, folder, year and outcome; its pages, passages and size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path

import streamlit as st

from rag.library.library import Library
from rag.model.files.store import in_units
from rag.types import FileRecord
from ui.shared import facets
from ui.shared.i18n import tr, trn
from ui.web import html_views
from ui.web.library import html_views as library_views
from ui.web.library.html_views import ChartBar
from ui.web.timezone import zone

_MAX_BARS = 8  # bars of a chart
_YEARS = 10


def show(library: Library) -> None:
    """Draw them."""
    records = library.records()
    if not records:
        st.html(html_views.quiet(tr("There is nothing to count yet.")))
        return
    st.html(library_views.figures(totals(records)))
    st.html(library_views.charts(charts(records, library.folder, zone())))


def totals(records: Sequence[FileRecord]) -> list[tuple[str, str]]:
    """The library in a few figures."""
    return [
        (tr("Documents with text"), f"{sum(1 for record in records if record.chunks):,}"),
        (tr("Pages"), f"{sum(record.pages or 0 for record in records):,}"),
        (tr("Passages"), f"{sum(record.chunks for record in records):,}"),
        (tr("Size of the files"), in_units(sum(record.stamp.size for record in records))),
    ]


def charts(
    records: Sequence[FileRecord], library: Path, zone: tzinfo | None = None
) -> list[tuple[str, str, Sequence[ChartBar]]]:
    """Each chart: its title, what it counts, its bars. One that would say nothing is left out."""
    held = [record for record in records if record.chunks]
    folders = facets.folders(records, library)
    sizes: Counter[str] = Counter()
    for record in records:
        sizes[facets.kind(record)] += record.stamp.size
    counted = tr("number of documents")
    drawn = [
        (tr("By type"), counted, most(facets.kind(record) for record in records)),
        (tr("Size by type"), tr("size of the files"), largest(sizes)),
        (tr("By folder"), counted, most(folders[record.id] for record in records)),
        (tr("By language"), counted, most(facets.language(record) for record in held)),
        (tr("By year of the file"), counted, years([facets.year(record, zone) for record in records])),
        (tr("By outcome"), counted, most(html_views.outcome_name(record.outcome.value) for record in records)),
    ]
    return [(title, what, bars) for title, what, bars in drawn if bars]


def most(names: Iterable[str]) -> list[ChartBar]:
    """A bar for each of the most frequent names, the others together in one."""
    return _longest(Counter(names), lambda count: f"{count:,}")


def largest(sizes: Mapping[str, int]) -> list[ChartBar]:
    """The same of bytes."""
    return _longest(sizes, in_units)


def _longest(sizes: Mapping[str, int], said: Callable[[int], str]) -> list[ChartBar]:
    ordered = sorted(sizes.items(), key=lambda each: (-each[1], each[0]))
    shown = ordered if len(ordered) <= _MAX_BARS else ordered[: _MAX_BARS - 1]
    bars = [ChartBar(name, size, said(size)) for name, size in shown]
    if others := ordered[len(shown) :]:
        rest = sum(size for _, size in others)
        bars.append(ChartBar(trn(len(others), "{n} other", "{n} others"), rest, said(rest), rest=True))
    return bars


def years(told: Sequence[str]) -> list[ChartBar]:
    """A bar for each of the last years, in their order, the earlier ones together; those without any are left out."""
    counted = Counter(year for year in told if year)
    known = sorted(counted, key=int)
    cut = len(known) - _YEARS + 1 if len(known) > _YEARS else 0
    early, late = known[:cut], known[cut:]
    bars = [ChartBar(year, counted[year], f"{counted[year]:,}") for year in late]
    if early:
        before = sum(counted[year] for year in early)
        bars.insert(0, ChartBar(tr("until {year}", year=early[-1]), before, f"{before:,}", rest=True))
    if unknown := sum(not year for year in told):
        bars.append(ChartBar(tr("unknown"), unknown, f"{unknown:,}", rest=True))
    return bars
