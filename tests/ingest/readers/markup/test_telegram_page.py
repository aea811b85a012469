"""Conversations that Telegram exports as web pages."""

from __future__ import annotations

from pathlib import Path

from tests.ingest.readers.reading import document_of, told

HEAD = """<!DOCTYPE html><html><head><meta charset="utf-8"/><title>Exported Data</title></head>
<body onload="CheckLocation();"><div class="page_wrap"><div class="page_header"><div class="content">
<div class="text bold">
Kiln club
</div></div></div><div class="page_body chat_page"><div class="history">"""
DAY = """<div class="message service" id="message-1"><div class="body details">
9 March 2024
</div></div>"""
FIRST = """<div class="message default clearfix" id="message1"><div class="pull_left userpic_wrap">
<div class="userpic userpic1"><div class="initials">A</div></div></div><div class="body">
<div class="pull_right date details" title="09.03.2024 10:00:00 UTC+01:00">
10:00
</div><div class="from_name">
Ana
</div><div class="text">
The kiln opens<br>at <strong>nine</strong>.
</div></div></div>"""
JOINED = """<div class="message default clearfix joined" id="message2"><div class="body">
<div class="pull_right date details" title="09.03.2024 10:01:00 UTC+01:00">10:01</div>
<div class="media_wrap clearfix"><div class="media clearfix pull_left media_file"><div class="fill pull_left"></div>
<div class="body"><div class="title bold">plan.pdf</div><div class="status details">1.2 MB</div></div></div></div>
</div></div>"""
FORWARDED = """<div class="message default clearfix" id="message3"><div class="body">
<div class="pull_right date details" title="09.03.2024 10:02:00 UTC+01:00">10:02</div>
<div class="from_name">Bo</div><div class="forwarded body"><div class="from_name">
Carla <span class="date details" title="08.03.2024 09:00:00"> 08.03.2024 09:00:00</span></div>
<div class="text">It is closed.</div></div></div></div>"""


def test_each_message_is_a_row(tmp_path: Path) -> None:
    page = f"{HEAD}{DAY}{FIRST}{JOINED}{FORWARDED}</div></div></div></body></html>"
    assert told(document_of(tmp_path, "messages.html", page)) == [
        ("title", "Kiln club"),
        ("row", "text: 9 March 2024"),
        ("row", "date: 2024-03-09T10:00:00 | from: Ana | text: The kiln opens at nine."),
        ("row", "date: 2024-03-09T10:01:00 | from: Ana | file: plan.pdf 1.2 MB"),
        ("row", "date: 2024-03-09T10:02:00 | from: Bo | forwarded_from: Carla | text: It is closed."),
    ]


def test_deep_nests_of_messages_end(tmp_path: Path) -> None:
    nested = '<div class="message default clearfix"><div class="body"><div class="text">Deep.' * 3_000
    assert "Deep." in document_of(tmp_path, "a.html", HEAD + nested).text


def test_other_pages_are_read_as_pages(tmp_path: Path) -> None:
    page = '<html><body><div class="message">The kiln opens at nine.</div></body></html>'
    assert told(document_of(tmp_path, "a.html", page)) == [("text", "The kiln opens at nine.")]
