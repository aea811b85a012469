"""Books, notes and feeds in XML, read as what they are."""

from __future__ import annotations

import base64
import random
import zipfile
from pathlib import Path

import pytest

from rag.types import Outcome
from tests.ingest.readers.reading import document_of, outcome_of, section_of, told

PICTURE = base64.b64encode(random.Random(1).randbytes(3_000)).decode()
BOOK = f"""<?xml version="1.0" encoding="windows-1251"?>
<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0" xmlns:l="http://www.w3.org/1999/xlink">
<description><title-info><genre>prose</genre><author><first-name>Пётр</first-name><last-name>Гончаров</last-name></author>
<book-title>Печь и глина</book-title><annotation><p>О печи.</p></annotation></title-info></description>
<body><section><title><p>Глава</p><p>первая</p></title>
<p>Сторож хранил <emphasis>ключ</emphasis><a l:href="#n1">1</a>.</p>
<subtitle>Ночь</subtitle><p>Печь остыла.</p><section><title><p>Часть</p></title><p>Внутри.</p></section>
<poem><title><p>Стих</p></title><stanza><v>Горит огонь,</v><v>кипит вода.</v></stanza></poem>
<table><tr><th>День</th><th>Час</th></tr><tr><td>Понедельник</td><td>9</td></tr></table></section></body>
<body name="notes"><section id="n1"><title><p>1</p></title><p>Медный ключ.</p></section></body>
<binary id="a" content-type="image/png">{PICTURE}</binary></FictionBook>"""


@pytest.mark.parametrize("name", ["a.fb2", "a.xml", "a.fb2.zip", "b.fb2"])
def test_a_book_has_its_headings_and_no_pictures(tmp_path: Path, name: str) -> None:
    data = BOOK.encode("cp1251")
    if name in ("a.fb2.zip", "b.fb2"):
        with zipfile.ZipFile(tmp_path / "packed", "w") as packed:
            packed.writestr("книга.fb2", data)
        data = (tmp_path / "packed").read_bytes()
    document = document_of(tmp_path, name, data)
    titles = [words for kind, words in told(document) if kind == "title"]
    assert titles == ["Печь и глина", "Глава первая", "Ночь", "Часть", "notes", "1"]
    assert section_of(document, "Печь остыла") == ("Печь и глина", "Глава первая", "Ночь")
    assert section_of(document, "Внутри.") == ("Печь и глина", "Глава первая", "Часть")
    assert ("text", "Author: Пётр Гончаров\nGenre: prose") in told(document)
    assert ("text", "Горит огонь,\nкипит вода.") in told(document) and ("text", "Стих") in told(document)
    assert "День: Понедельник | Час: 9" in document.text and PICTURE[:60] not in document.text


def test_figures_scenes_and_publisher_of_a_book(tmp_path: Path) -> None:
    book = """<FictionBook><description><title-info><book-title>Печь</book-title></title-info><publish-info>
<publisher>Глина</publisher><year>2010</year><isbn>978-5</isbn></publish-info></description><body><section>
<p>Масса <emphasis>5 × 10<sup>6</sup></emphasis> кг, вода H<sub>2</sub>O.<a href="#n">[1]</a></p>
<subtitle>* * *</subtitle><p>Утро.</p></section></body></FictionBook>"""
    document = document_of(tmp_path, "a.fb2", book)
    assert "Масса 5 × 10⁶ кг, вода H₂O.[1]" in document.text
    assert "Publisher: Глина, 2010, ISBN 978-5" in document.text
    assert section_of(document, "Утро.") == ("Печь",)


def test_comments_of_a_blog(tmp_path: Path) -> None:
    blog = """<rss><channel><title>Blog</title><item><title>New kiln</title><description>It is hot.</description>
<comment><comment_author>Bob</comment_author><comment_content>Nice &amp;amp; warm!</comment_content></comment>
</item></channel></rss>"""
    assert ("text", "Bob: Nice & warm!") in told(document_of(tmp_path, "a.rss", blog))


def test_sections_without_end(tmp_path: Path) -> None:
    deep = "<section>" * 200 + "<p>The deepest words.</p>" + "</section>" * 200
    assert (
        "The deepest words." in document_of(tmp_path, "a.fb2", f"<FictionBook><body>{deep}</body></FictionBook>").text
    )


NOTE = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE en-export SYSTEM "http://xml.evernote.com/pub/evernote-export3.dtd">
<en-export><note><title>Kiln keys</title><content><![CDATA[<?xml version="1.0"?><!DOCTYPE en-note SYSTEM "x">
<en-note><div>The key hangs <b>behind</b> the clock.</div><ul><li>Ask Ada</li></ul><h1>More</h1>
<div>Rent &amp; water</div></en-note>]]></content>
<created>20240309T101010Z</created><tag>kiln</tag><tag>key</tag>
<resource><data encoding="base64">{PICTURE}</data><mime>image/png</mime></resource>
<resource><data encoding="base64">{base64.b64encode(b"The gate is blue.").decode()}</data><mime>text/plain</mime>
<resource-attributes><file-name>gate.txt</file-name></resource-attributes></resource>
<resource><data encoding="base64">{base64.b64encode(b"ID3").decode()}</data><mime>audio/mpeg</mime>
<resource-attributes><file-name>song.mp3</file-name></resource-attributes></resource></note></en-export>"""


def test_notes_are_read_as_pages_with_their_files(tmp_path: Path) -> None:
    document = document_of(tmp_path, "a.enex", NOTE)
    assert told(document)[:5] == [
        ("title", "Kiln keys"),
        ("text", "Created: 2024-03-09 10:10\nTags: kiln, key\nAttachments: gate.txt, song.mp3"),
        ("text", "The key hangs behind the clock."),
        ("list", "- Ask Ada"),
        ("title", "More"),
    ]
    assert section_of(document, "Rent & water") == ("Kiln keys", "More")
    assert section_of(document, "gate is blue") == ("gate.txt",)
    assert document.remark == "the attachment song.mp3 was not read: it is an audio file, and speech is not transcribed"
    assert "<" not in document.text and PICTURE[:40] not in document.text


RSS = """<?xml version="1.0"?><rss version="2.0"
xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Kiln news</title><description>All of it</description><item><title>New &amp;amp; old</title><link>https://example.org/1</link>
<pubDate>Sat, 09 Mar 2024 10:00:00 GMT</pubDate><dc:creator>Ada</dc:creator><category>doors</category>
<description>&lt;p&gt;Short.&lt;/p&gt;</description>
<content:encoded><![CDATA[<p>The door is <b>green</b> now.</p>
<h2>Why</h2><p>It was old.</p>]]></content:encoded></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Kiln news</title>
<entry><title type="html">New &amp;amp; old</title>
<link rel="self" href="https://example.org/self"/><link href="https://example.org/1"/>
<published>2024-03-09T10:00:00Z</published><author><name>Ada</name></author>
<category term="doors"/><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">
<p>The door is <b>green</b> now.</p><h2>Why</h2><p>It was old.</p></div></content></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns="http://purl.org/rss/1.0/"><channel><title>Kiln news</title></channel>
<item><title>New &amp;amp; old</title><link>https://example.org/1</link>
<description>The door is green now. &lt;h2&gt;Why&lt;/h2&gt;It was old.</description></item></rdf:RDF>"""


@pytest.mark.parametrize(
    ("name", "feed"),
    [("a.rss", RSS), ("a.xml", RSS), ("a.atom", ATOM), ("a", f"<?xml version='1.0'?>{ATOM}"), ("b.xml", RDF)],
)
def test_entries_of_feeds_are_sections(tmp_path: Path, name: str, feed: str) -> None:
    document = document_of(tmp_path, name, feed)
    assert section_of(document, "The door is green now.") == ("Kiln news", "New & old")
    assert section_of(document, "It was old.") == ("Kiln news", "New & old", "Why")
    assert "Link: https://example.org/1" in document.text and "<" not in document.text
    if feed is not RDF:
        assert "Author: Ada\nCategories: doors" in document.text and "2024" in document.text


def test_markup_that_is_not_escaped_and_names_that_are_damaged(tmp_path: Path) -> None:
    item = "<item><title>T</title><description>The door &amp; <b>gate</b> are green. &a;</description></item>"
    document = document_of(tmp_path, "a.rss", f"<rss><channel>{item}<:x>y</:x></channel></rss>")
    assert "The door & gate are green." in document.text


def test_entities_are_not_resolved_and_other_rdf_is_read_as_xml(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("The secret words.")
    entity = f'<!DOCTYPE rss [<!ENTITY a SYSTEM "{tmp_path / "secret.txt"}">]>'
    xml = f"{entity}<rss><channel><title>T</title><item><title>&a;x</title></item></channel></rss>"
    assert "secret words" not in outcome_of(tmp_path / "a.rss", xml)[1]
    facts = "<Description><name>Ada</name><town>Oviedo</town></Description>"
    rdf = f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{facts}</rdf:RDF>'
    assert "name: Ada | town: Oviedo" in document_of(tmp_path, "a.xml", rdf).text
    assert outcome_of(tmp_path / "b.fb2", "no book")[0] is Outcome.FAILED
