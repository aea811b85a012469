"""A server ends when it is told to, whatever it does, and its children with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil
import pytest

from tests.ui.conftest import REPOSITORY

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")

BEGIN = """
import os, re, signal, subprocess, sys, time
from ui.shared.supervisor import continue_in_child
continue_in_child(grace=1.0)
print(os.getpid(), flush=True)
"""
REGEX = "re.match('(a+)+$', 'a' * 60 + 'b')"  # native code: years of it, the interpreter held


@contextmanager
def supervised(what: str) -> Iterator[tuple[subprocess.Popen[str], psutil.Process]]:
    """Run that under a supervisor: the supervisor, and its child once it has begun."""
    parent = subprocess.Popen(
        [sys.executable, "-c", BEGIN + what], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=REPOSITORY
    )
    assert parent.stdout is not None and parent.stderr is not None
    child = psutil.Process(int(parent.stdout.readline()))
    try:
        yield parent, child
    finally:
        for process in (parent, child):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        parent.wait()
        parent.stdout.close()
        parent.stderr.close()


def gone(process: psutil.Process) -> bool:
    with suppress(psutil.TimeoutExpired):
        process.wait(5)
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("work", [REGEX, f"__import__('threading').Thread(target=lambda: {REGEX}).start()"])
def test_native_code_that_never_ends_is_ended(work: str, number: signal.Signals) -> None:
    with supervised(work) as (parent, child):
        time.sleep(0.3)
        parent.send_signal(number)
        assert parent.wait(10) == -number and gone(child)


def test_what_the_server_started_ends_too() -> None:
    started = "held = subprocess.Popen(['sleep', '600'], start_new_session=True); print(held.pid, flush=True); "
    with supervised(started + REGEX) as (parent, child):
        assert parent.stdout is not None
        other = psutil.Process(int(parent.stdout.readline()))
        parent.terminate()
        assert parent.wait(10) == -signal.SIGTERM and gone(child) and gone(other)


def test_a_server_that_ends_by_itself_is_not_hurried() -> None:
    handled = "signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.5), print('closed', flush=True), sys.exit(0)))"
    with supervised(f"{handled}; print('ready', flush=True); time.sleep(60)") as (parent, child):
        assert parent.stdout is not None and parent.stdout.readline() == "ready\n"
        parent.terminate()
        assert parent.wait(10) == 0 and gone(child) and parent.stdout.read() == "closed\n"


@pytest.mark.parametrize(
    ("end", "code"), [("sys.exit(3)", 3), ("pass", 0), ("1 / 0", 1), ("os.kill(os.getpid(), 9)", -9)]
)
def test_it_ends_as_the_server_did(end: str, code: int) -> None:
    done = subprocess.run([sys.executable, "-c", BEGIN + end], capture_output=True, cwd=REPOSITORY, check=False)
    assert done.returncode == code


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_the_server_dies_with_its_parent() -> None:
    with supervised(REGEX) as (parent, child):
        parent.kill()
        assert gone(child)
