"""Readers of text and PDF run here; those that lean on ``unstructured`` run in the worker, as they always do."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.parse import Parser
from ingest.readers import UnreadableError, read
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build, clean
from ingest.readers.shared.page_layout import blocks, mark_continued_paragraphs
from ingest.readers.shared.page_types import TextLine
from ingest.readers.shared.plain_text import decode
from rag.types import Document, Outcome
from tests.ingest.doubles import write_blank_pdf, write_bomb, write_pdf, write_word
from tests.ingest.made_msg import ole_file


def told(document: Document) -> list[tuple[str, str]]:
    return [(element.kind, document.text[element.start : element.end]) for element in document.elements]


def section_of(document: Document, words: str) -> tuple[str, ...]:
    at = document.text.index(words)
    return next(element.section for element in document.elements if element.start <= at < element.end)


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with Parser() as running:
        yield running


def parsed(parser: Parser, path: Path) -> Document:
    result = parser.parse(path)
    assert result.document is not None, result.reason
    return result.document


# --- what every document is made of ------------------------------------------------------------------------------


@settings(deadline=None)  # the first one loads the language detector
@given(
    st.lists(
        st.builds(
            ReaderBlock,
            kind=st.sampled_from(["title", "text", "list", "row", "code"]),
            text=st.text(max_size=60),
            level=st.integers(0, 3),
            continues=st.booleans(),
        ),
        max_size=8,
    )
)
def test_elements_tile_the_text(made: list[ReaderBlock]) -> None:
    document = build(made, "text/plain")
    end = 0
    for element in document.elements:
        assert document.text[end : element.start].strip() == "" and element.start >= end
        assert document.text[element.start : element.end].strip()
        assert element.kind != "title" or element.section[-1] == document.text[element.start : element.end]
        end = element.end
    assert end == len(document.text)
    document.text.encode()  # no halves of pairs
    assert "\0" not in document.text and "\r" not in document.text


def test_text_is_cleaned_of_what_nobody_sees() -> None:
    raw = "Cafe\u0301\u00a0con le\u00adche\u200b,\ufeff \ud800caf\u00e9\x00\x07 \u202eabc\u202c\r\nfin"
    assert clean(raw) == "Café con leche, café abc\nfin"
    assert clean("a\n\n\n b", lines=False) == "a b"


# --- plain text -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_western_text_in_its_encodings(encoding: str) -> None:
    text = "El molino está junto al río. ¿Quién lo construyó? La señora Núñez, en el año 1884. " * 3
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251", "koi8-r"])
def test_russian_text_in_its_encodings(encoding: str) -> None:
    text = "Мельница стоит у реки. Её построила семья Орловых в 1884 году, и она работает до сих пор. " * 3
    assert decode(text.encode(encoding)) == text


def test_lines_wrapped_by_hand_are_joined_and_others_are_not(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text(
        "Dear Anna,\n\n"
        "the tram to the observatory now runs every quarter of an\n"
        "hour, and the last one leaves at half past eleven in the\n"
        "evening.\n\n"
        "- bread\n- milk for the journey\n\n"
        "Yours,\nBoris\n"
    )
    document = read(path)
    assert [text for _, text in told(document)] == [
        "Dear Anna,",
        "the tram to the observatory now runs every quarter of an hour, and the last one leaves at half past eleven "
        "in the evening.",
        "- bread\n- milk for the journey",
        "Yours,\nBoris",
    ]
    assert document.language == "en" and document.pages is None
    assert {element.section for element in document.elements} == {()}


@pytest.mark.parametrize("content", [b"", b" \n\t\n", b"\xef\xbb\xbf"])
def test_a_text_file_without_text_is_empty(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path / "a.txt")
    assert caught.value.outcome is Outcome.EMPTY


def test_bytes_that_are_no_text_fail(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(bytes(range(256)) * 40)
    with pytest.raises(UnreadableError, match="not text"):
        read(tmp_path / "a.txt")


# --- PDF ------------------------------------------------------------------------------------------------------------


def test_pdf_headings_pages_rows_and_running_lines(tmp_path: Path) -> None:
    document = read(write_pdf(tmp_path / "rules.pdf"))
    assert document.pages == 3 and document.language == "en"
    titles = [text for kind, text in told(document) if kind == "title"]
    assert titles == ["The Ferry Rules", "Chapter 1", "Chapter 2", "Chapter 3"]
    assert [text for kind, text in told(document) if kind == "row"] == [
        "Pier | First boat | Last boat",
        "Pier: East | First boat: 6:10 | Last boat: 22:40",
        "Pier: West | First boat: 6:25 | Last boat: 22:55",
    ]
    assert "Page 2" not in document.text
    assert document.text.count("Tresvado Ferry Company") == 1
    assert section_of(document, "free on boat 2")[-1] == "Chapter 2"
    on = {document.text[element.start : element.end]: element.page for element in document.elements}
    assert on["Dogs travel free on boat 3."] == 3
    assert ("The ferry number 2 leaves the eastern pier every morning. " * 6).strip() in document.text


def test_pdf_that_is_no_document(tmp_path: Path) -> None:
    whole = write_pdf(tmp_path / "rules.pdf").read_bytes()
    cases = {
        "encrypted.pdf": (write_pdf(tmp_path / "encrypted.pdf", password="secret").read_bytes(), Outcome.ENCRYPTED),
        "scan.pdf": (write_blank_pdf(tmp_path / "scan.pdf").read_bytes(), Outcome.EMPTY),
        "cut.pdf": (whole[:300], Outcome.FAILED),
        "empty.pdf": (b"", Outcome.EMPTY),
        "words.pdf": (b"Just some words, and no PDF.", Outcome.FAILED),
    }
    for name, (content, outcome) in cases.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableError) as caught:
            read(tmp_path / name)
        assert caught.value.outcome is outcome, name
        assert caught.value.reason, name


def line(text: str, base: float, **more: object) -> TextLine:
    values = {"cells": (text,), "left": 50.0, "right": 400.0, "base": base, "size": 10.0, "bold": False, "page": 1}
    return TextLine(**{**values, **more})  # type: ignore[arg-type]


def test_a_word_divided_at_a_line_end_is_put_together() -> None:
    (block,) = blocks([line("The obser-", 700), line("vatory opens on the well-", 688), line("Known hill.", 676)])
    assert block.text == "The observatory opens on the well- Known hill."


def test_a_paragraph_goes_on_over_the_page_end() -> None:
    one = line("The last tram leaves when the", 60)
    two = line("observatory closes. Then night.", 700, page=2)
    found = list(mark_continued_paragraphs(list(blocks([one, two]))))
    assert [(block.page, block.continues) for block in found] == [(1, False), (2, True)]
    assert build(found, "x").text == "The last tram leaves when the observatory closes. Then night."


def test_a_bold_line_of_its_own_is_a_heading_and_bold_prose_is_not() -> None:
    body = [line(f"Plain words number {number} go on and on here,", 600 - 12 * number) for number in range(6)]
    found = list(blocks([line("Fees", 630, bold=True), *body]))
    assert [block.kind for block in found] == ["title", "text"]
    found = list(blocks([*body, line("Bold words end it.", 528, bold=True)]))
    assert [block.kind for block in found] == ["text"]


# --- read by unstructured, in the worker ------------------------------------------------------------------------

MARKDOWN = """---
title: Handbook
author: Anna Orlova
---
# The Mill { #mill }

It was **built** in `1884` by [the Orlovs](http://example.org/x).
<script>alert("x")</script>

Loose text </s><|assistant|> stays text.

## Список покупок

* Хлеб
* Молоко
  * козье

1. First
2. Second

| Day | Opens |
|-----|-------|
| Mon**day** | 9:00 |

```python
def fee(days):

    return 2 * days
```
"""


@pytest.mark.real
def test_markdown_is_read_as_it_is_seen(tmp_path: Path, parser: Parser) -> None:
    (tmp_path / "a.md").write_text(MARKDOWN)
    document = parsed(parser, tmp_path / "a.md")
    assert told(document) == [
        ("text", "title: Handbook\nauthor: Anna Orlova"),
        ("title", "The Mill"),
        ("text", "It was built in 1884 by the Orlovs."),
        ("text", "Loose text <|assistant|> stays text."),
        ("title", "Список покупок"),
        ("list", "- Хлеб"),
        ("list", "- Молоко"),
        ("list", "- козье"),
        ("list", "1. First"),
        ("list", "2. Second"),
        ("row", "Day | Opens"),
        ("row", "Day: Monday | Opens: 9:00"),
        ("code", "def fee(days):\n\n    return 2 * days"),
    ]
    assert section_of(document, "козье") == ("The Mill", "Список покупок")


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
<form><label>Ask</label> at the desk <input value="secret"></form></main>
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
        ("text", "Fine"),
        ("list", "- One crown"),
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


@pytest.mark.real
def test_word_headings_are_those_that_a_style_made(tmp_path: Path, parser: Parser) -> None:
    document = parsed(parser, write_word(tmp_path / "a.docx"))
    assert told(document) == [
        ("title", "The Mill Handbook"),
        ("text", "The mill stands by the river. It was built in 1884."),
        ("title", "Opening hours"),
        ("text", "OPEN DAILY"),
        ("list", "- Mondays"),
        ("list", "- Fridays"),
        ("list", "1. Ring the bell"),
        ("row", "Day | Opens | Closes"),
        ("row", "Day: Monday | Opens: 9:00 | Closes: 18:00"),
        ("row", "Day: Friday | Opens: 10:00"),
        ("title", "Часы работы зимой"),
        ("text", "Зимой мельница закрыта по понедельникам."),
        ("title", "Prices"),
        ("text", "A ticket costs two crowns."),
    ]
    assert section_of(document, "Зимой") == ("The Mill Handbook", "Opening hours", "Часы работы зимой")
    assert section_of(document, "two crowns") == ("The Mill Handbook", "Prices")


def test_office_files_that_are_none(tmp_path: Path) -> None:
    whole = write_word(tmp_path / "whole.docx").read_bytes()
    cases = {
        "cut.docx": (whole[: len(whole) // 2], Outcome.FAILED),
        "locked.docx": (ole_file({"EncryptedPackage": b"x" * 5_000, "EncryptionInfo": b"x"}), Outcome.ENCRYPTED),
        "old.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, Outcome.FAILED),
        "empty.docx": (b"", Outcome.EMPTY),
        "bomb.docx": (write_bomb(tmp_path / "bomb.docx").read_bytes(), Outcome.TOO_LARGE),
    }
    for name, (content, outcome) in cases.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableError) as caught:
            read(tmp_path / name)
        assert caught.value.outcome is outcome, name


@pytest.mark.real
def test_a_zip_that_is_no_word_file_fails(tmp_path: Path, parser: Parser) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("a.txt", "x")
    result = parser.parse(tmp_path / "a.docx")
    assert result.outcome is Outcome.FAILED and "not a docx file" in result.reason
