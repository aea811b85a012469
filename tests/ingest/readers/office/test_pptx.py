"""Slides."""

from __future__ import annotations

from pathlib import Path

from ingest.readers import read
from tests.ingest.readers.reading import told


def test_slides_groups_merged_cells_charts_and_reading_order(tmp_path: Path) -> None:
    import pptx
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches

    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Boats"
    low = slide.shapes.add_textbox(Inches(1), Inches(5), Inches(3), Inches(1))
    low.text_frame.text = "Below."
    group = slide.shapes.add_group_shape()
    inner = group.shapes.add_group_shape()
    inner.shapes.add_textbox(Inches(1), Inches(2), Inches(3), Inches(1)).text_frame.text = "In a group in a group."
    data = CategoryChartData()
    data.categories = ["May", "June"]
    data.add_series("Passengers", (120, 240.5))
    data.add_series("Dogs", (3, None))
    area = Inches(1), Inches(3), Inches(3), Inches(1)
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *area, data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Who came"
    table = slide.shapes.add_table(3, 3, Inches(1), Inches(4), Inches(3), Inches(1)).table
    for at, row in enumerate((("Pier", "Boat", "Leaves"), ("East", "one", "6:10"), ("", "two", "7:10"))):
        for column, cell in enumerate(row):
            table.cell(at, column).text = cell
    table.cell(1, 0).merge(table.cell(2, 0))
    deck.slides.add_slide(deck.slide_layouts[6])  # without a title
    deck.slides[1].shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "Alone."
    deck.save(str(tmp_path / "a.pptx"))
    document = read(tmp_path / "a.pptx")
    assert told(document) == [
        ("title", "Boats"),
        ("text", "In a group in a group."),
        ("text", "Who came"),
        ("row", "Passengers | Dogs"),
        ("row", "May | Passengers: 120 | Dogs: 3"),
        ("row", "June | Passengers: 240.5"),
        ("row", "Pier | Boat | Leaves"),
        ("row", "Pier: East | Boat: one | Leaves: 6:10"),
        ("row", "Pier: East | Boat: two | Leaves: 7:10"),
        ("text", "Below."),
        ("text", "Alone."),
    ]
    assert document.pages == 2
    assert (document.elements[-1].page, document.elements[-1].section) == (2, ())


UP = "http://schemas.openxmlformats.org/drawingml/2006/main"
FORMULA = (
    '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:a="{0}" '
    'xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"><mc:Choice Requires="a14"><p:sp><p:nvSpPr>'
    '<p:cNvPr id="90" name="f"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:p><a:r><a:t>So </a:t>'
    "</a:r><a14:m><m:oMath><m:r><m:t>E=mc</m:t></m:r></m:oMath></a14:m><a:r><a:t>.</a:t></a:r></a:p></p:txBody></p:sp>"
    '</mc:Choice><mc:Fallback><p:sp><p:nvSpPr><p:cNvPr id="90" name="f"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/>'
    "<p:txBody><a:bodyPr/><a:p><a:r><a:t>no formula</a:t></a:r></a:p></p:txBody></p:sp></mc:Fallback>"
    "</mc:AlternateContent>"
)


def test_layout_that_carries_meaning_notes_in_boxes_and_formulas(tmp_path: Path) -> None:
    import pptx
    from lxml import etree
    from pptx.util import Inches

    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Kiln"
    frame = slide.shapes.add_textbox(Inches(1), Inches(2), Inches(3), Inches(1)).text_frame
    for text, name, value in (("5 × 10", "", ""), ("6", "baseline", "30000"), (" kg, ", "", ""), ("H", "", "")):
        run = frame.paragraphs[0].add_run()
        run.text = text
        if name:
            run._r.get_or_add_rPr().set(name, value)
    for text, name, value in (
        ("2", "baseline", "-25000"),
        ("O ", "", ""),
        ("old ", "strike", "sngStrike"),
        ("new", "", ""),
    ):
        run = frame.paragraphs[0].add_run()
        run.text = text
        if name:
            run._r.get_or_add_rPr().set(name, value)
    slide.shapes._spTree.append(etree.fromstring(FORMULA.format(UP)))
    notes = slide.notes_slide
    notes.notes_text_frame.text = "Say it slowly."
    notes.shapes._spTree.append(
        etree.fromstring(
            FORMULA.format(UP)
            .partition('Requires="a14">')[2]
            .partition("</mc:Choice>")[0]
            .replace(
                "<p:sp>",
                f'<p:sp xmlns:a="{UP}" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
                'xmlns:a14="urn:a14" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">',
            )
            .replace("So ", "In a box: ")
        )
    )
    deck.save(str(tmp_path / "a.pptx"))
    document = read(tmp_path / "a.pptx")
    texts = [text for _, text in told(document)]
    assert texts[0] == "Kiln" and sorted(texts[1:]) == [
        "5 × 10⁶ kg, H₂O new",
        "In a box: E=mc.",
        "Say it slowly.",
        "So E=mc.",
    ]
    assert document.remark == "left out: struck-out text (1)"


def test_a_body_that_comes_first_is_no_title(tmp_path: Path) -> None:
    import pptx

    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "The desk opens at seven."
    holder = slide.shapes.title._element.find(".//{*}ph")
    holder.set("type", "body")
    deck.save(str(tmp_path / "a.pptx"))
    assert told(read(tmp_path / "a.pptx")) == [("text", "The desk opens at seven.")]


def test_comments_and_pictures(tmp_path: Path) -> None:
    import pptx
    from PIL import Image
    from pptx.opc.constants import RELATIONSHIP_TYPE
    from pptx.opc.package import Part
    from pptx.opc.packuri import PackURI

    Image.new("RGB", (30, 30)).save(tmp_path / "yard.png")
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    picture = slide.shapes.add_picture(str(tmp_path / "yard.png"), 0, 0)
    picture._element.nvPicPr.cNvPr.set("descr", "The yard at dusk")
    data = '<p:cmLst xmlns:p="urn:p"><p:cm><p:text>Is it slate?</p:text></p:cm></p:cmLst>'
    name, kind = PackURI("/ppt/comments/comment1.xml"), "application/xml"
    slide.part.relate_to(Part(name, kind, slide.part.package, data.encode()), RELATIONSHIP_TYPE.COMMENTS)
    deck.save(str(tmp_path / "a.pptx"))
    assert [text for _, text in told(read(tmp_path / "a.pptx"))] == ["The yard at dusk", "Is it slate?"]
