"""What is newer is told by names first, then by titles and first lines, and by the files' dates at last."""

from __future__ import annotations

import pytest

from rag.text.document_dates import DatedDocument, version_order

DAY = 86_400 * 10**9


@pytest.mark.parametrize(
    ("first", "second", "second_is_newer", "dates"),
    [
        (("lease_2021.md", "", "On 1 May 2021"), ("lease_2024.md", "", "1 March 2024"), True, "2021-05-01 2024-03-01"),
        (("minutes 2023-12-13.md", "", ""), ("minutes 2023-06-14.md", "", ""), False, "2023-12-13 2023-06-14"),
        (("a.md", "Rules of 2019", ""), ("b.md", "Rules of 2022", ""), True, "2019 2022"),
        (("a.md", "", "Berlin, 3. Mai 2020\nText"), ("b.md", "", "Berlin, 4. Mai 2020"), True, "2020-05-03 2020-05-04"),
        (("a.md", "", "Born 1980.\nDated 5 June 2021"), ("b.md", "", "6 июня 2021 г."), True, "2021-06-05 2021-06-06"),
    ],
)  # fmt: skip
def test_the_newer_one_and_its_date(
    first: tuple[str, str, str], second: tuple[str, str, str], second_is_newer: bool, dates: str
) -> None:
    order = version_order(DatedDocument(*first, 0), DatedDocument(*second, 0))
    assert order is not None and order.second_is_newer is second_is_newer
    assert order.dates == tuple(dates.split())


def test_files_tell_an_order_where_nothing_else_does() -> None:
    old, new = DatedDocument("a.md", "", "", 10 * DAY), DatedDocument("b.md", "", "", 20 * DAY)
    order = version_order(old, new)
    assert order is not None and order.second_is_newer and order.dates == ("1970-01-11", "1970-01-21")
    assert version_order(old, DatedDocument("b.md", "", "", 10 * DAY + 1)) is None
    assert version_order(DatedDocument("a 2021.md", "", "", 0), DatedDocument("b 2021.md", "", "", 1)) is None
