"""Reader of calendars (.ics) and address cards (.vcf): an event, a task or a person is a row; long notes follow it."""

from __future__ import annotations

import contextlib
import quopri
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.decoding.kept_markup import has_tags, without_tags
from ingest.readers.shared.decoding.text_decoding import decode
from ingest.readers.shared.records import record_blocks
from rag.types import Document

_PROPERTY_LABELS = {
    "SUMMARY": "Summary", "DTSTART": "Start", "DTEND": "End", "DUE": "Due", "COMPLETED": "Completed",
    "DURATION": "Duration", "RRULE": "Repeats", "EXDATE": "Except", "LOCATION": "Location", "ORGANIZER": "Organizer",
    "ATTENDEE": "Attendee", "STATUS": "Status", "PRIORITY": "Priority", "CATEGORIES": "Categories", "URL": "URL",
    "CONTACT": "Contact", "COMMENT": "Comment", "DESCRIPTION": "Description", "RESOURCES": "Resources",
    "FN": "Name", "NICKNAME": "Nickname", "ORG": "Organization", "TITLE": "Title", "ROLE": "Role", "TEL": "Phone",
    "EMAIL": "E-mail", "ADR": "Address", "BDAY": "Birthday", "ANNIVERSARY": "Anniversary", "IMPP": "Messenger",
    "NOTE": "Note", "RELATED": "Related", "X-WR-CALNAME": "Calendar", "X-ABRELATEDNAMES": "Related",
    "X-ABDATE": "Date",
}  # fmt: skip
_IN_PARTS = frozenset({"ADR", "ORG", "N"})  # parts between semicolons
_CARD_ITEMS = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VCARD"})
_KIND_PARAM = re.compile(r"(?:TYPE=)?(home|work|cell|fax|pager|main|mobile|voice|pref|internet|x-\S+)", re.IGNORECASE)
_SHOWN_KINDS = frozenset({"home", "work", "cell", "fax", "pager", "mobile"})
_CONTENT_LINE = re.compile(r"(?:([\w-]+)\.)?([\w-]+)((?:;[^:;\"]*(?:\"[^\"]*\"[^:;\"]*)*)*):(.*)", re.DOTALL)
_DATE_STAMP = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d)(?::?\d\d)?(Z?).*)?")
_FREQUENCIES = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year", "HOURLY": "hour"}
_WEEKDAYS = {"MO": "Mon", "TU": "Tue", "WE": "Wed", "TH": "Thu", "FR": "Fri", "SA": "Sat", "SU": "Sun"}
_WEEKDAY = re.compile(r"([+-]?\d{0,2})(MO|TU|WE|TH|FR|SA|SU)")
_OWN_LABEL = re.compile(r"_\$!<(.*)>!\$_")  # one that Apple translates
_BACKSLASHED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Property:
    name: str
    params: tuple[str, ...]
    value: str
    group: str = ""  # of lines that belong together, such as a number and what a person calls it


def read(path: Path) -> Document:
    """Read a calendar or address cards. Raises UnreadableError where it is not text."""
    suffix = path.suffix.lower()
    data = path.read_bytes()
    return build(_blocks(decode(data)), READERS[suffix if suffix in READERS else ".ics"].media_type)


def _blocks(text: str) -> Iterator[ReaderBlock]:
    open_parts: list[str] = []
    item: list[tuple[str, str, str]] = []
    labels: dict[str, str] = {}  # of a group: what a person calls it
    for each in _properties(text):
        if each.name == "BEGIN":
            open_parts.append(each.value.strip().upper())
            if open_parts[-1] in _CARD_ITEMS:
                item, labels = [], {}
        elif each.name == "END":
            ended = open_parts.pop() if open_parts else ""
            if ended in _CARD_ITEMS:
                yield from _item(item, labels)
        elif open_parts and each.name == "X-ABLABEL":
            label = _plain(each.value).strip()
            labels[each.group] = match[1].lower() if (match := _OWN_LABEL.fullmatch(label)) else label
        elif open_parts and (open_parts[-1] in _CARD_ITEMS or each.name == "X-WR-CALNAME"):
            cell = _PROPERTY_LABELS.get(each.name, ""), _shown(each)
            if each.name == "N" and cell[1]:  # only where there is no full name
                cell = "N", " ".join(reversed(cell[1].split(", ")[:2]))
            if open_parts[-1] not in _CARD_ITEMS:
                yield ReaderBlock("title", cell[1], 1)
            elif cell[0] and cell[1]:
                item.append((f"{cell[0]}{_kind(each)}", cell[1], each.group))
    if item and any(part in _CARD_ITEMS for part in open_parts):  # cut short
        yield from _item(item, labels)


def _item(cells: list[tuple[str, str, str]], labels: Mapping[str, str]) -> Iterator[ReaderBlock]:
    """Yield an event or a person as one row; what has several values has them in one cell."""
    joined: dict[str, str] = {}
    for label, value, group in cells:
        if label == "N":
            if any(other == "Name" for other, _, _ in cells):
                continue
            label = "Name"
        if own := labels.get(group) if group else "":
            label = f"{label.partition(' (')[0]} ({own})"
        joined[label] = f"{joined[label]}, {value}" if label in joined else value
    yield from record_blocks(joined)


def _kind(each: _Property) -> str:
    if each.name not in ("TEL", "EMAIL", "ADR"):
        return ""
    named = (match[1].lower() for param in each.params for match in _KIND_PARAM.finditer(param))
    shown = [kind for kind in dict.fromkeys(named) if kind in _SHOWN_KINDS]
    return f" ({', '.join(shown)})" if shown else ""


def _shown(each: _Property) -> str:
    value = each.value
    if each.name in ("DTSTART", "DTEND", "DUE", "COMPLETED", "BDAY", "ANNIVERSARY", "X-ABDATE", "EXDATE"):
        return ", ".join(_stamp(stamp.strip(), last=each.name == "DTEND") for stamp in value.split(","))
    if each.name == "RRULE":
        return _rule(value)
    if each.name in ("ORGANIZER", "ATTENDEE"):
        name = next((param[3:].strip('"') for param in each.params if param.upper().startswith("CN=")), "")
        address = re.sub(r"(?i)^mailto:", "", value)
        return f"{name} <{address}>" if name and name != address else address
    if each.name in _IN_PARTS:
        return ", ".join(part.strip() for part in map(_plain, re.split(r"(?<!\\);", value)) if part.strip())
    text = _plain(value).strip()
    if each.name in ("DESCRIPTION", "COMMENT", "NOTE") and has_tags(text):
        return without_tags(text)
    return text


def _stamp(value: str, *, last: bool = False) -> str:
    """Return a date or time as it is read; as the end of whole days the ``last`` one: the format names the next."""
    stamp = _DATE_STAMP.fullmatch(value)
    if stamp is None:
        return value
    year, month, day, hour, minute, utc = stamp.groups()
    if last and not hour:
        with contextlib.suppress(ValueError, OverflowError):
            return (date(int(year), int(month), int(day)) - timedelta(days=1)).isoformat()
    clock = f" {hour}:{minute}" if hour else ""
    return f"{year}-{month}-{day}{clock}{' UTC' if utc else ''}"


def _rule(value: str) -> str:
    """Return how an event repeats: "every 2 weeks on Tue, Thu until 2024-06-30"; parts of other kinds as they stand."""
    rule = dict(part.split("=", 1) for part in value.strip().split(";") if "=" in part)
    unit, every = _FREQUENCIES.get(rule.get("FREQ", "").upper(), ""), rule.get("INTERVAL", "1")
    if not unit:
        return value.strip()
    parts = [f"every {unit}" if every == "1" else f"every {every} {unit}s"]
    for name, given in rule.items():
        match name.upper():
            case "FREQ" | "INTERVAL" | "WKST":
                continue
            case "BYDAY":
                days = _WEEKDAY.sub(lambda day: f"{day[1]} {_WEEKDAYS[day[2]]}".strip(), given)
                parts.append(f"on {days.replace(',', ', ')}")
            case "BYMONTHDAY":
                parts.append(f"on day {given.replace(',', ', ')}")
            case "UNTIL":
                parts.append(f"until {_stamp(given)}")
            case "COUNT":
                parts.append(f"({given} times)")
            case "BYMONTH":
                parts.append(f"in month {given.replace(',', ', ')}")
            case _:
                parts.append(f"{name}={given}")
    return " ".join(parts)


def _plain(value: str) -> str:
    return _BACKSLASHED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)


def _properties(text: str) -> Iterator[_Property]:
    """Yield the lines, those that were folded as one."""
    for line in _unfolded(text):
        if (match := _CONTENT_LINE.fullmatch(line)) is None:
            continue
        name, params, value = match[2].upper(), tuple(filter(None, match[3].split(";"))), match[4]
        if any(param.upper() in ("ENCODING=QUOTED-PRINTABLE", "QUOTED-PRINTABLE") for param in params):
            charset = next((param[8:] for param in params if param.upper().startswith("CHARSET=")), "")
            value = decode(quopri.decodestring(value.encode("utf-8", "replace")), charset, strict=False)
        yield _Property(name, params, value, match[1] or "")


def _unfolded(text: str) -> Iterator[str]:
    """Yield logical lines: one that begins with a blank goes on, and so does quoted-printable after ``=``."""
    parts: list[str] = []
    quoted = False
    for line in text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if parts and quoted and parts[-1].endswith("="):
            parts[-1] = parts[-1][:-1]
            parts.append(line)
        elif parts and line[:1] in (" ", "\t"):
            parts.append(line[1:])
        else:
            if parts:
                yield "".join(parts)
            parts = [line]
            quoted = "QUOTED-PRINTABLE" in line[:200].upper()
    if parts:
        yield "".join(parts)
