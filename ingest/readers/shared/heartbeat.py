"""Heartbeats of a reader at work on a long file, page by page, for whoever waits outside the worker."""

from __future__ import annotations

from collections.abc import Callable

_listeners: list[Callable[[str], None]] = []


def on_heartbeat(listener: Callable[[str], None]) -> None:
    """Call ``listener`` for every heartbeat from now on, in place of any other."""
    _listeners[:] = [listener]


def send_heartbeat(doing: str) -> None:
    """Report the current work, such as ``page 3 of 300``; does nothing where nobody listens."""
    for listener in _listeners:
        listener(doing)
