"""The pages by name: how one leads to another without importing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import streamlit as st

Route = Literal["ask", "library", "model"]
_ROUTES_KEY = "routes"  # in the session


def use(pages: Mapping[Route, st.Page]) -> None:
    """Let :func:`to` lead to these pages, in this session."""
    st.session_state[_ROUTES_KEY] = pages


def to(route: Route) -> None:
    """Go to a page. What stands after the call is not run."""
    st.switch_page(st.session_state[_ROUTES_KEY][route])
