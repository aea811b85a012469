"""Moments that programs store as a number, as a date that can be read and asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

_EARLIEST, _LATEST = 100_000_000.0, 10_000_000_000.0  # seconds: 1973 to 2286, so that a number has one unit


def moment(value: Any) -> str:
    """Return a count of seconds, or of thousandths or millionths of one, since 1970 as "2024-03-09 10:00 UTC".

    "" for what is no such number.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return ""
    try:
        seconds = float(value)
    except ValueError:
        return ""
    while seconds >= _LATEST and seconds < _LATEST * 1e9:
        seconds /= 1_000
    if not _EARLIEST <= seconds < _LATEST:
        return ""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
