"""What Word shows by its layout is in its words."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from ingest.readers import read
from ingest.readers.office.docx_marks import RunLayout, W, style_layouts, write_marks
from tests.ingest.readers.office.word_files import run, word_with
from tests.ingest.readers.reading import section_of, told

UP, DOWN = "<w:vertAlign w:val='superscript'/>", "<w:vertAlign w:val='subscript'/>"
STRIKE = "<w:strike/>"
M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
NAMES = f"xmlns:w='{W[1:-1]}' xmlns:m='{M}' xmlns:wp='urn:wp' xmlns:a='urn:a' xmlns:o='urn:o' xmlns:v='urn:v'"
BOX = "<w:r><w:fldChar w:fldCharType='begin'><w:ffData><w:checkBox>{}</w:checkBox></w:ffData></w:fldChar></w:r>"


def written(inside: str) -> str:
    """The words of a paragraph of that XML, once its marks are written."""
    tree = etree.fromstring(f"<w:body {NAMES}><w:p>{inside}</w:p></w:body>")
    write_marks(tree, {"Up": RunLayout(1), "Gone": RunLayout(0, struck=True)})
    return "".join(text.text or "" for text in tree.iter(f"{W}t"))


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        (run("5 × 10") + run("6", UP) + run(" kg"), "5 × 10⁶ kg"),
        (run("10") + run("-", UP) + run("3", UP), "10⁻³"),
        (run("H") + run("2", DOWN) + run("O"), "H₂O"),
        (run("2011") + run("15", DOWN) + run("ya", DOWN), "2011_(15ya)"),
        (run("10") + run("6", "<w:position w:val='8'/>"), "10⁶"),
        (run("10") + run("6", "<w:position w:val='2'/>"), "106"),
        (run("10") + run("6", "<w:rStyle w:val='Up'/>"), "10⁶"),
        (run("10") + run("6", "<w:rStyle w:val='Up'/><w:vertAlign w:val='baseline'/>"), "106"),
        (run("It is ") + run("640 ", STRIKE) + run("700"), "It is 700"),
        (run("It is ") + run("640 ", "<w:dstrike w:val='true'/>") + run("700"), "It is 700"),
        (run("It is ") + run("640", "<w:strike w:val='0'/>"), "It is 640"),
        (run("It is ") + run("640", "<w:rStyle w:val='Gone'/>"), "It is "),
        (run("20") + "<w:r><w:sym w:font='Symbol' w:char='F0B0'/></w:r>" + run("C"), "20°C"),
        (run("20") + "<w:r><w:sym w:font='Wingdings 2' w:char='F052'/></w:r>" + run("C"), "20☑C"),
        (run("a") + "<w:r><w:sym w:font='Wingdings' w:char='F0FC'/></w:r>", "a✓"),
        (run("a") + "<w:r><w:sym w:font='Symbol' w:char='F061'/></w:r>", "aα"),
        (run("a") + "<w:r><w:sym w:font='Symbol' w:char='00A3'/></w:r>" + run("b"), "a≤b"),
        (run("20") + "<w:r><w:sym w:font='Odd' w:char='F0B0'/></w:r>" + run("C"), "20[…]C"),
        (run("20\uf0b0C", "<w:rFonts w:ascii='Symbol'/>"), "20°C"),
        (run("Ticked ") + BOX.format("<w:default w:val='0'/><w:checked/>"), "Ticked ☒"),
        (run("Not ") + BOX.format("<w:default w:val='0'/>"), "Not ☐"),
        (run("None ") + BOX.format("<w:checked w:val='0'/>"), "None ☐"),
        (
            "<w:r><w:fldChar><w:ffData><w:ddList><w:result w:val='1'/><w:listEntry w:val='Small'/>"
            "<w:listEntry w:val='Large'/></w:ddList></w:ffData></w:fldChar></w:r>",
            "Large",
        ),
        (run("The law is ") + "<m:oMath><m:r><m:t>Q=3</m:t></m:r></m:oMath>" + run("."), "The law is Q=3."),
        ("<m:oMathPara><m:oMath><m:r><m:t>v=4</m:t></m:r></m:oMath></m:oMathPara>", "v=4"),
        (
            "<m:oMathPara><m:oMath><m:r><m:t>a</m:t></m:r></m:oMath><m:oMath><m:r><m:t>b</m:t></m:r></m:oMath></m:oMathPara>",
            "ab",
        ),
        (run("The limit is ") + "<m:oMath/>" + run("."), "The limit is […]."),
        (
            run("Press ")
            + "<w:r><w:drawing><wp:inline><wp:docPr descr='the wheel'/></wp:inline></w:drawing></w:r>"
            + run(" now"),
            "Press [the wheel] now",
        ),
        (
            run("It is ") + "<w:r><w:drawing><wp:inline><wp:docPr/></wp:inline></w:drawing></w:r>" + run("."),
            "It is […].",
        ),
        ("<w:r><w:drawing><wp:anchor><wp:docPr descr='The yard'/></wp:anchor></w:drawing></w:r>", "The yard"),
        (run("It is ") + "<w:r><w:object><v:shape/><o:OLEObject/></w:object></w:r>" + run("."), "It is […]."),
        (run("Words.") + "<w:r><w:drawing><wp:inline><wp:docPr descr='x'/></wp:inline></w:drawing></w:r>", "Words."),
    ],
)
def test_marks_are_written_into_the_words(inside: str, text: str) -> None:
    assert written(inside) == text


def test_character_styles_that_raise_or_strike_out_and_those_based_on_them() -> None:
    styles = f"""<w:styles {NAMES}><w:style w:type="character" w:styleId="A"><w:rPr>{UP}</w:rPr></w:style>
    <w:style w:type="character" w:styleId="B"><w:basedOn w:val="A"/><w:rPr>{STRIKE}</w:rPr></w:style>
    <w:style w:type="character" w:styleId="C"><w:basedOn w:val="C"/></w:style>
    <w:style w:type="paragraph" w:styleId="D"><w:rPr>{UP}</w:rPr></w:style></w:styles>"""
    assert style_layouts(styles.encode()) == {"A": RunLayout(1), "B": RunLayout(1, struck=True)}
    assert style_layouts(b"<broken") == {}


COMMENTS = (
    f"<w:comments xmlns:w='{W[1:-1]}'><w:comment w:id='0' w:author='Eve'><w:p>{run('Since May it is Otto.')}</w:p>"
    "</w:comment></w:comments>"
)
DIAGRAM = "<d:dataModel xmlns:d='urn:d' xmlns:a='urn:a'><a:p><a:r><a:t>Dig, then fire.</a:t></a:r></a:p></d:dataModel>"
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "".join(
    f'<Relationship Id="x{kind}" Type="{KIND}/{kind}" Target="{target}"/>'
    for kind, target in (("comments", "comments.xml"), ("diagramData", "diagrams/data1.xml"), ("aFChunk", "part.html"))
)


def test_parts_of_their_own_are_read(tmp_path: Path) -> None:
    control = (
        "<w:sdt><w:sdtPr><w:alias w:val='Surname'/></w:sdtPr><w:sdtContent>"
        + run("Quarrow")
        + "</w:sdtContent></w:sdt>"
    )
    empty = "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>" + run("Click here") + "</w:sdtContent></w:sdt>"
    body = (
        f"<w:p>{run('The warden is Ada, paid ')}{run('640', STRIKE)}{run(' 10')}{run('3', UP)}{run(' a year.')}</w:p>"
        f"<w:p>{control}</w:p><w:p>{run('Town: ')}{empty}</w:p>"
    )
    more = {
        "word/comments.xml": COMMENTS,
        "word/diagrams/data1.xml": DIAGRAM,
        "word/part.html": "<p>The <b>inserted</b> page.</p>",
    }
    document = read(word_with(tmp_path / "a.docx", body, more, RELATIONS))
    texts = [text for _, text in told(document)]
    assert texts[:3] == ["The warden is Ada, paid 10³ a year.", "Surname: Quarrow", "Town:"]
    assert "Eve: Since May it is Otto." in texts and "Dig, then fire." in texts
    assert section_of(document, "The inserted page.") == ("part.html",)
    assert document.remark == "left out: struck-out text (1)"
