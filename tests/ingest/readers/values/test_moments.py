"""Numbers that are moments, and those that are none."""

from __future__ import annotations

from typing import Any

import pytest

from ingest.readers.values.moments import moment


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1709978400, "2024-03-09 10:00 UTC"),
        ("1709978400000", "2024-03-09 10:00 UTC"),
        (1709978400000000, "2024-03-09 10:00 UTC"),
        (1709978400.123, "2024-03-09 10:00 UTC"),
        (100000000, "1973-03-03 09:46 UTC"),
        (0, ""),
        (-1709978400, ""),
        (1e300, ""),
        (float("nan"), ""),
        ("soon", ""),
        (True, ""),
        (None, ""),
    ],
)
def test_a_count_of_seconds_is_a_date(value: Any, shown: str) -> None:
    assert moment(value) == shown
