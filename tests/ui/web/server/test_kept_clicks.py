"""What was clicked is taken in whole; that no question is lost is seen in tests/browser/test_crowd.py."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.runtime.scriptrunner import RerunData, RerunException
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState

from ui.web.server.kept_clicks import keep_clicks
from ui.web.server.launcher import SETTINGS


class State(SessionState):
    """A session's state with one callback, which uses the state as a page's does."""

    callback: Any = None

    def on_script_will_rerun(self, *_: Any, **__: Any) -> None:
        self.callback()


def interrupted() -> None:
    raise RerunException(RerunData())


def test_a_callback_is_run_to_its_end_whatever_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SafeSessionState, "on_script_will_rerun", SafeSessionState.on_script_will_rerun)
    keep_clicks()
    inner = State()
    state = SafeSessionState(inner, interrupted)

    def callback() -> None:
        state["asked"] = "Who?"
        state["heard"] = state["asked"]

    inner.callback = callback
    state.on_script_will_rerun(None, is_history_navigation=False)
    assert inner["heard"] == "Who?"
    with pytest.raises(RerunException):  # and from then on the run may be ended again
        state["asked"]


def test_a_callback_that_fails_leaves_the_run_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SafeSessionState, "on_script_will_rerun", SafeSessionState.on_script_will_rerun)
    keep_clicks()
    inner = State()
    inner.callback = lambda: 1 / 0
    state = SafeSessionState(inner, interrupted)
    with pytest.raises(ZeroDivisionError):
        state.on_script_will_rerun(None)
    with pytest.raises(RerunException):
        state["asked"]


def test_no_second_run_begins_beside_the_first() -> None:
    assert SETTINGS["runner.fastReruns"] is False
