"""Streamlit loses a click where another comes before its callback is done: here the callback is run to its end first.

Each use of ``st.session_state`` may end a run for the sake of the next one, also within a callback and before it. By
then what was clicked is no longer queued: a question put with Enter was gone if "Library" was clicked at once.
"""

from __future__ import annotations

from typing import Any

from streamlit.runtime.state.safe_session_state import SafeSessionState


def keep_clicks() -> None:
    """Let what a click brings, and its callback, be taken in whole; a waiting run begins right after that."""
    SafeSessionState.on_script_will_rerun = _take_in_whole  # type: ignore[method-assign]


def _take_in_whole(self: SafeSessionState, *widgets: Any, **more: Any) -> None:
    """Do what Streamlit's own method does, without a pause in which the run could be ended."""
    pause = self._yield_callback
    object.__setattr__(self, "_yield_callback", lambda: None)
    try:
        with self._lock:
            self._state.on_script_will_rerun(*widgets, **more)
    finally:
        object.__setattr__(self, "_yield_callback", pause)
