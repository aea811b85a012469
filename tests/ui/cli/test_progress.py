"""Progress in a terminal: pace, bars, what is watched."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingest.report import FileOutcome, IngestProgress
from ingest.watch import WatchEvent
from rag.types import Outcome
from ui.cli import progress


def test_progress_shows_files_bytes_and_time_left() -> None:
    assert progress.pace(IngestProgress(3, 10, "a.txt")) == ""
    begun = IngestProgress(0, 10, "", read=0, to_read=4_000_000, files=0, seconds=0.5)
    assert progress.pace(begun) == "0.0 of 4.0 MB" and begun.seconds_left is None
    midst = IngestProgress(5, 10, "a.txt", Outcome.INDEXED, 2_000_000, 4_000_000, 5, 60.0)
    assert progress.pace(midst) == "2.0 of 4.0 MB, 0.1 files/s, 1:00 left"
    slow = IngestProgress(1, 10_001, "a.txt", Outcome.INDEXED, 4096, 4096 * 10_000, 1, 2.0)
    assert progress.pace(slow).endswith("h left") or slow.seconds_left == pytest.approx(20_000, rel=0.01)
    assert progress.pace(IngestProgress(10, 10, "a.txt", Outcome.INDEXED, 4, 4, 10, 9.0)).endswith("0:00 left")
    follows = IngestProgress(2, 2, "", None, 9, 9, 2, 50.0, 0.5, True, embedded=1000, to_embed=4000, embedding=40.0)
    assert progress.pace(follows) == "can be asked; by meaning 1,000 of 4,000 passages, 2:00 left"


def test_a_watch_is_reported_in_lines(capsys: pytest.CaptureFixture[str]) -> None:
    tell = progress.watching(quiet=False)
    events = [
        WatchEvent("watching", "/papers"),
        WatchEvent("outcome", outcome=FileOutcome("a\x1b[31m.txt", Outcome.TOO_LARGE, "600 MB")),
        WatchEvent("removed", "b.txt"),
        WatchEvent("checked", totals={"files": 2}),
        WatchEvent("waiting", "/papers is not there.", "Its documents stay."),
    ]
    for event in events:
        tell(event)
        progress.watching(quiet=True)(event)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "watching  /papers" and said[2:] == [
        "removed  b.txt", "waiting  /papers is not there.", "Its documents stay."
    ]  # fmt: skip
    assert said[1].startswith("too large  a") and said[1].endswith(".txt  (600 MB)") and "\x1b" not in said[1]
    named = progress.watching(quiet=False, name=lambda source: f"papers/{source[-5:]}")
    for event in events[:3]:
        named(event)
    said = capsys.readouterr().out.splitlines()
    assert said == ["watching  /papers", "too large  papers/m.txt  (600 MB)", "removed  papers/b.txt"]
    assert [event.to_json() for event in events[1:4]] == [
        {"event": "outcome", **FileOutcome("a\x1b[31m.txt", Outcome.TOO_LARGE, "600 MB").to_json()},
        {"event": "removed", "source": "b.txt"},
        {"event": "checked", "totals": {"files": 2}},
    ]
    assert events[0].to_json() == {"event": "watching", "message": "/papers", "hint": ""}


def test_a_bar_is_drawn_where_there_is_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    from rich.console import Console

    drawn = io.StringIO()

    def terminal(*, stderr: bool = False) -> Console:
        return Console(file=drawn, force_terminal=True, width=140, markup=False)

    monkeypatch.setattr(progress, "human_output", terminal)

    def steps() -> Iterator[IngestProgress]:
        yield IngestProgress(0, 4, "", to_read=4_000_000)
        yield IngestProgress(1, 4, "papers/big.pdf, page 3 of 300", None, 1_000_000, 4_000_000, 1, 2.0)
        yield IngestProgress(2, 4, "papers/[b]mill[/b].txt", Outcome.INDEXED, 2_000_000, 4_000_000, 2, 3.0)

    with progress.progress(quiet=False) as tell:
        for step in steps():
            tell(step)
    said = drawn.getvalue()
    assert "papers/[b]mill[/b].txt" in said and "2/4" in said and "2.0 of 4.0 MB" in said
    with progress.progress(quiet=True) as tell:
        tell(IngestProgress(1, 2, "quiet"))
    assert "quiet" not in drawn.getvalue()
