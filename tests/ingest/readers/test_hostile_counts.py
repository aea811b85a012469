"""Small files that hold too many of something: each is told early, and what is next to it is read as ever."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest

from ingest.readers import read
from ingest.readers.markup.html_page import MOST_ATTRIBUTES
from ingest.readers.markup.markdown import MAX_BRACKET_DEPTH, MOST_OPEN_BRACKETS
from ingest.readers.markup.org import MAX_BLOCK_DEPTH
from ingest.readers.office.docx import MOST_PARAGRAPHS
from ingest.readers.shared.build import MAX_REMARK_CHARS, joined_remarks
from ingest.readers.shared.members import MAX_ATTACHMENTS
from rag.messages import from_data, to_data
from rag.types import Outcome
from tests.ingest.made import MAKERS, WORDS, write_epub
from tests.ingest.readers.reading import outcome_of

pytestmark = pytest.mark.timeout(60)  # without the limits each takes minutes

ATTRIBUTES = {
    "quoted": lambda count: " ".join(f'a{n}="b"' for n in range(count)),
    "plain": lambda count: " ".join(f"a{n}=b" for n in range(count)),
    "quoted, with the end of a tag in them": lambda count: " ".join(f'a{n}="x>"' for n in range(count)),
    "without values": lambda count: "/".join(f"a{n}" for n in range(count)),
    "with a bracket in the name": lambda count: "\n".join(f"<a{n} = '>'" for n in range(count)),
}


@pytest.mark.parametrize("suffix", [".html", ".md"])
@pytest.mark.parametrize("attributes", ATTRIBUTES.values(), ids=ATTRIBUTES)
def test_an_element_with_too_many_attributes(tmp_path: Path, suffix: str, attributes: object) -> None:
    assert callable(attributes)
    wrong = f"<div><p {attributes(100_000)}>A word is here.</p></div>"
    found = outcome_of(tmp_path / f"a{suffix}", wrong)
    assert found == (Outcome.TOO_LARGE, "one of its elements has more than 2,000 attributes")


@pytest.mark.parametrize("broken", [False, True])
def test_an_element_of_xml_with_too_many_attributes(tmp_path: Path, broken: bool) -> None:
    end = "" if broken else "</a>"
    wrong = f"<a><p {ATTRIBUTES['quoted'](100_000)}>A word is here.</p>{end}"
    found = outcome_of(tmp_path / "a.xml", wrong)
    assert found == (Outcome.TOO_LARGE, "one of its elements has more than 2,000 attributes")


def test_a_page_with_many_attributes_in_all_is_read(tmp_path: Path) -> None:
    element = f"<p {ATTRIBUTES['plain'](MOST_ATTRIBUTES // 2)}>The gate is blue.</p>"
    picture = f"<img alt='a > b' src='data:image/png;base64,{'a =' * 100_000}'>"
    (tmp_path / "a.html").write_text(element * 5 + picture)
    assert read(tmp_path / "a.html").text.count("The gate is blue.") == 5


@pytest.mark.parametrize("text", ["[" * 400_000, "![" * 100_000, "[a\n" * 100_000, "[a" * 50_000 + "]" * 50_000])
def test_square_brackets_without_an_end_are_plain_text(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.md").write_text(f"# The gate\n\nIt is blue.\n\n{text}\n")
    document = read(tmp_path / "a.md")
    assert "It is blue." in document.text
    assert document.remark == "its square brackets are not closed; read as plain text"


def test_a_few_open_brackets_are_markdown(tmp_path: Path) -> None:
    some = "[x" * 500 + "]" * 500 + "\n\n" + "[y\n\n" * 500 + "[z](https://mill.example)\n\n" * 200
    assert max(500, 1_000) <= min(MOST_OPEN_BRACKETS, MAX_BRACKET_DEPTH)
    (tmp_path / "a.md").write_text(f"# The gate\n\nIt is *blue*.\n\n{some}")
    document = read(tmp_path / "a.md")
    assert "It is blue." in document.text and document.remark == "" and len(document.links) == 200


def docx(path: Path, paragraphs: int) -> None:
    """A Word file with that many paragraphs in place of its first."""
    MAKERS[".docx"](path, WORDS["en"])
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                data = data.replace(b"<w:body>", b"<w:body>" + b"<w:p><w:r><w:t>A word.</w:t></w:r></w:p>" * paragraphs)
            new.writestr(name, data)


def test_a_word_file_with_too_many_paragraphs(tmp_path: Path) -> None:
    docx(tmp_path / "a.docx", 500)
    assert read(tmp_path / "a.docx").text.count("A word.") == 500
    docx(tmp_path / "b.docx", MOST_PARAGRAPHS + 1)
    outcome, reason = outcome_of(tmp_path / "b.docx", (tmp_path / "b.docx").read_bytes())
    assert outcome is Outcome.TOO_LARGE and "paragraphs, and 40,000 are read" in reason


def test_a_book_that_names_a_chapter_again_and_again(tmp_path: Path) -> None:
    write_epub(tmp_path / "a.epub", WORDS["en"])
    with zipfile.ZipFile(tmp_path / "a.epub") as old, zipfile.ZipFile(tmp_path / "b.epub", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith(".opf"):
                begin, end = data.index(b"<spine>") + 7, data.index(b"</spine>")
                data = data[:begin] + data[begin:end] * 20_000 + data[end:]
            new.writestr(name, data)
    assert read(tmp_path / "b.epub").text == read(tmp_path / "a.epub").text


def test_blocks_within_blocks(tmp_path: Path) -> None:
    begun = "#+BEGIN_QUOTE\n" * MAX_BLOCK_DEPTH
    (tmp_path / "a.org").write_text(f"{begun}The gate is blue.\n")
    assert read(tmp_path / "a.org").text == "The gate is blue."
    assert outcome_of(tmp_path / "b.org", begun * 800) == (Outcome.FAILED, "it is nested too deeply")


def test_a_message_with_thousands_of_attachments_is_read_and_its_remark_stays_short(tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "Gate"
    message.set_content("The gate is blue.")
    for number in range(MAX_ATTACHMENTS * 5):
        message.add_attachment(b"\0\1", maintype="application", subtype="zip", filename=f"{number:0100}.rar")
    (tmp_path / "a.eml").write_bytes(message.as_bytes())
    document = read(tmp_path / "a.eml")
    assert "The gate is blue." in document.text
    assert "it is an archive" in document.remark and document.remark.endswith("more remarks")
    assert len(document.remark) < MAX_REMARK_CHARS + 200
    assert from_data(to_data(document.remark)) == document.remark  # as the worker sends it


def test_remarks_are_told_once_in_order_and_counted_beyond_a_length() -> None:
    assert joined_remarks(["a", "", "b", "a"]) == "a; b"
    assert joined_remarks([]) == ""
    assert joined_remarks(["x" * MAX_REMARK_CHARS, "y", "z"]) == f"{'x' * MAX_REMARK_CHARS}; 2 more remarks"
