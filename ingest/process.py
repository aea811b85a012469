"""Run one worker process within time limits: it may be slow, use too much memory, crash, hang or answer nonsense.

Knows nothing of documents: it gives the worker a copy of a file and returns plain data. Whatever a file does raises
WorkerFailedError only.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import site
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import ingest
from ingest.readers.shared.unstructured_offline import OFFLINE_ENVIRONMENT
from rag.child_process import child_environment, kill_group, module_command
from rag.messages import Message, from_data
from rag.scratch import ScratchFolder, sweep_sockets
from rag.types import Outcome

MAX_ANSWER_BYTES = 128 * 2**20  # bytes
MAX_ANSWER_PARTS = 2**23  # lists and objects in an answer: "{}," takes 24 times as much memory
MAX_HEARTBEAT_CHARS = 500  # characters of a heartbeat
_COPY_BLOCK_BYTES = 2**20
_OFFICE_SOCKETS = "/tmp/OSL_PIPE_*_SingleOfficeIPC_*"  # which a LibreOffice in the sandbox may make, and not remove
INVALID_ANSWER = Message("the reader crashed on it: its answer makes no sense")
TOO_LONG = Message("it holds more text than one document may")
READER_COMMAND = module_command("ingest.worker.main")
# All that a worker sees of this process's environment. What names the library (OAKEN_…) or grants access stays here.
_PASSED_ON = frozenset(
    "PATH LANG LANGUAGE TZ PYTHONPATH VIRTUAL_ENV SYSTEMROOT WINDIR COMSPEC PATHEXT LD_LIBRARY_PATH "
    "DYLD_LIBRARY_PATH TESSDATA_PREFIX FONTCONFIG_PATH".split()
)


class WorkerFailedError(Exception):
    """A worker gave no answer for a file: the file's outcome, and why in plain words."""

    def __init__(self, reason: str, outcome: Outcome = Outcome.FAILED) -> None:
        super().__init__(reason)
        self.reason = reason
        self.outcome = outcome


class WorkerProcess:
    """A worker, started at once. One thread asks; another may :meth:`kill`. Raises OSError where none can start."""

    def __init__(self, command: tuple[str, ...] = READER_COMMAND) -> None:
        self.files = 0  # files that it was asked for
        self._ended = False
        self._ending = threading.Lock()
        sweep_sockets(_OFFICE_SOCKETS)
        self._folder = ScratchFolder("oaken-read-")
        # The worker writes to the first alone. The files it reads are put into the second, what it reads with all of
        # them into the third.
        self._own, self._given, self._shared = (self._folder.path / name for name in ("own", "given", "shared"))
        self._shares: dict[tuple[Path, ...], Path] = {}
        try:
            for folder in (self._own, self._given, self._shared):
                folder.mkdir(mode=0o700)
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl+C is for the run; and whatever the worker starts dies with it
                env=_environment(str(self._own)),
                cwd=self._own,
            )
        except BaseException:
            self._folder.remove()
            raise

    @property
    def id(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    def ask(
        self,
        name: str,
        source: BinaryIO | None,
        silence: float,
        total: float,
        on_heartbeat: Callable[[str], None] = lambda _: None,
        **more: Any,
    ) -> dict[str, Any]:
        """Return what the worker says of a file, of which it gets a copy under that name; or of the name alone.

        It may take ``total`` seconds, and no more than ``silence`` between heartbeats, each of which is passed to
        ``on_heartbeat``. ``more`` goes into the request. Raises WorkerFailedError; the worker is of no use then. Raises
        OSError where there is no room for the copy.
        """
        self.files += 1
        path = self._given / name
        if source is None:
            return self._ask(path, silence, total, on_heartbeat, more)
        _copy(source, path)
        try:
            return self._ask(path, silence, total, on_heartbeat, more)
        finally:
            path.unlink(missing_ok=True)

    def share(self, files: Sequence[Path]) -> Path:
        """Return a folder with copies of these files, which it may read with every request. Raises OSError."""
        folder = self._shares.get(tuple(files))
        if folder is None:
            folder = self._shared / str(len(self._shares))
            folder.mkdir(mode=0o700)
            for file in files:
                shutil.copyfile(file, folder / file.name)
            self._shares[tuple(files)] = folder
        return folder

    def _ask(
        self, path: Path, silence: float, total: float, on_heartbeat: Callable[[str], None], more: dict[str, Any]
    ) -> dict[str, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
        watch = _TimeLimit(self._process, silence, total)
        line = b""
        with watch, contextlib.suppress(BrokenPipeError, ValueError, OSError):  # it died before it answered
            request = json.dumps({**more, "path": str(path)})
            self._process.stdin.write(request.encode("ascii") + b"\n")
            self._process.stdin.flush()
            while line := self._process.stdout.readline(MAX_ANSWER_BYTES):
                sign = _heartbeat_text(line)
                if sign is None:
                    break
                watch.renew()
                on_heartbeat(sign)
        if watch.exceeded:
            raise WorkerFailedError(Message("it took longer than {seconds:g} seconds to read", seconds=watch.exceeded))
        if not line.endswith(b"\n"):
            if line:
                raise WorkerFailedError(TOO_LONG, Outcome.TOO_LARGE)
            raise WorkerFailedError(_exit_reason(self._code()))
        if line.count(b"[") + line.count(b"{") > MAX_ANSWER_PARTS:
            raise WorkerFailedError(TOO_LONG, Outcome.TOO_LARGE)
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise WorkerFailedError(INVALID_ANSWER) from error
        if not isinstance(answer, dict):
            raise WorkerFailedError(INVALID_ANSWER)
        return answer

    def kill(self) -> None:
        """End the worker and all that it started, and remove its folder."""
        with self._ending:
            if self._ended:  # its process id may be another process's by now
                return
            self._ended = True
        kill_group(self._process)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError, ValueError):
                    pipe.close()
        self._folder.remove()

    def _code(self) -> int | None:
        """Return the exit code of a worker that closed its pipe; None if it lives on."""
        try:
            return self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            return None


class _TimeLimit:
    """Kills a process that is silent for too long, or takes too long in all. ``exceeded`` is the limit that was."""

    def __init__(self, process: subprocess.Popen[bytes], silence: float, total: float) -> None:
        self.exceeded = 0.0
        self._process = process
        self._silence = silence
        self._total = total
        self._begun = self._last_heartbeat = time.monotonic()
        self._over = False
        self._timer = self._set()

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._timer.cancel()

    def renew(self) -> None:
        """Note a heartbeat."""
        self._last_heartbeat = time.monotonic()

    def _set(self) -> threading.Timer:
        left = min(self._last_heartbeat + self._silence, self._begun + self._total) - time.monotonic()
        timer = threading.Timer(max(0.01, left), self._check)
        timer.daemon = True
        return timer

    def _check(self) -> None:
        if self._over:
            return
        now = time.monotonic()
        if now < min(self._last_heartbeat + self._silence, self._begun + self._total):
            self._timer = self._set()
            self._timer.start()
            return
        self.exceeded = self._silence if now >= self._last_heartbeat + self._silence else self._total
        kill_group(self._process)


def _copy(source: BinaryIO, path: Path) -> None:
    """Copy an open file to a new one, as long as it is now. Raises OSError.

    A copy has its file's name, which tells its kind, and whatever opens it by that name finds the bytes that were
    hashed: not a link, and not another file that lies beside it.
    """
    left = os.fstat(source.fileno()).st_size
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(handle, "wb") as copy:
            while left > 0 and (block := source.read(min(left, _COPY_BLOCK_BYTES))):
                copy.write(block)
                left -= len(block)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _heartbeat_text(line: bytes) -> str | None:
    """Return what the worker reports to be doing, if the line is a heartbeat."""
    if not line.startswith(b'{"doing": ') or not line.endswith(b"\n"):
        return None
    try:
        doing = from_data(json.loads(line)["doing"])
    except (ValueError, RecursionError):
        return None
    return doing if len(doing) <= MAX_HEARTBEAT_CHARS else doing[:MAX_HEARTBEAT_CHARS]


def _environment(folder: str) -> dict[str, str]:
    """Return the worker's environment: an empty home and temporary folder, and no more than it needs."""
    known = {name: value for name, value in os.environ.items() if name in _PASSED_ON or name.startswith("LC_")}
    home = str(Path(ingest.__file__).parent.parent)
    search = os.pathsep.join(part for part in (home, os.environ.get("PYTHONPATH", "")) if part)
    own = dict.fromkeys(("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TMPDIR", "TEMP", "TMP"), folder)
    if site.ENABLE_USER_SITE:  # packages installed for one person lie in that person's home
        own["PYTHONUSERBASE"] = site.getuserbase()
    return child_environment(known, **own, **OFFLINE_ENVIRONMENT, PYTHONPATH=search, PYTHONWARNINGS="ignore")


def _exit_reason(code: int | None) -> str:
    if code is not None and code == -getattr(signal, "SIGXCPU", 0):
        return Message("it took more processor time than one file may")
    if code is not None and code == -getattr(signal, "SIGABRT", 0):
        return Message("reading it takes more memory than one file may use")
    return Message("the reader crashed on it; the file may be damaged")
