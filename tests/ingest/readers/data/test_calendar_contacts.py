"""Calendars and address cards: folded lines, quoted-printable, dates, kinds of numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.readers.reading import document_of, told

ICS = r"""BEGIN:VCALENDAR
X-WR-CALNAME:Kiln club
BEGIN:VEVENT
SUMMARY:Firing\, by night
DTSTART;TZID=Europe/Madrid:20240309T180000
DTEND:20240309T210000Z
LOCATION:The yard
ATTENDEE;CN="Marr, Ada";ROLE=CHAIR:mailto:ada@example.org
ATTENDEE:mailto:otto@example.org
DESCRIPTION:Bring clay\nand a lo
 ng coat.
BEGIN:VALARM
DESCRIPTION:Ring
END:VALARM
END:VEVENT
BEGIN:VTODO
SUMMARY:Sweep
DUE;VALUE=DATE:20240310
END:VTODO
END:VCALENDAR
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_events_and_tasks_are_rows(tmp_path: Path, end: str) -> None:
    assert told(document_of(tmp_path, "a.ics", ICS.replace("\n", end))) == [
        ("title", "Kiln club"),
        (
            "row",
            "Summary: Firing, by night | Start: 2024-03-09 18:00 | End: 2024-03-09 21:00 UTC | Location: The yard"
            " | Attendee: Marr, Ada <ada@example.org>, otto@example.org",
        ),
        ("text", "Description: Bring clay\nand a long coat."),
        ("row", "Summary: Sweep | Due: 2024-03-10"),
    ]


def test_whole_days_repetitions_and_notes_in_html(tmp_path: Path) -> None:
    ics = r"""BEGIN:VCALENDAR
BEGIN:VEVENT
SUMMARY:Holiday
DTSTART;VALUE=DATE:20240801
DTEND;VALUE=DATE:20240815
END:VEVENT
BEGIN:VEVENT
SUMMARY:Class
DTSTART:20240312T170000
RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;UNTIL=20240630
EXDATE:20240326T170000,20240409T170000
DESCRIPTION:Bring <b>clay</b>.<br>Code 4711 &amp\; a <a href="https://x.example">map</a>
END:VEVENT
BEGIN:VEVENT
SUMMARY:Call
RRULE:FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=5;COUNT=6
END:VEVENT
END:VCALENDAR
"""
    assert told(document_of(tmp_path, "a.ics", ics.replace("\\\\;", "\\;"))) == [
        ("row", "Summary: Holiday | Start: 2024-08-01 | End: 2024-08-14"),
        (
            "row",
            "Summary: Class | Start: 2024-03-12 17:00 | Repeats: every 2 weeks on Tue, Thu until 2024-06-30"
            " | Except: 2024-03-26 17:00, 2024-04-09 17:00",
        ),
        ("text", "Description: Bring clay.\nCode 4711 & a map"),
        ("row", "Summary: Call | Repeats: every year in month 3 on day 5 (6 times)"),
    ]


def test_cards_of_old_and_new_versions(tmp_path: Path) -> None:
    old = (
        "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=9F=D1=91=D1=82=D1=80;=D0=98=\n=D0=B2=D0=B0=D0=BD\n"
        "TEL;CELL;VOICE:555-0142\nTEL;HOME:555-0100\nPHOTO;ENCODING=b;TYPE=JPEG:AAAA\n BBBB\nEND:VCARD\n"
    )
    new = (
        "BEGIN:VCARD\nVERSION:4.0\nFN:Ada Marr\nN:Marr;Ada;;;\nitem1.EMAIL;TYPE=work:ada@example.org\n"
        "ADR;TYPE=HOME:;;1 Mill Lane;Oviedo;;33001;Spain\nORG:Kiln Ltd;Yard\nBDAY:1970-01-02\nEND:VCARD\n"
    )
    assert document_of(tmp_path, "a.vcf", old + new).text.split("\n") == [
        "Name: Иван Пётр | Phone (cell): 555-0142 | Phone (home): 555-0100",
        "Name: Ada Marr | E-mail (work): ada@example.org | Address (home): 1 Mill Lane, Oviedo, 33001, Spain"
        " | Organization: Kiln Ltd, Yard | Birthday: 1970-01-02",
    ]


@pytest.mark.parametrize(
    ("lines", "cells"),
    [
        ("item1.TEL;type=CELL:555-0142\nitem1.X-ABLabel:Boat house", "Phone (Boat house): 555-0142"),
        ("item1.TEL:555-0142\nitem1.X-ABLabel:_$!<HomeFAX>!$_", "Phone (homefax): 555-0142"),
        ("item2.X-ABDATE;type=pref:2012-05-01\nitem2.X-ABLabel:_$!<Anniversary>!$_", "Date (anniversary): 2012-05-01"),
        ("item3.X-ABRELATEDNAMES:Bo\nitem3.X-ABLabel:_$!<Spouse>!$_", "Related (spouse): Bo"),
        (
            "item1.X-ABLabel:дача\nitem1.ADR:;;Речная 5;Луга;;;\nitem2.EMAIL:a@boat.example",
            "Address (дача): Речная 5, Луга | E-mail: a@boat.example",
        ),
        ("TEL;type=HOME:1\nX-ABLabel:of nothing", "Phone (home): 1"),
    ],
)
def test_labels_that_a_person_gave(tmp_path: Path, lines: str, cells: str) -> None:
    card = f"BEGIN:VCARD\nVERSION:3.0\nFN:Ada Marr\n{lines}\nEND:VCARD\n"
    assert document_of(tmp_path, "a.vcf", card).text == f"Name: Ada Marr | {cells}"


def test_quoted_printable_in_another_encoding_and_a_file_cut_short(tmp_path: Path) -> None:
    card = "BEGIN:VCARD\nFN;CHARSET=windows-1251;ENCODING=QUOTED-PRINTABLE:=C8=E2=E0=ED\nNOTE:Keeps the key"
    assert document_of(tmp_path, "a.vcf", card).text == "Name: Иван | Note: Keeps the key"
