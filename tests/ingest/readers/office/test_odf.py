"""OpenDocument."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ingest.readers import read
from tests.ingest.made import write_opendocument
from tests.ingest.readers.reading import told

STYLES = """
<text:list-style style:name="L1">
<text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>
<text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")"/></text:list-style>
<text:list-style style:name="L2"><text:list-level-style-bullet text:level="1"/></text:list-style>
<style:style style:name="T1"><style:text-properties text:display="none"/></style:style>
<style:style style:name="P2" style:parent-style-name="Heading_20_2"/>
"""
BODY = """
<text:tracked-changes><text:changed-region><text:deletion><text:p>taken out</text:p></text:deletion>
</text:changed-region></text:tracked-changes>
<text:h text:outline-level="1">Fees<text:s/>and<text:tab/>fines</text:h>
<text:p>One<text:line-break/>two<text:note><text:note-citation>1</text:note-citation><text:note-body>
<text:p>The note.</text:p></text:note-body></text:note>.<office:annotation><text:p>remark</text:p></office:annotation>
</text:p>
<text:p text:style-name="P2">Below</text:p>
<text:p>Seen <text:span text:style-name="T1">secret</text:span><text:hidden-text>secret</text:hidden-text>here.</text:p>
<text:section text:display="none"><text:p>secret</text:p></text:section>
<text:list text:style-name="L1"><text:list-item><text:p>First</text:p><text:list><text:list-item><text:p>Inner</text:p>
</text:list-item></text:list></text:list-item>
<text:list-item><text:p>Second</text:p><text:p>goes on</text:p></text:list-item></text:list>
<text:list text:style-name="L2"><text:list-item><text:p>Bullet</text:p></text:list-item></text:list>
<text:p>Page<text:soft-page-break/> two<draw:frame><draw:text-box><text:p>Boxed.</text:p></draw:text-box></draw:frame>.
</text:p>
<table:table><table:table-header-rows><table:table-row>
<table:table-cell table:number-columns-spanned="2"><text:p>Pier</text:p></table:table-cell><table:covered-table-cell/>
<table:table-cell><text:p>Leaves</text:p></table:table-cell></table:table-row></table:table-header-rows>
<table:table-row><table:table-cell table:number-rows-spanned="2"><text:p>East</text:p></table:table-cell>
<table:table-cell><text:p>one</text:p></table:table-cell>
<table:table-cell><text:p>6:10</text:p></table:table-cell></table:table-row>
<table:table-row><table:covered-table-cell/><table:table-cell><text:p>two</text:p></table:table-cell>
<table:table-cell><text:p>7:10</text:p></table:table-cell></table:table-row></table:table>
"""


def test_opendocument_text(tmp_path: Path) -> None:
    write_opendocument(tmp_path / "a.odt", BODY, styles=STYLES)
    document = read(tmp_path / "a.odt")
    assert told(document) == [
        ("title", "Fees and fines"),
        ("text", "One\ntwo."),
        ("title", "Below"),
        ("text", "Seen here."),
        ("list", "1. First"),
        ("list", "a) Inner"),
        ("list", "2. Second"),
        ("text", "goes on"),
        ("list", "- Bullet"),
        ("text", "Page two."),
        ("text", "Boxed."),
        ("row", "Pier | | Leaves"),
        ("row", "Pier: East | one | Leaves: 6:10"),
        ("row", "Pier: East | two | Leaves: 7:10"),
        ("text", "The note."),
        ("text", "remark"),
    ]
    assert document.elements[3].section == ("Fees and fines", "Below")
    assert document.pages == 2 and document.elements[-3].page == 2


MARKS = """
<style:style style:name="Up"><style:text-properties style:text-position="super 58%"/></style:style>
<style:style style:name="Low"><style:text-properties style:text-position="-33% 58%"/></style:style>
<style:style style:name="Gone"><style:text-properties style:text-line-through-style="solid"/></style:style>
<style:style style:name="Also" style:parent-style-name="Gone"/>
"""
FORM = """<office:forms><form:form xmlns:form="urn:form">
<form:text xml:id="c1" form:id="c1" form:current-value="Quarrow"/>
<form:checkbox form:id="c2" form:current-state="checked" form:label="by post"/>
<form:checkbox form:id="c3" form:label="by hand"/></form:form></office:forms>"""


def test_opendocument_layout_that_carries_meaning(tmp_path: Path) -> None:
    body = f"""{FORM}<text:p>5 × 10<text:span text:style-name="Up">6</text:span> kg, H<text:span text:style-name="Low"
    >2</text:span>O at <text:span text:style-name="Also">640</text:span> 700.</text:p>
    <text:p text:style-name="Gone">All gone.</text:p>
    <text:p>The law is <draw:frame><draw:object xlink:href="./Object 1"/></draw:frame>.</text:p>
    <text:p><draw:frame><draw:image/><svg:desc xmlns:svg="urn:svg">The yard</svg:desc></draw:frame></text:p>
    <text:p>Surname: <draw:control draw:control="c1"/></text:p><text:p><draw:control draw:control="c2"/></text:p>
    <text:p><draw:control draw:control="c3"/></text:p>
    <text:p>So.<office:annotation><dc:creator xmlns:dc="urn:dc">Eve</dc:creator><text:p>Really?</text:p>
    </office:annotation></text:p>"""
    write_opendocument(tmp_path / "a.odt", body, styles=MARKS)
    with zipfile.ZipFile(tmp_path / "a.odt", "a") as archive:
        archive.writestr("Object 1/content.xml", "<math><mi>E</mi><mo>=</mo><mi>m</mi></math>")
        archive.writestr("Object 2/content.xml", "<office:x xmlns:office='urn:o'><c:chart xmlns:c='urn:c'/></office:x>")
        archive.writestr("Object 3/content.xml", "<broken")
    document = read(tmp_path / "a.odt")
    assert [text for _, text in told(document)] == [
        "5 × 10⁶ kg, H₂O at 700.",
        "The law is E=m.",
        "The yard",
        "Surname: Quarrow",
        "☒ by post",
        "☐ by hand",
        "So.",
        "Eve: Really?",
    ]
    assert document.remark == "left out: charts (1), struck-out text (2)"
