"""What the browser tells of itself: its time zone, and the width of its window."""

from __future__ import annotations

from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

WIDTH_COOKIE = "oaken-width"  # set by assets/first.html, before the page's own script connects
_NARROW_PIXELS = range(200, 641)  # pixels: up to the 40rem of the style sheets


def zone() -> tzinfo | None:
    """Return the browser's time zone; None for this machine's own."""
    try:
        return ZoneInfo(st.context.timezone) if st.context.timezone else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def narrow_width() -> int:
    """Return the width in pixels of a window that was as narrow as a phone's when the page was loaded; 0 for others."""
    told = st.context.cookies.get(WIDTH_COOKIE) or ""
    width = int(told) if told.isdecimal() and len(told) < 5 else 0
    return width if width in _NARROW_PIXELS else 0
