"""Python child processes: how one is called, what it can import, and how it ended.

A child keeps this process alive where native code dies, swells or hangs. It is started as a module (``-m``) and never
by ``multiprocessing``, which would import a notebook's or a Streamlit page's ``__main__`` again.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from rag.no_reports import NO_REPORTS


def module_command(module: str, *arguments: str) -> tuple[str, ...]:
    """Return the command that runs a module in a process of its own; the folder it runs in shadows no import (-P)."""
    return (sys.executable, "-P", "-W", "ignore", "-m", module, *arguments)


def import_path() -> str:
    """Return a PYTHONPATH by which a child can import what this process can."""
    return os.pathsep.join(path or str(Path.cwd()) for path in sys.path)


def child_environment(known: Mapping[str, str] | None = None, /, **more: str) -> dict[str, str]:
    """Return a child's environment: what is ``known`` (None: this process's), the import path, ``more``, no reports."""
    return {**(os.environ if known is None else known), "PYTHONPATH": import_path(), **more, **NO_REPORTS}


def run_module(
    module: str,
    *arguments: str,
    text: str = "",
    environment: Mapping[str, str] | None = None,
    seconds: float | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a module to its end; return its exit code and what it printed.

    ``text`` is its standard input, ``environment`` the variables that it sees (None: this process's).
    Raises subprocess.TimeoutExpired after ``seconds``, when it is killed, and OSError where it cannot start.
    """
    return subprocess.run(
        module_command(module, *arguments),
        input=text,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=seconds,
        env=child_environment(environment),
        check=False,
    )


def how_it_ended(done: subprocess.CompletedProcess[str]) -> str:
    """Return why a child failed: the signal that ended it, or the last line of its errors, or its exit code."""
    if done.returncode < 0:
        return "there was not enough memory" if done.returncode == -9 else exit_name(done.returncode)
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    return lines[-1] if lines else exit_name(done.returncode)


def exit_name(code: int) -> str:
    """Return an exit code in words, a negative one as the signal it stands for: "exit code 3", "SIGSEGV"."""
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a child that leads a session of its own, with all that it started."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
