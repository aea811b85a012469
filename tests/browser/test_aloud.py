"""What a screen reader is told of an answer that is being written: whole sentences, not every token."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_page import answered, ask

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]

_NOTE = """() => {
  window.said = []
  window.drawn = 0
  const region = document.querySelector('#oaken-aloud')
  new MutationObserver(() => window.said.push(region.textContent)).observe(region, {childList: true})
  new MutationObserver(all => { window.drawn += all.length }).observe(document.querySelector('#root'), {
    childList: true, subtree: true, characterData: true,
  })
}"""


def test_the_answer_is_announced_by_the_sentence_and_politely(open_page: Callable[..., Page]) -> None:
    page = open_page()
    region = page.locator("#oaken-aloud")
    expect(region).to_have_attribute("aria-live", "polite")
    expect(region).to_have_attribute("role", "status")
    expect(region).to_have_text("")
    page.evaluate(_NOTE)
    ask(page, "Who was the miller?")
    answered(page)
    expect(region).to_contain_text("The answer is complete.")
    said = page.evaluate("window.said")
    sentences = page.locator(".oaken-prose").locator(".oaken-supported, .oaken-unsupported").count()
    assert said[0].endswith("found.")
    assert said[-1].endswith("The answer is complete.")
    assert len(said) <= sentences + 3, said
    assert page.evaluate("window.drawn") > len(said)
    spoken = " ".join(said)
    for sentence in page.locator(".oaken-supported").all():
        words = sentence.evaluate("each => each.firstChild.textContent")
        assert words in spoken
