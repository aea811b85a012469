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
