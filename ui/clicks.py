"""Clicks on what ``st.html`` draws: elements that carry ``data-oaken="what"`` tell the script what was clicked.

The script that hears them is a file of ours: the page's policy lets no other kind run.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import streamlit as st

_NAME, _FOLDER = "clicks", "assets"
_HEARD = "clicks"


def clicked(language: str = "", chosen: bool = False) -> str:
    """Listen, once in a run of the script; what was clicked since the last, "" where nothing was.

    ``language`` becomes the page's, for who reads it aloud; one that was ``chosen`` is remembered by the browser.
    """
    with st.container(key="oaken-listener"):
        heard = _listener()(
            key=_HEARD, data={"language": language, "chosen": chosen}, height=1, on_clicked_change=lambda: None
        )
    return str(heard.clicked or "")


@cache
def _listener() -> Any:
    """The component, once for the process. Its folder is told by hand: Streamlit looks for a pyproject.toml within an
    installed package, where ours is not."""
    from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
    from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

    manager: Any = get_bidi_component_manager()
    if manager.get(f"oaken.{_NAME}") is None:
        manifest = ComponentManifest("oaken", version("oaken"), [ComponentConfig(_NAME, _FOLDER)])
        manager.register_from_manifest(manifest, Path(__file__).parent)
    return st.components.v2.component(f"oaken.{_NAME}", js="clicks.js", isolate_styles=False)
