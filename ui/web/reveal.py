"""Scrolls the page to what a click changed where the person may not be looking."""

from __future__ import annotations

import secrets

import streamlit as st

from ui.web.clicks import component

_REQUEST = "reveal"  # in the session: the key of the container to scroll to, and what tells this click from others


def request(key: str) -> None:
    """Scroll to the container whose key begins so, once the page is drawn; from the callback of a click."""
    st.session_state[_REQUEST] = (key, secrets.token_hex(8))


def listen(place: str) -> None:
    """Carry out a request; once in a run of the script, and of each fragment whose clicks make one."""
    key, number = st.session_state.get(_REQUEST, ("", ""))
    component("reveal")(key=f"reveal-{place}", data={"target": key, "number": number}, height=1)
