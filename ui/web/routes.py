"""The pages by name: how one page links to another without importing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import streamlit as st

Route = Literal["ask", "library", "model"]
_ROUTES_KEY = "routes"  # in the session


def register_pages(pages: Mapping[Route, st.Page]) -> None:
    """Register these pages for :func:`to`, in this session."""
    st.session_state[_ROUTES_KEY] = pages


def go_to(route: Route) -> None:
    """Go to a page. What stands after the call is not run."""
    st.switch_page(st.session_state[_ROUTES_KEY][route])
