"""Clicks are taken in whole; that no question is lost is seen in tests/browser/test_quick_clicks.py."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime import app_session
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.state.session_state import SessionState

from ui.web.server.whole_clicks import WholeClickRunner, keep_clicks, uninterrupted


class State(SessionState):
    """A session's state that notes what is taken in, and how far the run could be ended meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.runner: ScriptRunner | None = None
        self.problem: Exception | None = None
        self.taken: list[bool] = []

    def on_script_will_rerun(self, *_: Any, **__: Any) -> None:
        assert self.runner is not None
        self.runner.request_stop()
        self.taken.append(stopped(self.runner))
        if self.problem is not None:
            raise self.problem


def stopped(runner: ScriptRunner) -> bool:
    return runner._requests._state is ScriptRequestType.STOP


def runner_of(state: State, *, clicked: bool = True, session: str = "one") -> WholeClickRunner:
    data = RerunData(widget_states=WidgetStates() if clicked else None)
    runner = WholeClickRunner(
        session, "app.py", state, Mock(), Mock(), initial_rerun_data=data, user_info={}, fragment_storage=Mock(),
        pages_manager=Mock(), on_script_error=None, event_loop=Mock(),
    )  # fmt: skip
    state.runner = runner
    return runner


@pytest.mark.parametrize("problem", [None, ValueError()])
def test_a_run_is_ended_only_after_its_clicks_are_taken_in(problem: Exception | None) -> None:
    state = State()
    state.problem = problem
    runner = runner_of(state)
    runner.request_stop()
    assert not stopped(runner)
    try:
        runner._session_state.on_script_will_rerun(WidgetStates())
    except ValueError:
        assert problem
    assert state.taken == [False]
    assert stopped(runner)


def test_a_run_that_brings_no_click_is_ended_at_once() -> None:
    runner = runner_of(State(), clicked=False)
    runner.request_stop()
    assert stopped(runner)


def test_the_next_run_waits_until_the_one_before_has_taken_in_its_clicks(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[ScriptRunner] = []
    monkeypatch.setattr(ScriptRunner, "_run_script_thread", lambda each: begun.append(each))
    state = State()
    first, second, other = runner_of(state), runner_of(state), runner_of(State(), session="two")
    for each in (second, other):
        each.start()
    other._script_thread.join()
    second._script_thread.join(0.05)
    assert begun == [other]
    first.start()
    second._script_thread.join()
    assert begun == [other, first, second]


def test_a_block_is_run_to_its_end_whatever_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    monkeypatch.setattr(ScriptRunner, "_maybe_handle_execution_control_request", lambda _: looked.append("look"))
    runner = runner_of(State())
    with uninterrupted():
        with uninterrupted():
            runner._maybe_handle_execution_control_request()
        runner._session_state["asked"] = "Who?"
    assert looked == []
    runner._session_state["asked"]
    assert looked == ["look"]


def test_sessions_run_the_script_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_session, "ScriptRunner", ScriptRunner)
    keep_clicks()
    assert app_session.ScriptRunner is WholeClickRunner
