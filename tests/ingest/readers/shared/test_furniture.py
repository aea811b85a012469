"""Contents and running heads: kept as text, told apart from what answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers import read
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.furniture import FURNITURE, mark_furniture
from rag.types import Document

HEADINGS = {
    "en": ("Setting up", "What it costs", "Where to ask"),
    "es": ("Puesta en marcha", "Cuánto cuesta", "Dónde preguntar"),
    "ru": ("Начало работы", "Сколько это стоит", "Куда обратиться"),
}


def of_kind(document: Document, kind: str) -> list[str]:
    return [document.text[each.start : each.end] for each in document.elements if each.kind == kind]


def sections(headings: tuple[str, ...]) -> str:
    return "\n\n".join(f"# {each}\n\nOne sentence about that stands here." for each in headings)


@pytest.mark.parametrize("language", ["en", "es", "ru"])
def test_a_list_of_the_headings_is_contents(tmp_path: Path, language: str) -> None:
    listed = "\n".join(f"- [{each}](#{at})" for at, each in enumerate(HEADINGS[language]))
    (tmp_path / "a.md").write_text(f"{listed}\n\n{sections(HEADINGS[language])}")
    document = read(tmp_path / "a.md")
    assert of_kind(document, FURNITURE) == [f"- {each}" for each in HEADINGS[language]]
    assert not of_kind(document, "list")


def test_a_list_that_a_sentence_leads_to_is_an_answer(tmp_path: Path) -> None:
    listed = "\n".join(f"- {each}" for each in HEADINGS["en"])
    (tmp_path / "a.md").write_text(f"The talk has three parts:\n\n{listed}\n\n{sections(HEADINGS['en'])}")
    assert len(of_kind(read(tmp_path / "a.md"), "list")) == 3


@pytest.mark.parametrize("leader", [" ........ ", " . . . . . . ", " …… ", "······ ", " ______ "])
def test_names_with_leaders_and_rising_pages_are_contents(leader: str) -> None:
    entries = [f"{each}{leader}{page}" for each, page in zip(HEADINGS["es"], (3, 3, 12), strict=True)]
    said = ReaderBlock("text", "Se paga en el muelle.")
    assert [each.kind for each in mark_furniture([*(ReaderBlock("text", each) for each in entries), said])] == [
        *[FURNITURE] * 3,
        "text",
    ]
    assert [each.kind for each in mark_furniture([ReaderBlock("text", " ".join(entries)), said])] == [FURNITURE, "text"]


def test_a_menu_and_blanks_to_fill_in_are_no_contents() -> None:
    menu = [ReaderBlock("text", f"{dish} ........ {price}") for dish, price in (("Soup", 7), ("Cod", 19), ("Cake", 6))]
    blanks = [ReaderBlock("text", f"{name} ______________") for name in ("Name", "Street", "Town")]
    for given_blocks in (menu, blanks):
        assert mark_furniture([*given_blocks, ReaderBlock("text", "Thank you.")])[:3] == given_blocks


def test_contents_alone_stay_text() -> None:
    entries = [ReaderBlock("text", f"{each} ..... {at}") for at, each in enumerate(HEADINGS["en"], 1)]
    assert mark_furniture(entries) == entries


def test_contents_of_a_pdf_and_what_runs_at_its_edges(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(595, 842))
    for page in range(1, 5):
        canvas.setFont("Helvetica", 9)
        canvas.drawString(72, 810, "Harbour Authority of Tresvado")
        canvas.drawString(72, 20, "Ask the desk: desk@harbour.example")
        canvas.drawString(300, 30, f"Page {page} of 4")
        canvas.setFont("Helvetica", 12)
        if page == 1:
            for at, name in enumerate(HEADINGS["en"]):
                canvas.drawString(72, 700 - 16 * at, f"{name} {'.' * 40} {at + 2}")
        else:
            canvas.setFont("Helvetica", 20)
            canvas.drawString(72, 700, HEADINGS["en"][page - 2])
            canvas.setFont("Helvetica", 12)
            canvas.drawString(72, 660, f"Boat number {page} leaves the pier at six and comes back at noon.")
        canvas.showPage()
    canvas.save()
    document = read(tmp_path / "a.pdf")
    furniture = " ".join(of_kind(document, FURNITURE))
    assert "Harbour Authority of Tresvado" in furniture
    assert all(f"{each} ..." in furniture for each in HEADINGS["en"])
    assert "Page 2" not in document.text
    assert of_kind(document, "text")[0] == "Ask the desk: desk@harbour.example"  # says how to reach somebody
    assert len(of_kind(document, "text")) == 4


def test_a_menu_by_its_role_is_left_out_like_a_nav(tmp_path: Path) -> None:
    page = '<body><div role="navigation"><a href="/a">Home</a></div><p>The boats lie at the pier.</p></body>'
    (tmp_path / "a.html").write_text(page)
    assert read(tmp_path / "a.html").text == "The boats lie at the pier."


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "much", ["." * 10**6, ". " * 10**5, "…" * 10**6, ".... 5 " * 10**5, "_" * 10**6, ".... " * 10**5]
)
def test_a_text_of_nothing_but_leaders_takes_no_time(much: str) -> None:
    assert build([ReaderBlock("text", much), ReaderBlock("text", "x")], "x").text.endswith("x")


_TEXTS = st.sampled_from(
    ["Alpha", "Beta", "Gamma", "Alpha ..... 3", "Beta ..... 2", "- Gamma", "It is so.", "Alpha | 4", ""]
)
_BLOCKS = st.builds(ReaderBlock, st.sampled_from(["title", "text", "list", "row", "code"]), _TEXTS, st.just(1))


@given(st.lists(_BLOCKS, max_size=14))
def test_setting_apart_changes_no_text(found: list[ReaderBlock]) -> None:
    made = mark_furniture(found)
    assert [each.text for each in made] == [each.text for each in found]
    assert build(found, "x").text.split() == " ".join(each.text for each in found).split()
    kinds = {each.kind for each in made if each.text}
    assert FURNITURE not in kinds or kinds - {FURNITURE, "title"}
