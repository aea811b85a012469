"""Temporary folders: a living process keeps its own, a dead one's go."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from rag.scratch import ScratchFolder, sweep
from tests.ui.conftest import REPOSITORY

OWNER = """
import sys, time
from rag.scratch import ScratchFolder
held = ScratchFolder("oaken-try-")
(held.path / "file").write_text("x")
print(held.path, flush=True)
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def aged(folder: Path) -> Path:
    """Make the folder an hour old."""
    os.utime(folder, (time.time() - 3600,) * 2)
    return folder


def test_a_dead_process_s_folder_goes_and_a_living_one_s_stays(tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert owner.stdout is not None
    try:
        folder = aged(Path(owner.stdout.readline().strip()))
        ours = ScratchFolder("oaken-try-")
        aged(ours.path)
        sweep("oaken-try-")
        assert (folder / "file").exists() and ours.path.exists()
    finally:
        owner.send_signal(signal.SIGKILL)
        owner.wait()
        owner.stdout.close()
    sweep("oaken-try-")
    assert not folder.exists() and ours.path.exists()
    ours.remove()
    assert not ours.path.exists()


def test_what_may_be_somebody_s_is_left(tmp_path: Path) -> None:
    young, other = tmp_path / "oaken-try-young", aged_folder(tmp_path / "other")
    young.mkdir()
    target = aged_folder(tmp_path / "target")
    (tmp_path / "oaken-try-link").symlink_to(target)
    ScratchFolder("oaken-try-").remove()
    assert young.exists() and other.exists() and target.exists()


def aged_folder(folder: Path) -> Path:
    folder.mkdir()
    return aged(folder)
