"""Keep a library in step with folders: the system's change events only say that a scan is due.

Each scan is a whole ingest of the paths, which costs little where nothing changed (pipeline.py). So the next scan makes
up for a missed event, a burst, a move from outside or an error of ours.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.ignore import is_tool_file
from ingest.pipeline import ingest
from ingest.report import FileOutcome
from ingest.run import LibraryWriter
from rag.errors import LibraryBusyError, OakenError
from rag.interfaces import Embedder
from rag.messages import Message

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent

QUIET_SECONDS = 0.5  # seconds without a change before a scan
MAX_SETTLE_SECONDS = 5.0  # seconds after which a scan is due though changes go on
REST_FACTOR = 4  # the pause after a scan is at least this many times its duration
RESCAN_SECONDS = 600.0  # seconds after which a scan is due without any event
RESCAN_SECONDS_WITHOUT_EVENTS = 15.0  # seconds between scans where the system sends no events
ROOT_CHECK_SECONDS = 2.0  # seconds between two checks of whether the paths themselves exist
MIN_RETRY_SECONDS, MAX_RETRY_SECONDS = 1.0, 60.0  # seconds before a retry after an error, and at most
_CHANGE_EVENTS = frozenset(
    {"created", "modified", "moved", "deleted", "closed"}
)  # not "opened": we open files ourselves


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """An event of a watch."""

    kind: str  # watching, outcome, removed, checked, waiting, error
    message: str = ""
    hint: str = ""
    outcome: FileOutcome | None = None
    totals: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form that scripts rely on: ``event``, and its fields."""
        if self.outcome is not None:
            return {"event": self.kind, **self.outcome.to_json()}
        if self.kind == "checked":
            return {"event": self.kind, "totals": self.totals}
        if self.kind == "removed":
            return {"event": self.kind, "source": self.message}
        return {"event": self.kind, "message": self.message, "hint": self.hint}


def watch(
    paths: Iterable[str | Path],
    library: LibraryWriter,
    embedder: Embedder,
    *,
    keep_missing: bool = False,
    stop: threading.Event | None = None,
    within: Collection[Path] | None = None,
) -> Iterator[WatchEvent]:
    """Keep the library in step until ``stop`` is set, or for ever; yield what happens.

    ``within`` is as in :func:`ingest.pipeline.ingest`.
    A missing path (a drive that was unplugged) is waited for: its documents stay. So is a library whose write lock
    another process holds. No error but KeyboardInterrupt ends it.
    """
    given = [Path(path).expanduser() for path in paths]
    stop = stop or threading.Event()
    signal = _ChangeSignal(stop)
    library_folder = getattr(library, "folder", None)
    with _FolderWatch(given, signal, excluded=library_folder) as eyes:
        yield WatchEvent("watching", ", ".join(map(str, given)))
        wait, last_note = MIN_RETRY_SECONDS, ""
        while not stop.is_set():
            blind = eyes.renew()
            absent = [path for path in given if not path.exists()]
            trouble = _missing_event(absent) or blind
            begun = time.monotonic()
            try:
                report = ingest(
                    [path for path in given if path not in absent],
                    library,
                    embedder,
                    keep_missing=keep_missing,
                    stop=stop.is_set,
                    within=within,
                )
                yield from (WatchEvent("outcome", outcome=each) for each in report.outcomes if each.examined)
                yield from (WatchEvent("removed", source) for source in report.gone)
                if report.removed or any(each.examined for each in report.outcomes):
                    yield WatchEvent("checked", totals=report.totals)
                wait = MIN_RETRY_SECONDS
            except Exception as error:  # whatever goes wrong, the next scan may succeed
                trouble = _error_event(error)
                signal.notify()
                wait = min(2 * wait, MAX_RETRY_SECONDS)
            if trouble is not None and trouble.message != last_note:
                yield trouble
            last_note = trouble.message if trouble is not None else ""
            rest = wait if trouble is not None and trouble.kind == "error" else REST_FACTOR * (time.monotonic() - begun)
            stop.wait(min(max(rest, MIN_RETRY_SECONDS if last_note else 0.0), MAX_RETRY_SECONDS))
            signal.wait(eyes.all_there, RESCAN_SECONDS_WITHOUT_EVENTS if blind else RESCAN_SECONDS)


def _missing_event(absent: Sequence[Path]) -> WatchEvent | None:
    if not absent:
        return None
    names = ", ".join(map(str, absent))
    return WatchEvent(
        "waiting",
        Message("{names} was not found.", names=names),
        "Its documents stay in the library until it is back or you remove them.",
    )


def _error_event(error: Exception) -> WatchEvent:
    if isinstance(error, LibraryBusyError):
        return WatchEvent("waiting", error.message, "Oaken continues by itself.")
    if isinstance(error, OakenError):
        return WatchEvent("error", error.message, error.hint)
    return WatchEvent(
        "error", Message("{error} ({name})", error=error, name=type(error).__name__), "Oaken will try again."
    )


class _ChangeSignal:
    """A signal that something changed."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._changed = threading.Condition()
        self._first = self._last = 0.0  # time of the first and last change since the last scan

    def notify(self) -> None:
        """Note a change."""
        with self._changed:
            self._last = time.monotonic()
            self._first = self._first or self._last
            self._changed.notify_all()

    def wait(self, still_well: Any, longest: float) -> None:
        """Wait for a change and quiet after it; no longer than ``longest``, or until ``still_well`` fails."""
        until = time.monotonic() + longest
        while not self._stop.is_set():
            with self._changed:
                now = time.monotonic()
                if self._first and (now - self._last >= QUIET_SECONDS or now - self._first >= MAX_SETTLE_SECONDS):
                    self._first = 0.0
                    return
                self._changed.wait(QUIET_SECONDS / 4 if self._first else ROOT_CHECK_SECONDS)
            if time.monotonic() >= until or not still_well():
                return


class _FolderWatch:
    """The system's own watch over the paths, renewed where a folder went and came back."""

    def __init__(self, given: Sequence[Path], signal: _ChangeSignal, *, excluded: Path | None) -> None:
        self._given = given
        self._signal = signal
        self._excluded = os.path.realpath(excluded) if excluded is not None else None
        self._observer: Any = None
        self._seen: dict[Path, tuple[int, int]] = {}

    def __enter__(self) -> _FolderWatch:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def all_there(self) -> bool:
        """Tell whether every path is the same as when the watch was started."""
        return self._identities() == self._seen

    def renew(self) -> WatchEvent | None:
        """Start the watch where it is not running; return what is wrong if the system does not watch."""
        places = self._identities()
        if self._observer is not None and places == self._seen:
            return None
        self._close()
        self._seen = places
        from watchdog.events import FileSystemEventHandler
        from watchdog.observers import Observer

        handler = FileSystemEventHandler()
        handler.on_any_event = self._on_event  # type: ignore[method-assign]
        self._observer = Observer()
        try:
            for path in places:
                folder = path if path.is_dir() else path.parent
                self._observer.schedule(handler, os.path.realpath(folder), recursive=path.is_dir())
            self._observer.start()
        except OSError as error:
            self._close()
            return WatchEvent(
                "error",
                Message(
                    "The system reports no file changes ({error}); Oaken checks every {untold:g} seconds.",
                    error=error.strerror,
                    untold=RESCAN_SECONDS_WITHOUT_EVENTS,
                ),
                "On Linux, raise the limit: sudo sysctl fs.inotify.max_user_watches=524288",
            )
        return None

    def _identities(self) -> dict[Path, tuple[int, int]]:
        found = {}
        for path in self._given:
            with contextlib.suppress(OSError):
                status = path.stat()
                found[path] = (status.st_dev, status.st_ino if path.is_dir() else 0)
        return found

    def _on_event(self, event: FileSystemEvent) -> None:
        if event.event_type in _CHANGE_EVENTS and any(
            self._matters(place, is_folder=event.is_directory) for place in (event.src_path, event.dest_path)
        ):
            self._signal.notify()

    def _matters(self, place: str | bytes, *, is_folder: bool) -> bool:
        """Tell whether a change there may change a document: not in our own library or tools' folders."""
        path = os.fsdecode(place)
        if not path or (self._excluded is not None and path.startswith(self._excluded)):
            return False
        inner = next((path[len(r) + 1 :] for r in map(os.path.realpath, self._given) if path.startswith(r)), path)
        folders = inner.split("/") if is_folder else inner.split("/")[:-1]
        return not any(is_tool_file(part, is_folder=True) for part in folders if part)

    def _close(self) -> None:
        if self._observer is not None:
            with contextlib.suppress(RuntimeError):  # it never started
                self._observer.stop()
                self._observer.join(5.0)
            self._observer = None
