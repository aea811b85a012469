"""A sign of life from a reader that is long at work, page by page, for whoever waits outside the worker."""

from __future__ import annotations

from collections.abc import Callable

_listeners: list[Callable[[str], None]] = []


def on_heartbeat(listener: Callable[[str], None]) -> None:
    """Tell ``listener`` of every beat from now on, in place of any other."""
    _listeners[:] = [listener]


def send_heartbeat(doing: str) -> None:
    """Say what is being done now, such as ``page 3 of 300``; nothing happens where nobody listens."""
    for listener in _listeners:
        listener(doing)
