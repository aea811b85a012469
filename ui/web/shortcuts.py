"""Keyboard shortcuts of the page; ``assets/keys.js`` hears them and shows the list."""

from __future__ import annotations

from rag.messages import marked
from ui.shared.i18n import tr
from ui.web import html_views
from ui.web.clicks import component

_KEYS = {
    "/": marked("Go to the question box"),
    "@": marked("In the question box: choose documents"),
    "n": marked("New conversation"),
    "c": marked("Copy the answer"),
    "j": marked("Next citation"),
    "k": marked("Previous citation"),
    "?": marked("Show this list"),
}


def listen() -> None:
    """Hear the shortcuts; once in a run of the script."""
    keys = [[key, tr(what)] for key, what in _KEYS.items()]
    component("keys")(
        key="keys", data={"title": tr("Keyboard shortcuts"), "close": tr("Close"), "keys": keys}, height=1
    )


def list_button() -> str:
    """Return a button that shows the list."""
    return _button("data-oaken-keys", tr("Keyboard shortcuts"))


def print_button() -> str:
    """Return a button that prints what the page shows."""
    return _button("data-oaken-print", tr("Print"))


def _button(hears: str, label: str) -> str:
    return f'<button type="button" class="oaken-copy" {hears}>{html_views.text(label)}</button>'
