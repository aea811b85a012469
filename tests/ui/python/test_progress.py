"""A bar goes from nothing to the end, whatever it is told."""

from __future__ import annotations

import pytest

from ingest.report import IngestProgress
from ui.python import progress
from ui.python.progress import bar


def test_a_bar_tells_the_file_and_then_that_all_is_done(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN", 0.0)
    with bar() as on_progress:
        on_progress(IngestProgress(0, 2, "papers/mill.txt"))
        on_progress(IngestProgress(1, 2, "papers/ferry.txt", share=0.4))
        on_progress(IngestProgress(2, 2, "", share=0.2, all_read=True))  # an estimate may go back: the bar does not
    shown = capsys.readouterr().err
    assert "0 of 2 files mill.txt" in shown and "done" in shown and "100%" in shown


def test_no_bar_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with bar(False) as on_progress:
        on_progress(IngestProgress(0, 2, "papers/mill.txt"))
    assert capsys.readouterr() == ("", "")
