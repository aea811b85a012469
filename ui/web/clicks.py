"""Clicks on what ``st.html`` draws: elements with ``data-oaken="what"`` tell the script what was clicked.

The script that listens is a file of ours: the page's content security policy allows no other kind.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import streamlit as st

from ui.shared.i18n import tr
from ui.web import streamlit_strings

_FOLDER = "assets"
_HANDLED_CLICKS = "clicks"
_WIDE = "@wide"  # at the end of a click in a window that has room for a source beside the conversation (clicks.js)


def clicked(language: str = "", chosen: bool = False) -> str:
    """Listen, once in a run of the script; return what was clicked since the last run, "" for nothing.

    ``language`` becomes the page's, for screen readers; one that was ``chosen`` is remembered by the browser.
    """
    with st.container(key="oaken-listener"):
        heard = component("clicks")(
            key=_HANDLED_CLICKS, data={"language": language, "chosen": chosen}, height=1, on_clicked_change=lambda: None
        )
        component("words")(key="words", data={"words": streamlit_strings.words()}, height=1)
        lost = {"says": tr(streamlit_strings.NOT_KNOWN_AGAIN), "label": tr("Load this page again")}
        component("lost")(key="lost", data=lost, height=1)
    return str(heard.clicked or "").removesuffix(_WIDE)


def last_click() -> str:
    """Return what was clicked, as :func:`clicked` reported it in this run."""
    return _last().removesuffix(_WIDE)


def in_wide_window() -> bool:
    """Tell whether the last click was made in a window that has room for a source beside the conversation."""
    return _last().endswith(_WIDE)


def _last() -> str:
    return str(getattr(st.session_state.get(_HANDLED_CLICKS), "clicked", None) or "")


@cache
def component(name: str) -> Any:
    """Return the component of ``assets/NAME.js``, registered once per process."""
    _register()
    return st.components.v2.component(f"oaken.{name}", js=f"{name}.js", isolate_styles=False)


@cache
def _register() -> None:
    """Register the scripts' folder with Streamlit.

    By hand: Streamlit looks for a pyproject.toml within an installed package, where ours is not.
    """
    from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
    from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

    here = Path(__file__).parent
    every = [ComponentConfig(script.stem, _FOLDER) for script in sorted((here / _FOLDER).glob("*.js"))]
    manager: Any = get_bidi_component_manager()
    manager.register_from_manifest(ComponentManifest("oaken", version("oaken"), every), here)
