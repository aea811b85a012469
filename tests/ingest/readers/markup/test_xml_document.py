"""XML: records, prose, attributes."""

from __future__ import annotations

from pathlib import Path

from tests.ingest.readers.reading import document_of, told


def test_xml_records_prose_and_attributes(tmp_path: Path) -> None:
    content = """<?xml version="1.0" encoding="windows-1251"?><!DOCTYPE town [<!ENTITY mill "Мельница">]>
    <town name="Tresvado" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="x y"><!-- secret -->
    <?secret x?><boat no="1"><master>Ana</master><since>1957</since></boat>
    <p>&mill; stands <b>by</b> the <i>river</i>.</p><p>Second.</p><p>Third.</p></town>"""
    document = document_of(tmp_path, "a.xml", content.encode("cp1251"))
    assert told(document) == [
        ("row", "name: Tresvado"),
        ("row", "no: 1 | master: Ana | since: 1957"),
        ("text", "Мельница stands by the river."),
        ("text", "Second."),
        ("text", "Third."),
    ]


def test_records_that_are_attributes_alone_are_rows_of_their_own(tmp_path: Path) -> None:
    content = """<entries count="2"><entry address="+34600" body="The key is here" contact_name="Ana"/>
    <entry address="+34600" body="Thanks" contact_name="Ana"/></entries>"""
    assert told(document_of(tmp_path, "a.xml", content)) == [
        ("row", "count: 2"),
        ("row", "address: +34600 | body: The key is here | contact_name: Ana"),
        ("row", "address: +34600 | body: Thanks | contact_name: Ana"),
    ]


def test_xml_that_is_cut_gives_what_it_has(tmp_path: Path) -> None:
    document = document_of(tmp_path, "a.xml", "<a><p>The mill.</p><p>By the ri")
    assert document.text.startswith("The mill.") and document.remark.startswith("it is damaged; read as far as")


def test_xhtml_is_a_page(tmp_path: Path) -> None:
    content = (
        '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><h1>Mill</h1><p>Words.</p></body></html>'
    )
    document = document_of(tmp_path, "a.xml", content)
    assert told(document) == [("title", "Mill"), ("text", "Words.")] and document.media_type == "text/html"
