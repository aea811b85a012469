"""Messages and calls of a telephone, with their times as dates."""

from __future__ import annotations

import base64
from pathlib import Path

from tests.ingest.readers.reading import document_of, section_of, told

PICTURE_PART = '<part seq="1" ct="text/vcard" name="null" cl="rent.txt" data="{}" />'
SMS = """<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<smses count="3" backup_date="1709978400000">
<sms protocol="0" address="+34600" date="1709978400000" type="1" subject="null" body="The kiln opens at nine."
 toa="null" read="1" readable_date="9 mar. 2024 11:00:00" contact_name="Ana" />
<sms protocol="0" address="+34600" date="1709978460000" type="2" subject="null" body="Thanks!&#10;See you."
 contact_name="Ana" />
<sms protocol="0" address="+34700" date="1709978520000" type="3" body="Later" contact_name="(Unknown)" />
<mms date="1709978580000" m_type="132" address="+34600" contact_name="Ana" sub="null"><parts>
<part seq="-1" ct="application/smil" text="&lt;smil/&gt;" /><part seq="0" ct="text/plain" text="The rent." />PART
</parts></mms>
</smses>"""


def test_each_message_is_a_row_with_its_date(tmp_path: Path) -> None:
    data = base64.b64encode(b"The rent is 640 euros.").decode()
    document = document_of(tmp_path, "sms.xml", SMS.replace("PART", PICTURE_PART.format(data)))
    assert told(document)[:4] == [
        ("row", "date: 2024-03-09 10:00 UTC | from: Ana (+34600) | text: The kiln opens at nine."),
        ("row", "date: 2024-03-09 10:01 UTC | to: Ana (+34600) | text: Thanks! See you."),
        ("row", "date: 2024-03-09 10:02 UTC | to: +34700 | text: Later | state: draft"),
        ("row", "date: 2024-03-09 10:03 UTC | from: Ana (+34600) | text: The rent. | files: rent.txt"),
    ]
    assert section_of(document, "640 euros") == ("rent.txt",)


def test_calls(tmp_path: Path) -> None:
    call = '<call number="+34600" duration="{}" date="1709978400000" type="{}" contact_name="Ana" />'
    xml = f"<calls count='2'>{call.format(61, 2)}{call.format(0, 3)}</calls>"
    assert told(document_of(tmp_path, "calls.xml", xml)) == [
        ("row", "date: 2024-03-09 10:00 UTC | to: Ana (+34600) | seconds: 61"),
        ("row", "date: 2024-03-09 10:00 UTC | missed from: Ana (+34600) | seconds: 0"),
    ]


def test_other_xml_with_such_a_root_is_read_as_records(tmp_path: Path) -> None:
    assert "town: Oviedo" in document_of(tmp_path, "a.xml", "<calls><place><town>Oviedo</town></place></calls>").text
