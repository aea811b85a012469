"""Clicks that are taken in whole, however soon another follows.

Streamlit ends a run of the script for the sake of the next one at any use of it, also within the callback of a click or
before it. By then what was clicked is no longer queued: a question sent with Enter was gone where "Library" was clicked
at once.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakValueDictionary

from streamlit.runtime import app_session
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner
from streamlit.runtime.state.safe_session_state import SafeSessionState

_THREAD = threading.local()  # .whole: how many times the thread is within uninterrupted()
_NEWEST: WeakValueDictionary[str, WholeClickRunner] = WeakValueDictionary()  # by the id of the session
_NEWEST_LOCK = threading.Lock()


def keep_clicks() -> None:
    """Let all sessions that begin from now on run the script by :class:`WholeClickRunner`."""
    app_session.ScriptRunner = WholeClickRunner  # type: ignore[assignment,attr-defined]


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let this thread's run of the script reach the end of the block, even if another waits to begin."""
    _THREAD.whole = getattr(_THREAD, "whole", 0) + 1
    try:
        yield
    finally:
        _THREAD.whole -= 1


class WholeClickRunner(ScriptRunner):
    """A runner that ends a run only after its callbacks; the next run's callbacks wait for that."""

    def __init__(self, session_id: str, *args: Any, initial_rerun_data: RerunData, **kwargs: Any) -> None:
        super().__init__(session_id, *args, initial_rerun_data=initial_rerun_data, **kwargs)  # type: ignore[misc]
        self._taken_in = threading.Event()
        if initial_rerun_data.widget_states is None:  # then there is nothing to take in
            self._taken_in.set()
        self._stop_lock = threading.Lock()
        self._stop_waits = False
        take_in = self._session_state.on_script_will_rerun

        def take_in_whole(*clicks: Any, **more: Any) -> None:
            try:
                with uninterrupted():
                    take_in(*clicks, **more)
            finally:
                self._note_taken_in()

        # By way of object: the state keeps every attribute that is set as one of the session.
        object.__setattr__(self._session_state, SafeSessionState.on_script_will_rerun.__name__, take_in_whole)
        with _NEWEST_LOCK:
            self._before = _NEWEST.get(session_id)
            _NEWEST[session_id] = self

    def request_stop(self) -> None:
        """End the run as soon as its clicks are taken in."""
        with self._stop_lock:
            if not self._taken_in.is_set():
                self._stop_waits = True
                return
        super().request_stop()

    def _run_script_thread(self) -> None:
        if self._before is not None:
            self._before._taken_in.wait()
            self._before = None
        try:
            super()._run_script_thread()
        finally:
            self._note_taken_in()

    def _maybe_handle_execution_control_request(self) -> None:
        if not getattr(_THREAD, "whole", 0):
            super()._maybe_handle_execution_control_request()

    def _note_taken_in(self) -> None:
        with self._stop_lock:
            self._taken_in.set()
            stop, self._stop_waits = self._stop_waits, False
        if stop:
            super().request_stop()
