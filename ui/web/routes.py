"""The pages by name: how one page links to another without importing it, and which of them the person came to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import streamlit as st

Route = Literal["ask", "library", "model"]
_ROUTES_KEY = "routes"  # in the session
_SHOWN_KEY, _ARRIVED_KEY = "page", "page-arrived"  # in the session


def register_pages(pages: Mapping[Route, st.Page]) -> None:
    """Register these pages for :func:`to`, in this session."""
    st.session_state[_ROUTES_KEY] = pages


def go_to(route: Route) -> None:
    """Go to a page. What stands after the call is not run."""
    st.switch_page(st.session_state[_ROUTES_KEY][route])


def note_shown(name: str) -> bool:
    """Record which page this run of the script shows; return whether the run before showed another."""
    arrived = bool(st.session_state.get(_SHOWN_KEY, name) != name)
    st.session_state[_SHOWN_KEY] = name
    if arrived:
        st.session_state[_ARRIVED_KEY] = True
    return arrived


def has_arrived() -> bool:
    """Tell, once, whether the person came to this page from another."""
    return bool(st.session_state.pop(_ARRIVED_KEY, False))
