"""A server under the eye of a parent that ends it in time.

Python handles a signal only between two steps of its own: native code that keeps the interpreter, such as a regular
expression over a long text, holds SIGTERM up for as long as it runs. The parent does nothing but wait, so it answers at
once: it passes the signal on, and soon kills what is still there.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

import psutil

GRACE_SECONDS = 3.5  # between the signal and the kill
_PR_SET_PDEATHSIG = 1
_FORWARDED_SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name))


def continue_in_child(grace: float = GRACE_SECONDS) -> None:
    """Return in a child process, while this one waits for it, passes signals on, and ends as it does.

    Call it before any thread is started. Where there is no fork, it returns in this process.
    """
    if not hasattr(os, "fork"):
        return
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    child = os.fork()
    if child:
        _end_like(_watch(child, grace))
    os.setpgid(0, 0)  # Ctrl-C reaches the parent alone, which passes it on
    _die_with(parent)


def _die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent dies. Only Linux knows how."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _watch(child: int, grace: float) -> int:
    """Wait for the child; return its exit code, or a signal as its negative number."""
    known: list[psutil.Process] = []
    received: list[int] = []

    def pass_on(number: int, _: FrameType | None) -> None:
        if not received:
            signal.setitimer(signal.ITIMER_REAL, grace)
            known.extend(_descendants(child))  # before it dies and they are nobody's
        received.append(number)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, number)

    def kill(_: int, __: FrameType | None) -> None:
        known.extend(_descendants(child))
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, kill)
    for number in _FORWARDED_SIGNALS:
        signal.signal(number, pass_on)
    _, status = os.waitpid(child, 0)
    for process in known:
        with contextlib.suppress(psutil.Error):
            process.kill()
    return -received[0] if received and os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)


def _descendants(child: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        return list(psutil.Process(child).children(recursive=True))
    return []


def _end_like(status: int) -> NoReturn:
    """End this process as the child ended; nothing else of it runs any more, no handler and no clean-up."""
    if status < 0:
        with contextlib.suppress(OSError):  # SIGKILL has no other handler
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status if status >= 0 else 128 - status)
