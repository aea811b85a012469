"""A click asks for the part of the page that it changed; that it is scrolled to is seen in tests/browser."""

from __future__ import annotations

import pytest
import streamlit as st

from ui.web import reveal


def test_each_click_is_another_request_and_every_place_carries_it_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {})
    drawn: list[dict[str, str]] = []
    monkeypatch.setattr(reveal, "component", lambda name: lambda *, data, **_: drawn.append(data))
    reveal.listen("page")
    for _ in range(2):
        reveal.request("library-jobs")
        reveal.listen("page")
        reveal.listen("documents")
    none, *asked = drawn
    assert none == {"target": "", "number": ""}
    assert {each["target"] for each in asked} == {"library-jobs"}
    assert asked[0] == asked[1] != asked[2] == asked[3]
