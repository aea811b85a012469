"""Keeps libraries in step with the folders that are watched, in a thread for each library, as long as the app runs.

What is watched lies beside each library (ui/shared/adding/added_folders.py), so it holds over restarts: the threads
begin with the first page that is shown. Knows no Streamlit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.watch import WatchEvent
from rag.errors import OakenError
from ui.web.background_tasks import in_background

Watch = Callable[[Sequence[Path], threading.Event], Iterator[WatchEvent]]

_RETRY_SECONDS = 30.0  # seconds before a watch that could not begin is tried again
_TROUBLES = ("waiting", "error")


@dataclass
class FolderWatcher:
    """The watch of one library: its folders, and what is wrong with it now."""

    folders: tuple[Path, ...]
    stop: threading.Event = field(default_factory=threading.Event)
    trouble: WatchEvent | None = None

    def run(self, watch: Watch) -> None:
        """Watch until it is stopped. What cannot begin, or ends by an error, is tried again."""
        while not self.stop.is_set():
            try:
                for event in watch(self.folders, self.stop):
                    self.trouble = event if event.kind in _TROUBLES else None
            except OakenError as error:
                self.trouble = WatchEvent("error", error.message, error.hint)
            self.stop.wait(_RETRY_SECONDS)


class FolderWatchers:
    """The watches of all libraries of this app."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, FolderWatcher] = {}

    def keep(self, library: str, folders: Sequence[Path], watch: Watch) -> None:
        """Watch exactly these folders of a library from now on; what is watched already goes on."""
        with self._lock:
            now = self._running.get(library)
            if (now.folders if now else ()) == tuple(folders):
                return
            if now is not None:
                now.stop.set()
                del self._running[library]
            if folders:
                fresh = self._running[library] = FolderWatcher(tuple(folders))
                in_background(f"watch {library}", lambda: fresh.run(watch))

    def trouble(self, library: str) -> WatchEvent | None:
        """Return what keeps a library from being in step: a folder that is gone, a busy library, an error."""
        with self._lock:
            now = self._running.get(library)
        return now.trouble if now else None

    def watched(self, library: str) -> tuple[Path, ...]:
        """Return the folders that are being watched."""
        with self._lock:
            now = self._running.get(library)
        return now.folders if now else ()
