"""The width of a narrow window is known by the cookie that the page's first HTML sets; what it says is not trusted."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import streamlit as st

from ui.web import browser
from ui.web.server.page_shell import FIRST


@pytest.mark.parametrize(
    ("told", "width"),
    [(None, 0), ("1280", 0), ("390", 390), ("640", 640), ("641", 0), ("9" * 9, 0), ("<b>", 0), ("²", 0)],
)
def test_the_width_is_known_of_a_narrow_window_alone(
    monkeypatch: pytest.MonkeyPatch, told: str | None, width: int
) -> None:
    cookies = {} if told is None else {browser.WIDTH_COOKIE: told}
    monkeypatch.setattr(st, "context", SimpleNamespace(cookies=cookies))
    assert browser.narrow_width() == width


def test_the_first_html_tells_it() -> None:
    assert f"`{browser.WIDTH_COOKIE}=$" in FIRST.read_text(encoding="utf-8")
