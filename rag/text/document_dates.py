"""The date that a document tells of itself: in its name, its title or its first lines; else that of its file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from rag.text.dates import dates

HEAD_CHARS = 800  # characters of a document's beginning that are looked at
_MAX_LINE_CHARS = 80  # characters of a line that may be a date line: "Berlin, 12 January 2024"
_DAY_NS = 86_400_000_000_000  # nanoseconds; files written on one day tell no order
_NUMBERS = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?:[-_. ]?(?P<m>0[1-9]|1[0-2])(?:[-_. ]?(?P<d>0[1-9]|[12]\d|3[01]))?)?(?!\d)"
)


@dataclass(frozen=True, slots=True)
class DatedDocument:
    """What a document tells of its date."""

    path: str
    title: str
    head: str  # its first text
    changed_ns: int  # of its file, in nanoseconds since 1970


@dataclass(frozen=True, slots=True)
class VersionOrder:
    """Which of two documents is newer, and their dates (ISO 8601: a year, a month or a day)."""

    second_is_newer: bool
    dates: tuple[str, str]


def version_order(first: DatedDocument, second: DatedDocument) -> VersionOrder | None:
    """Return which of two documents is newer, by the first thing that tells both dates; None where nothing does."""
    readings: tuple[Callable[[DatedDocument], str], ...] = (
        lambda document: _of_name(document.path),
        lambda document: _of_name(document.title) or _first_day(document.title),
        lambda document: _of_head(document.head),
        lambda document: _of_file(document.changed_ns),
    )
    for read in readings[:-1]:
        one, other = read(first), read(second)
        if one and other and not (one.startswith(other) or other.startswith(one)):
            return VersionOrder(one < other, (_fullest(first, one, readings), _fullest(second, other, readings)))
    if abs(first.changed_ns - second.changed_ns) >= _DAY_NS:
        one, other = readings[-1](first), readings[-1](second)
        return VersionOrder(one < other, (one, other)) if one and other else None
    return None


def _fullest(document: DatedDocument, told: str, readings: tuple[Callable[[DatedDocument], str], ...]) -> str:
    """Return the date that says most among those that begin as the told one: "2024" in the name, a day in the head."""
    return max((each for read in readings[:-1] if (each := read(document)).startswith(told)), key=len)


def _of_name(name: str) -> str:
    """Return the last date in a path or a title that is written in numbers, or else as a text writes it."""
    found = list(_NUMBERS.finditer(name))
    if not found:
        return _first_day(name.replace("_", " "))
    return "-".join(filter(None, (found[-1]["y"], found[-1]["m"], found[-1]["d"])))


def _of_head(head: str) -> str:
    """Return the first date in a line of its own, or else the first date."""
    lines = head[:HEAD_CHARS].splitlines()
    short = (_first_day(line) for line in lines if len(line) <= _MAX_LINE_CHARS)
    return next(filter(None, short), "") or _first_day(head[:HEAD_CHARS])


def _first_day(text: str) -> str:
    return next((day.keys[0] for day in dates(text) if day.keys), "")


def _of_file(changed_ns: int) -> str:
    try:
        return datetime.fromtimestamp(changed_ns / 1e9, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):  # a file system may tell any number
        return ""
