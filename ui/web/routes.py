"""The pages by name: how one page links to another without importing it, and which of them the person came to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import streamlit as st

Route = Literal["ask", "library", "model"]
_ROUTES_KEY = "routes"  # in the session
_REQUESTED_KEY = "page-requested"  # in the session
_SHOWN_KEY, _ARRIVED_KEY = "page", "page-arrived"  # in the session


def register_pages(pages: Mapping[Route, st.Page]) -> None:
    """Register these pages for :func:`to`, in this session."""
    st.session_state[_ROUTES_KEY] = pages


def go_to(route: Route) -> None:
    """Go to a page. What stands after the call is not run."""
    st.switch_page(st.session_state[_ROUTES_KEY][route])


def request(route: Route) -> None:
    """Ask for a page from the callback of a click: :func:`follow_request` goes there."""
    st.session_state[_REQUESTED_KEY] = route


def follow_request(page: st.Page) -> None:
    """Go to the page that a click asked for, unless this run shows it. Call it before anything is drawn."""
    wanted = st.session_state.get(_REQUESTED_KEY)
    if wanted is not None and st.session_state[_ROUTES_KEY][wanted] is not page:
        go_to(wanted)
    st.session_state.pop(_REQUESTED_KEY, None)


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
