"""Temporary folders and sockets: a living process keeps its own, a dead one's go."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from rag.scratch import ScratchFolder, sweep, sweep_sockets
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


def aged(path: Path) -> Path:
    """Make it an hour old."""
    os.utime(path, (time.time() - 3600,) * 2)
    return path


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
    ScratchFolder("oaken-try-").remove()
    assert not folder.exists() and ours.path.exists()
    ours.remove()
    assert not ours.path.exists()


def test_what_may_be_somebody_s_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    young, other = tmp_path / "oaken-try-youngest", aged_folder(tmp_path / "other")
    young.mkdir()
    target, link = aged_folder(tmp_path / "target"), tmp_path / "oaken-try-thisalnk"
    link.symlink_to(target)
    os.utime(link, (time.time() - 3600,) * 2, follow_symlinks=False)
    dead = aged_folder(tmp_path / "oaken-try-dead_one")
    with monkeypatch.context() as other_account:
        other_account.setattr(os, "getuid", lambda: dead.stat().st_uid + 1)
        ScratchFolder("oaken-try-").remove()
        assert dead.exists()
    ScratchFolder("oaken-try-").remove()
    assert not dead.exists()
    assert young.exists() and other.exists() and target.exists() and link.is_symlink()


def test_what_was_left_before_the_clock_was_set_back_goes(tmp_path: Path) -> None:
    left = tmp_path / "oaken-try-leftover"
    left.mkdir()
    os.utime(left, (time.time() + 10 * 365 * 86_400,) * 2)
    sweep("oaken-try-")
    assert not left.exists()


def test_a_folder_that_a_person_named_alike_is_left(tmp_path: Path) -> None:
    notes = aged_folder(tmp_path / "oaken-try-my-notes")
    dead = aged_folder(tmp_path / "oaken-try-a1b2_3cd")
    sweep("oaken-try-")
    assert notes.exists() and not dead.exists()


def test_a_folder_goes_however_deep_it_is_and_no_link_is_followed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("x")
    folder = tmp_path / "oaken-try-deep_one"
    folder.mkdir()
    below = os.open(folder, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("d", dir_fd=below)
        os.symlink(kept, "link", dir_fd=below)
        above, below = below, os.open("d", os.O_RDONLY, dir_fd=below)
        os.close(above)
    os.close(below)
    (folder / "closed").mkdir(0o000)
    aged(folder)
    ScratchFolder("oaken-try-").remove()
    assert list(tmp_path.iterdir()) == [kept] and (kept / "file").exists()


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="there are no such sockets")
def test_sockets_on_which_nobody_listens_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is a short one: a socket's path has some hundred letters."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        left, used, young, other, file = (Path(folder, name) for name in ("try-1", "try-2", "try-3", "x-1", "try-file"))
        file.write_text("no socket")
        for path in (left, young, other):
            with socket.socket(socket.AF_UNIX) as gone:
                gone.bind(str(path))
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(used))
            listening.listen()
            for path in (left, used, other, file):
                aged(path)
            with monkeypatch.context() as other_account:
                other_account.setattr(os, "getuid", lambda: left.stat().st_uid + 1)
                sweep_sockets(f"{folder}/try-*")
                assert left.exists()
            sweep_sockets(f"{folder}/try-*")
        assert [path.exists() for path in (left, used, young, other, file)] == [False, True, True, True, True]


def aged_folder(folder: Path) -> Path:
    folder.mkdir()
    return aged(folder)
