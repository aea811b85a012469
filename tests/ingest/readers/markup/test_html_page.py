"""Pages of HTML, read as they are seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.parse import Parser
from tests.ingest.readers.reading import document_of, parsed, told

PAGE = """<html><head><title>T</title><style>p{}</style></head><body>
<nav>Menu</nav><header><h1>Lib<b>rary</b> <a href="#x">¶</a></h1></header>
<main><p>Open&nbsp;daily<br>from nine.</p><p hidden>secret</p><p style="display: none">secret</p>
<!-- secret --><script>secret()</script>
<details><summary>Fees</summary>Two crowns a day.</details>
<figure><img src="a.png" alt="The hall, drawn by Ada"><figcaption>The hall in 1901.</figcaption></figure>
<table><caption>Hours</caption><tr><th>Day</th><th></th><th>Opens</th></tr>
<tr><td>Mon<i>day</i></td><td></td><td>9<br>sharp</td></tr></table>
<table><tr><td><h2>Laid out</h2><p>In a table.</p></td></tr></table>
<ol start="3"><li>Third</li><li><p>Fourth</p></li></ol><dl><dt>Fine</dt><dd>One crown</dd></dl>
<form><label>Ask</label> at the desk <input type="hidden" value="secret"></form></main>
<footer>Quay street 3</footer></body></html>"""


@pytest.mark.real
def test_a_page_is_read_as_it_is_seen(tmp_path: Path, parser: Parser) -> None:
    (tmp_path / "a.html").write_text(PAGE)
    document = parsed(parser, tmp_path / "a.html")
    assert told(document) == [
        ("title", "Library"),
        ("text", "Open daily\nfrom nine."),
        ("text", "Fees"),
        ("text", "Two crowns a day."),
        ("text", "The hall, drawn by Ada"),
        ("text", "The hall in 1901."),
        ("text", "Hours"),
        ("row", "Day | Opens"),
        ("row", "Day: Monday | Opens: 9 sharp"),
        ("title", "Laid out"),
        ("text", "In a table."),
        ("list", "3. Third"),
        ("list", "4. Fourth"),
        ("list", "- Fine: One crown"),
        ("text", "Ask at the desk"),
        ("text", "Quay street 3"),
    ]


@pytest.mark.real
def test_a_page_may_declare_its_encoding_or_be_nested_deeply(tmp_path: Path, parser: Parser) -> None:
    page = '<meta charset="windows-1251"><p>Мельница стоит у реки и работает до сих пор.</p>'
    (tmp_path / "a.htm").write_bytes(page.encode("cp1251"))
    assert parsed(parser, tmp_path / "a.htm").text == "Мельница стоит у реки и работает до сих пор."
    (tmp_path / "b.html").write_text("<div>" * 2000 + "deep down" + "</div>" * 2000)
    assert parsed(parser, tmp_path / "b.html").text == "deep down"


def test_every_node_of_a_hiding_style_is_left_out_and_of_no_other(tmp_path: Path) -> None:
    content = """<p style="color: red">One</p><p style="DISPLAY:none">no</p><p style="color: red">two</p>
    <p style="DISPLAY:none">no <b style="color: red">no</b></p><p style="color: red" hidden>no</p><p>three</p>"""
    assert document_of(tmp_path, "a.html", content).text == "One\n\ntwo\n\nthree"


def test_pages_breaks_lists_and_links(tmp_path: Path) -> None:
    content = """<p>One<br>two<br><br>three <a href="a.html">go <b>on</b></a> <a href="#x">no</a>
    <a href="javascript:x()">no</a> https://mill.example/a_(b).</p>
    <ul><li><p>First</p><p>more</p><ul><li>inner</li></ul>after</li><li><div></div>Second</li></ul>
    <blockquote>Quoted</blockquote><a href="/whole"><p>A paragraph</p><p>and another</p></a>
    <table><thead><tr><th rowspan=2>Pier</th><th colspan=2>Leaves</th></tr><tr><th>first</th><th>last</th></tr></thead>
    <tr><td>East</td><td>6:10</td><td><a href="t">22:40</a></td></tr></table>"""
    document = document_of(tmp_path, "a.html", content)
    assert told(document) == [
        ("text", "One\ntwo"),
        ("text", "three go on no no https://mill.example/a_(b)."),
        ("list", "- First"),
        ("text", "more"),
        ("list", "- inner"),
        ("text", "after"),
        ("list", "- Second"),
        ("text", "Quoted"),
        ("text", "A paragraph"),
        ("text", "and another"),
        ("row", "Pier | Leaves | Leaves"),
        ("row", "Pier | first | last"),
        ("row", "Pier: East | Leaves / first: 6:10 | Leaves / last: 22:40"),
    ]
    assert [(document.text[link.start : link.end], link.target) for link in document.links] == [
        ("go on", "a.html"),
        ("https://mill.example/a_(b)", "https://mill.example/a_(b)"),
        ("A paragraph", "/whole"),
        ("and another", "/whole"),
        ("22:40", "t"),
    ]


def test_the_edit_links_of_a_wiki_are_no_part_of_its_headings(tmp_path: Path) -> None:
    page = '<h2>History<span class="mw-editsection x">[<a href="?edit">edit</a>]</span></h2><p>Built in 1884.</p>'
    assert told(document_of(tmp_path, "a.html", page)) == [("title", "History"), ("text", "Built in 1884.")]
