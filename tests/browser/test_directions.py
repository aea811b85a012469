"""What is written from the right reads from the right, whatever stands beside it, in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from rag.citations import numbered_sources
from rag.types import Answer, AnswerStatus, Citation, Claim, Document, Element, Passage
from tests.browser.conftest import REPOSITORY
from ui.web import html_views
from ui.web.ask import quote_cards
from ui.web.source.text import part

pytestmark = [pytest.mark.real, pytest.mark.slow]
WORDS = {
    "rtl": ("مكتبة المدينة", "تفتح المكتبة في التاسعة صباحًا، راجع rules-2023.pdf قبل ذلك.", "متى تفتح المكتبة؟"),
    "ltr": ("The library", "The library opens at nine, see قواعد.pdf before that.", "When does the library open?"),
}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 900, "height": 900})
    yield opened
    opened.close()


def show(page: Page, html: str) -> None:
    style = "".join(
        (REPOSITORY / "ui" / "web" / "assets" / name).read_text(encoding="utf-8")
        for name in ("style.css", "style_source.css", "style_quotes.css", "style_conversation.css")
    )
    page.set_content(f"<!doctype html><style>{style}</style><body>{html}")


def direction(page: Page, selector: str) -> str:
    return str(page.eval_on_selector(selector, "each => getComputedStyle(each).direction"))


@pytest.mark.parametrize("way", list(WORDS))
def test_an_answer_reads_the_way_of_its_words(page: Page, way: str) -> None:
    title, said, asked = WORDS[way]
    quote = Citation("d", "docs/مكتبة.md", 3, (title,), 0, len(said), said)
    passage = Passage("d", quote.source, said, 0, len(said), 3, (title,), "ar", 1.0)
    answer = Answer(asked, AnswerStatus.ANSWERED, 1.0, (quote,), (Claim(said, True, 1.0, (quote,)),), (passage,))
    sources = numbered_sources(answer)
    drawn = (
        html_views.question(asked),
        quote_cards.cards(answer, sources, "q"),
        html_views.prose(answer.claims, sources, "q"),
        html_views.passages(answer.passages, sources, "q"),
    )
    show(page, "".join(drawn))
    for selector in (".oaken-question", ".oaken-card", ".oaken-card figcaption", ".oaken-prose", ".oaken-passage"):
        assert direction(page, selector) == way
    number, card = (page.locator(name).bounding_box() for name in (".oaken-card .oaken-number", ".oaken-card"))
    assert number is not None and card is not None
    assert (number["x"] > card["x"] + card["width"] / 2) is (way == "rtl")
    assert direction(page, "figcaption bdi") == "ltr"  # the file's name, its ending last


@pytest.mark.parametrize("way", list(WORDS))
def test_a_document_reads_the_way_of_each_paragraph(page: Page, way: str) -> None:
    title, said, _ = WORDS[way]
    text = f"{title}\n\n{said}\n\n{said} | 3"
    places = [("title", 0, len(title)), ("text", len(title) + 2, len(title) + 2 + len(said))]
    places.append(("row", places[1][2] + 2, len(text)))
    document = Document(text, tuple(Element(kind, a, b, None, (title,)) for kind, a, b in places), "text/plain", "ar")
    show(page, f'<div class="oaken-source">{part(document, "x.md", (0, 3)).html}</div>')
    for selector in (".oaken-heading", ".oaken-words", ".oaken-rows"):
        assert direction(page, selector) == way
