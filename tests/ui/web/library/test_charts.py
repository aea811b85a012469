"""What is in a library, counted: nothing is lost in a chart, and what is little is taken together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from rag.types import FileRecord, FileStamp, Outcome
from tests.doubles import paper
from ui.web.library.charts import charts, largest, most, totals, years
from ui.web.library.library_views import ChartBar

LIBRARY = Path("/home/ann/.oaken/libraries/default")
YEAR = 365 * 86_400 * 10**9 + 10**15


def records() -> list[FileRecord]:
    named = [("a/1.pdf", "en"), ("a/2.md", "en"), ("b/3.md", "ru"), ("b/4.xyz", "")]
    found = [paper(path, "one", "two", language=language)[0] for path, language in named]
    found = [replace(each, stamp=FileStamp(1_000 * n, n * YEAR)) for n, each in enumerate(found, 1)]
    return [*found[:3], replace(found[3], chunks=0, pages=None, outcome=Outcome.UNSUPPORTED)]


def by_title(rows: Sequence[FileRecord]) -> dict[str, dict[str, str]]:
    return {title: {bar.name: bar.figure for bar in bars} for title, _, bars in charts(rows, LIBRARY)}


def test_totals_and_charts_of_a_small_library() -> None:
    rows = records()
    assert [said for _, said in totals(rows)] == ["3", "6", "6", "10 kB"]
    assert by_title(rows) == {
        "By type": {"Markdown": "2", "PDF": "1", "XYZ": "1"},
        "Size by type": {"Markdown": "5 kB", "XYZ": "4 kB", "PDF": "1 kB"},
        "By folder": {"a": "2", "b": "2"},
        "By language": {"English": "2", "Russian": "1"},
        "By year of the file": {"1971": "1", "1972": "1", "1973": "1", "1974": "1"},
        "By outcome": {"ready": "3", "unsupported": "1"},
    }


def test_a_library_without_text_has_no_chart_of_languages() -> None:
    assert "By language" not in by_title(records()[3:])


@given(st.lists(st.sampled_from("abcdefghijklmnopqrst")))
def test_nothing_is_lost_in_a_chart(names: list[str]) -> None:
    bars = most(names)
    assert sum(bar.size for bar in bars) == len(names) and len(bars) <= 8
    sizes = [bar.size for bar in bars if not bar.is_rest]
    assert sizes == sorted(sizes, reverse=True)
    assert not any(bar.is_rest for bar in bars[:-1])


def test_what_is_little_is_taken_together() -> None:
    bars = largest({f"kind {n}": 1_000 for n in range(20)})
    assert bars[-1] == ChartBar("13 others", 13_000, "13 kB", is_rest=True)


@given(st.lists(st.integers(1970, 2100).map(str) | st.just("")))
def test_years_stand_in_their_order_and_all_files_are_counted(told: list[str]) -> None:
    bars = years(told)
    assert sum(bar.size for bar in bars) == len(told) and len(bars) <= 11
    plain = [bar.name for bar in bars if not bar.is_rest]
    assert plain == sorted(plain)
    if any(bar.name.startswith("until") for bar in bars):
        assert bars[0].name.startswith("until") and bars[0].name[6:] < plain[0]
