"""Word files: headings, marks of change, tables."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.parse import Parser
from ingest.readers import UnreadableError, read
from rag.types import Outcome
from tests.ingest.doubles import write_bomb, write_word
from tests.ingest.made_msg import ole_file
from tests.ingest.readers.office.word_files import run, word_with
from tests.ingest.readers.reading import parsed, section_of, told


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


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with Parser() as running:
        yield running


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ALL_STOP = "All boats stop when the river freezes over, and the harbour master hoists a black ball."
VISIBLE = "<w:vanish w:val='0'/>"


@pytest.mark.real
def test_word_tracked_changes_controls_boxes_and_hidden_words(tmp_path: Path, parser: Parser) -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent>"
    body = (
        f"<w:p>{run('Kept ')}<w:ins w:id='1' w:author='a'>{run('and put in')}</w:ins>"
        f"<w:del w:id='2' w:author='a'><w:r><w:delText>taken out</w:delText></w:r></w:del>"
        f"{run(', not hidden', VISIBLE)}{run(' secret', '<w:vanish/>')}.</w:p>"
        f"<w:sdt><w:sdtPr/><w:sdtContent><w:p>{run('In a control.')}</w:p></w:sdtContent></w:sdt>"
        f"<w:p>{run('Filled ')}<w:sdt><w:sdtContent>{run('in a line')}</w:sdtContent></w:sdt>"
        f"<w:fldSimple w:instr='DATE'>{run(' on Monday')}</w:fldSimple></w:p>"
        f"<w:p>{run('Beside a box.')}<w:r><w:pict><v:shape xmlns:v='urn:schemas-microsoft-com:vml'>"
        f"<v:textbox>{box}</v:textbox></v:shape></w:pict></w:r></w:p>"
        f"<w:p><w:moveFrom w:id='5' w:author='a'>{run('moved away')}</w:moveFrom>"
        f"<w:moveTo w:id='6' w:author='a'>{run('Moved here')}</w:moveTo></w:p>"
    )
    document = parser.parse(word_with(tmp_path / "a.docx", body)).document
    assert document is not None
    texts = [text for _, text in told(document)]
    assert texts[:6] == [
        "Kept and put in, not hidden",
        "In a control.",
        "Filled in a line on Monday",
        "Beside a box.",
        "In a box.",
        "Moved here",
    ]


@pytest.mark.real
def test_word_links_in_tables_and_merged_cells(tmp_path: Path, parser: Parser) -> None:
    import docx
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    word = docx.Document()
    table = word.add_table(rows=4, cols=3)
    for at, row in enumerate((("Pier", "Boat", "Leaves"), ("East", "one", "6:10"), ("", "two", "7:10"))):
        for column, cell in enumerate(row):
            table.cell(at, column).text = cell
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(3, 0).merge(
        table.cell(3, 2)
    ).text = "All boats stop when the river freezes over, and the harbour master hoists a black ball."
    link = OxmlElement("w:hyperlink")
    relation = word.part.relate_to("https://ferry.example/", RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link.set(qn("r:id"), relation)
    paragraph = table.cell(1, 1).paragraphs[0]
    link.append(paragraph.runs[0]._r)
    paragraph._p.append(link)
    word.save(str(tmp_path / "a.docx"))
    document = parser.parse(tmp_path / "a.docx").document
    assert document is not None
    assert [text for _, text in told(document)] == [
        "Pier | Boat | Leaves",
        "Pier: East | Boat: one | Leaves: 6:10",
        "Pier: East | Boat: two | Leaves: 7:10",
        ALL_STOP,
    ]
    assert document.elements[-1].kind == "text"
    assert [(document.text[each.start : each.end], each.target) for each in document.links] == [
        ("one", "https://ferry.example/")
    ]


@pytest.mark.real
def test_a_word_table_whose_grid_is_broken_loses_no_cell(tmp_path: Path, parser: Parser) -> None:
    cells = "".join(f"<w:tc><w:p>{run(text)}</w:p></w:tc>" for text in ("East", "one"))
    wrong = f"<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p>{run('lost')}</w:p></w:tc>"
    body = f"<w:tbl><w:tr>{cells}</w:tr><w:tr><w:trPr><w:gridBefore w:val='3'/></w:trPr>{wrong}{cells}</w:tr></w:tbl>"
    document = parser.parse(word_with(tmp_path / "a.docx", body)).document
    assert document is not None
    assert document.text.startswith("East | one\nlost | East | one\n")


BOLD, SHADED = "<w:b/>", "<w:tcPr><w:shd w:val='clear' w:fill='D9E2F3'/></w:tcPr>"


def word_table(*rows: tuple[str, ...], head: str = "", bold: str = "", shade: str = "", column: str = "") -> str:
    """A table; its first row has these marks, and its first column is ``column``."""
    lines = []
    for at, row in enumerate(rows):
        marks = [bold if not at else column if not place else "" for place in range(len(row))]
        cells = "".join(
            f"<w:tc>{shade if not at else ''}<w:p>{run(text, mark)}</w:p></w:tc>"
            for text, mark in zip(row, marks, strict=True)
        )
        lines.append(f"<w:tr>{head if not at else ''}{cells}</w:tr>")
    return f"<w:tbl>{''.join(lines)}</w:tbl>"


PAIRS = (("Country", "Capital"), ("Spain", "Madrid"), ("Russia", "Moscow"))


@pytest.mark.parametrize(
    ("table", "row"),
    [
        (word_table(*PAIRS, head="<w:trPr><w:tblHeader/></w:trPr>"), "Country: Spain | Capital: Madrid"),
        (word_table(*PAIRS, bold=BOLD), "Country: Spain | Capital: Madrid"),
        (word_table(*PAIRS, shade=SHADED), "Country: Spain | Capital: Madrid"),
        (word_table(*PAIRS, bold=BOLD, column=BOLD), "Country: Spain | Capital: Madrid"),
        (word_table(*PAIRS), "Spain | Madrid"),
        (word_table(*PAIRS, column=BOLD), "Spain | Madrid"),
        (word_table(*PAIRS, head="<w:trPr><w:tblHeader w:val='0'/></w:trPr>"), "Spain | Madrid"),
        (word_table(("Boats of the club", ""), *PAIRS[1:], bold=BOLD), "Spain | Madrid"),
    ],
    ids=range(8),
)
def test_the_header_of_a_table_is_what_word_marks(tmp_path: Path, table: str, row: str) -> None:
    assert row in [text for _, text in told(read(word_with(tmp_path / "a.docx", table)))]
