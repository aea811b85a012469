"""The page with the password's field."""

from __future__ import annotations

import asyncio

import pytest

from tests.ui.web.server.door import Door


@pytest.mark.parametrize(
    ("accepted", "cookie", "language", "words"),
    [
        ("tlh, es-MX;q=0.8, en;q=0.9", "", "en", "Log in"),
        ("es-MX", "", "es", "Entrar"),
        ("ru;q=0.9,tlh", "", "ru", "Войти"),
        ("es", "oaken-language=ru", "ru", "Войти"),
        ("es;q=x, ;;, *", "oaken-language=<b>", "en", "Log in"),
    ],
)
def test_the_page_speaks_the_browser_s_language(
    door: Door, accepted: str, cookie: str, language: str, words: str
) -> None:
    _, _, body = asyncio.run(door.ask(accept_language=accepted, cookie=cookie))
    assert f'<html lang="{language}">' in body and words in body


@pytest.mark.parametrize("language", ["en", "es", "ru", "de"])
@pytest.mark.parametrize("cookie", ["", "oaken=guess"])
def test_the_page_without_a_password_says_in_each_language_what_to_do(language: str, cookie: str) -> None:
    _, _, body = asyncio.run(Door(password=None).ask("/library", accept_language=language, cookie=cookie))
    assert f'<html lang="{language}">' in body
    assert (
        "<code>oaken ui</code>" in body
        and "<code>/open?token=…</code>" in body
        and "{" not in body.partition("<main>")[2]
    )
    assert ("Oaken does not know this browser" in body) == (language == "en")


def test_on_one_s_own_computer_the_page_speaks_of_no_other() -> None:
    for local in (True, False):
        _, _, body = asyncio.run(Door(local=local).ask())
        assert ("Oaken on this computer" in body) == local and ("another computer" in body) != local


def test_the_page_runs_nothing_and_loads_nothing(door: Door) -> None:
    _, headers, body = asyncio.run(door.ask("/library"))
    rules = headers["content-security-policy"]
    assert "default-src 'none'" in rules and "script" not in rules and "unsafe" not in rules
    assert "<script" not in body and "src=" not in body and 'value="/library"' in body
