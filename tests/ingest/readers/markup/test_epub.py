"""Books."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ingest.readers import read
from tests.ingest.made import WORDS, write_epub
from tests.ingest.readers.reading import told


def test_chapters_without_a_heading_take_their_name_from_the_contents(tmp_path: Path) -> None:
    path = tmp_path / "a.epub"
    write_epub(path, WORDS["es"], chapters=2)
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    for number in (1, 2):
        parts[f"O/t/chapter{number}.xhtml"] = f"<html><body><p>Texto del capítulo {number}.</p></body></html>".encode()
    parts["O/nav.xhtml"] = (
        b"<html xmlns='http://www.w3.org/1999/xhtml'><body><nav><a href='t/chapter1.xhtml#a'>El molino</a>"
        b"<a href='t/chapter2.xhtml'>La barca</a></nav></body></html>"
    )
    item = b'<item id="n" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/></manifest>'
    parts["O/book.opf"] = parts["O/book.opf"].replace(b"</manifest>", item)
    parts["O/book.opf"] = parts["O/book.opf"].replace(b"<spine>", b'<spine><itemref idref="n"/>')
    with zipfile.ZipFile(path, "w") as new:
        for name, data in parts.items():
            new.writestr(name, data)
    document = read(path)
    assert [(text, document.elements[at].section) for at, (_, text) in enumerate(told(document))] == [
        ("Manual del molino", ("Manual del molino",)),
        ("El molino", ("Manual del molino", "El molino")),
        ("Texto del capítulo 1.", ("Manual del molino", "El molino")),
        ("La barca", ("Manual del molino", "La barca")),
        ("Texto del capítulo 2.", ("Manual del molino", "La barca")),
    ]


def test_chapters_that_are_missing_and_pages_outside_the_spine(tmp_path: Path) -> None:
    path = tmp_path / "a.epub"
    write_epub(path, WORDS["en"], chapters=3)
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    pages = {
        "O/t/chapter1.xhtml": b"<p>One: 10<sup>6</sup> bricks.</p>",
        "O/t/Chapter2.XHTML": b"<p>Two, in another case.</p>",
        "O/t/notes.xhtml": b"<p>A note that links lead to.</p>",
    }
    parts = {name: data for name, data in parts.items() if "chapter" not in name} | pages
    item = b'<item id="n" href="t/notes.xhtml" media-type="application/xhtml+xml"/></manifest>'
    parts["O/book.opf"] = parts["O/book.opf"].replace(b"</manifest>", item)
    with zipfile.ZipFile(path, "w") as new:
        for name, data in parts.items():
            new.writestr(name, data)
    document = read(path)
    assert [text for kind, text in told(document) if kind == "text"] == [
        "One: 10⁶ bricks.",
        "Two, in another case.",
        "A note that links lead to.",
    ]
    assert document.remark == "left out: missing chapters (1)"
