"""The page speaks English, Spanish and Russian: as the browser does, or as one chooses, which is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Witness, app, shot
from ui.shared.i18n import page_languages

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]

MODEL = {
    "en": ("Model", "The model that writes the answers."),
    "es": ("Modelo", "Quién redacta las respuestas."),
    "ru": ("Модель", "Кто пишет ответы."),
    "de": ("Modell", "Das Modell, das die Antworten schreibt."),
}

LOOKS: dict[str, dict[str, object]] = {
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}},
}


@pytest.fixture
def contexts(browser: Browser) -> Iterator[list[BrowserContext]]:
    opened: list[BrowserContext] = []
    yield opened
    for each in opened:
        each.close()


def page_of(browser: Browser, contexts: list[BrowserContext], locale: str, witness: Witness, **look: object) -> Page:
    contexts.append(browser.new_context(locale=locale, **look))  # type: ignore[arg-type]
    page = contexts[-1].new_page()
    page.set_default_timeout(60_000)
    witness.watch(page)
    return page


def speaks(page: Page, language: str) -> None:
    title, words = MODEL[language]
    expect(page.locator("h1.oaken-title")).to_have_text(title)
    expect(page.locator(".oaken-lead")).to_contain_text(words)
    expect(page.get_by_role("link", name=title, exact=True).first).to_be_attached()
    expect(page.locator("html")).to_have_attribute("lang", language)


@pytest.mark.parametrize(
    ("locale", "language"), [("en-GB", "en"), ("es-MX", "es"), ("ru", "ru"), ("de-DE", "de"), ("fr-FR", "en")]
)
def test_it_speaks_as_the_browser_does(
    browser: Browser, contexts: list[BrowserContext], address: str, locale: str, language: str
) -> None:
    witness = Witness()
    page = page_of(browser, contexts, locale, witness)
    page.goto(address)
    page.get_by_role("link", name=MODEL[language][0], exact=True).click()
    speaks(page, language)
    assert contexts[0].cookies() == [each for each in contexts[0].cookies() if each["name"] != "oaken-language"]
    witness.check()


@pytest.mark.parametrize("name", LOOKS)
def test_another_is_chosen_by_keyboard_and_remembered(
    browser: Browser, contexts: list[BrowserContext], address: str, name: str
) -> None:
    witness = Witness()
    page = page_of(browser, contexts, "en-US", witness, **LOOKS[name])
    page.goto(address)
    menu = page.get_by_role("button", name="English")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Русский")).to_be_visible()
    shot(page, f"language-menu-{name}")
    for _ in range(list(page_languages()).index("ru")):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Русский")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    page.reload()
    expect(page.get_by_role("button", name="Русский")).to_be_visible()
    other = contexts[0].new_page()  # a second page of the same browser
    other.goto(f"{address}/model")
    speaks(other, "ru")
    assert other.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    shot(other, f"model-ru-{name}")
    other.close()
    witness.check()


def test_what_an_old_cookie_says_is_not_trusted(browser: Browser, contexts: list[BrowserContext], address: str) -> None:
    witness = Witness()
    page = page_of(browser, contexts, "es-ES", witness)
    contexts[0].add_cookies([{"name": "oaken-language", "value": "<script>", "url": address}])
    page.goto(address)
    page.get_by_role("link", name="Modelo", exact=True).click()
    speaks(page, "es")
    witness.check()


def test_streamlits_own_words_follow_the_language(
    browser: Browser, contexts: list[BrowserContext], address: str
) -> None:
    witness = Witness()
    page = page_of(browser, contexts, "ru-RU", witness)
    page.goto(address)
    page.get_by_role("link", name="Библиотека", exact=True).click()
    table = page.get_by_test_id("stDataFrame")
    table.hover()
    expect(page.get_by_role("button", name="На весь экран: Документы библиотеки")).to_be_visible()
    kinds = page.get_by_role("combobox", name="Вид файла")
    kinds.click()
    kinds.press_sequentially("zzzz")
    expect(page.get_by_text("Ничего не найдено", exact=True)).to_be_visible()
    shot(page, "streamlit-ru")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Русский").click()
    page.get_by_text("Español", exact=True).click()
    table.hover()
    expect(page.get_by_role("button", name="Pantalla completa: Los documentos de la biblioteca")).to_be_visible()
    expect(page.get_by_test_id("stSkipToContent")).to_have_text("Saltar al contenido")
    page.get_by_role("button", name="Español").click()
    page.get_by_text("English", exact=True).click()
    expect(page.get_by_test_id("stSkipToContent")).to_have_text("Skip to main content")
    witness.check()


@pytest.mark.parametrize(
    ("locale", "words"),
    [("en", "The connection is lost"), ("es", "Se ha perdido la conexión"), ("ru", "Связь потеряна")],
)
def test_a_lost_connection_is_reported_in_oakens_words(
    browser: Browser, contexts: list[BrowserContext], home: Path, locale: str, words: str
) -> None:
    with app(home, home.parent / f"lost-{locale}.log") as (address, process):
        page = page_of(browser, contexts, locale, Witness())
        page.goto(f"{address}/model")
        speaks(page, locale)
        process.terminate()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text(words)
        expect(dialog).to_contain_text("oaken ui")
        expect(dialog).not_to_contain_text("treamlit")
