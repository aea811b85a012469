"""The page speaks four languages: as the browser does, or as one chooses, which is remembered; every page in each."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from playwright.sync_api import Browser, BrowserContext, Page, expect

from rag.conversation.chats.store import ChatStore
from rag.settings import library_folder
from tests.browser.conftest import Witness, app, shot
from tests.browser.test_access import at_rest, serious
from tests.ui.quoted import ANSWER
from ui.shared.i18n import LOCALE_FOLDER, page_languages

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]

MODEL = {
    "en": ("Model", "The model that writes the answers."),
    "es": ("Modelo", "Quién redacta las respuestas."),
    "ru": ("Модель", "Кто пишет ответы."),
    "de": ("Modell", "Das Modell, das die Antworten schreibt."),
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


@pytest.fixture(scope="module")
def conversation(home: Path) -> str:
    """The id of a conversation whose answer quotes a list, code, a table and a section."""
    with ChatStore.open(library_folder(home, "default")) as chats:
        chat = chats.new().id
        chats.keep(chats.ask(chat, "What torque?", None).id, ANSWER)
    return chat


SIZES = ((1280, 900, "light"), (390, 844, "dark"), (320, 640, "light"))
WIDER = """() => [document.documentElement, document.querySelector('[data-testid="stMain"]')]
  .map(each => each.scrollWidth - each.clientWidth)"""
# What is said on buttons and beside fields; not what documents, questions and names of files say.
LABELS = """() => {
  const content = '.oaken-card, .st-key-chats-list, .st-key-suggested, .oaken-question'
  const all = [...document.querySelectorAll('button, summary, label, h1, h2, h3, a, input, textarea')]
  return all.filter(each => each.checkVisibility() && !each.closest(content)).flatMap(each => {
    const words = each.cloneNode(true)
    words.querySelectorAll('[data-testid="stIconMaterial"]').forEach(icon => icon.remove())
    return [words.textContent, each.getAttribute('aria-label'), each.placeholder]
  }).map(said => (said ?? '').trim()).filter(said => said)
}"""
SAME_EVERYWHERE = re.compile(r"default|English|Español|Deutsch|~/.*|https?://.*|[\w.]+-[\w.-]+|1|\W+")


def untranslated(page: Page, language: str, seconds: float = 10.0) -> list[str]:
    """Labels in English where the page speaks another language; in Russian, all without a Russian letter.

    Streamlit's own words are translated a moment after Streamlit has drawn them.
    """
    until = time.monotonic() + seconds
    while (found := _untranslated(page, language)) and time.monotonic() < until:
        page.wait_for_timeout(200)
    return found


def _untranslated(page: Page, language: str) -> list[str]:
    said: list[str] = page.evaluate(LABELS)
    with (LOCALE_FOLDER / language / "LC_MESSAGES" / "oaken.po").open("rb") as file:
        english = {str(each.id) for each in read_po(file) if each.id and each.string != each.id}
    strange = [each for each in said if each in english]
    if language == "ru":
        strange += [
            each for each in said if not re.search("[а-яё]", each.lower()) and not SAME_EVERYWHERE.fullmatch(each)
        ]
    assert len(said) > 5
    return strange


@pytest.mark.parametrize("language", page_languages())
def test_every_page_in_every_width_and_theme(
    browser: Browser, contexts: list[BrowserContext], conversation: str, address: str, language: str
) -> None:
    witness = Witness()
    page = page_of(browser, contexts, language, witness)
    for path in (f"/?chat={conversation}", "/library", "/model"):
        page.goto(address + path)
        for width, height, scheme in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            at_rest(page)
            expect(page.locator("html")).to_have_attribute("style", re.compile(f"color-scheme: {scheme}"))
            assert page.evaluate(WIDER) == [0, 0], (path, width)
            if width < 1280 and path.startswith("/?"):
                page.get_by_test_id("stExpandSidebarButton").click(trial=True)  # nothing lies over it
            if width == 390:
                assert serious(page) == []
            assert language == "en" or untranslated(page, language) == []
    speaks(page, language)
    witness.check()


@pytest.mark.parametrize(("locale", "language"), [("es-MX", "es"), ("fr-FR", "en")])
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


def test_another_is_chosen_by_keyboard_and_remembered(
    browser: Browser, contexts: list[BrowserContext], address: str
) -> None:
    witness = Witness()
    page = page_of(browser, contexts, "en-US", witness, viewport={"width": 390, "height": 844})
    page.goto(address)
    page.get_by_role("button", name="Settings").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="Русский")).to_be_visible()
    shot(page, "page-settings")
    page.get_by_role("radio", name="English").focus()
    for _ in range(list(page_languages()).index("ru")):
        page.keyboard.press("ArrowDown")
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    page.reload()
    expect(page.get_by_role("button", name="Настройки")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    other = contexts[0].new_page()  # a second page of the same browser
    other.goto(f"{address}/model")
    speaks(other, "ru")
    assert other.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    shot(other, "model-ru")
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
    page.get_by_role("button", name="Настройки").click()
    page.get_by_text("Español", exact=True).click()
    page.keyboard.press("Escape")
    table.hover()
    expect(page.get_by_role("button", name="Pantalla completa: Los documentos de la biblioteca")).to_be_visible()
    expect(page.get_by_test_id("stSkipToContent")).to_have_text("Saltar al contenido")
    page.get_by_role("button", name="Ajustes").click()
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
