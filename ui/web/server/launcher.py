"""Starts the browser app as a child process, reachable only from this machine unless told, and ends it with its parent.

The child is child.py. Its settings are those of .streamlit/config.toml in this folder; each is given to Streamlit
explicitly, so that they hold from any folder and for the installed package, whatever a person's own settings say.
"""

from __future__ import annotations

import contextlib
import errno
import http.client
import json
import secrets
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rag.child_process import child_environment, module_command
from rag.errors import OakenError, UsageError
from rag.messages import Message
from ui.shared.http_guard import MARK
from ui.web.server.addresses import LOOPBACK, ServerAddress
from ui.web.server.passwords import PasswordHash

LIBRARY_VARIABLE = "OAKEN_UI_LIBRARY"
LOCKED_VARIABLE = "OAKEN_UI_LOCKED"  # for the child: the page has a login
_START_SECONDS = 60.0
_PORTS_TRIED = 50


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + name, value


_STREAMLIT_CONFIG = Path(__file__).parents[1] / ".streamlit" / "config.toml"
SETTINGS: dict[str, Any] = dict(_flat(tomllib.loads(_STREAMLIT_CONFIG.read_text(encoding="utf-8"))))
UPLOAD_MB: int = SETTINGS["server.maxUploadSize"]


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """The child's options, sent on its standard input: where it listens, and who may log in."""

    port: int
    reach: ServerAddress
    password: PasswordHash | None = None  # required from everybody
    mark: str = field(default_factory=lambda: secrets.token_hex(8))  # identifies its responses

    def line(self) -> bytes:
        """Return it as one line of JSON."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> ServerOptions:
        """Parse a line written by :meth:`line`."""
        options = json.loads(line)
        where, password = options["reach"], options["password"]
        return cls(
            options["port"],
            ServerAddress(where["address"], tuple(where["names"]), tuple(where["proxied"])),
            PasswordHash(**password) if password else None,
            options["mark"],
        )

    def settings(self) -> dict[str, Any]:
        """Return Streamlit's settings: those of the file, with its own address, names and port."""
        return SETTINGS | {
            "server.address": self.reach.address,
            "server.allowedHosts": [*self.reach.names, *self.reach.proxied],
            "server.port": self.port,
            "browser.serverAddress": self.reach.names[0],
            "browser.serverPort": self.port,
        }


def free_port(wanted: int, address: str = LOOPBACK) -> int:
    """Return ``wanted``, or the next free port above it. Raises UsageError for an address that is not here."""
    for port in range(wanted, min(wanted + _PORTS_TRIED, 65536)):
        try:
            with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind((address, port))
                return port
        except OSError as error:
            if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                raise UsageError(
                    Message("{address} is not an address of this machine.", address=address),
                    "oaken ui --host 0.0.0.0 (every address of this machine)",
                ) from error
    raise OakenError(
        Message("There is no free port from {wanted} on.", wanted=wanted),
        Message("Try another: oaken ui --port {port}", port=max(1024, wanted - 1000)),
    )


def serve(
    port: int,
    library: str,
    *,
    open_browser: bool,
    ready: Callable[[tuple[str, ...]], None],
    reach: ServerAddress,
    password: PasswordHash | None = None,
) -> None:
    """Serve until interrupted; ``ready`` is given the URLs once it answers. Raises OakenError if it never does."""
    for _ in range(_PORTS_TRIED):
        serving = ServerOptions(free_port(port, reach.address), reach, password)
        with _child(serving, library) as child:
            if not _is_up(child, serving):
                continue  # another program took the port in between
            addresses = reach.addresses(serving.port)
            ready(addresses)
            if open_browser:
                import webbrowser

                webbrowser.open(addresses[0])
            if code := child.wait():
                raise OakenError(
                    Message("The browser app ended by itself (exit code {code}).", code=code),
                    Message("Start it again: oaken ui"),
                )
            return
    raise OakenError(Message("Other programs took every port first."), Message("Try another: oaken ui --port 9500"))


@contextlib.contextmanager
def _child(serving: ServerOptions, library: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start the child, and end it in any case.

    It also ends by itself when this process dies and its standard input closes.
    """
    command = module_command("ui.web.server.child")
    variables = {LIBRARY_VARIABLE: library, LOCKED_VARIABLE: "1" if serving.password else ""}
    child = subprocess.Popen(command, stdin=subprocess.PIPE, env=child_environment(**variables), start_new_session=True)
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        if child.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                child.stdin.write(serving.line())
                child.stdin.flush()
        yield child
    finally:
        signal.signal(signal.SIGTERM, before)
        child.terminate()
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdin is not None:
            child.stdin.close()


def _is_up(child: subprocess.Popen[bytes], serving: ServerOptions) -> bool:
    """Wait until the child answers; False where its port was taken by another. Raises OakenError."""
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if child.poll() is not None:
            if free_port(serving.port, serving.reach.address) != serving.port:
                return False
            raise OakenError(
                Message("The browser app did not start (exit code {returncode}).", returncode=child.returncode),
                Message("See: oaken doctor"),
            )
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(_local_address(serving.reach.address), serving.port, timeout=2)
            with contextlib.closing(connection):
                connection.request("GET", "/_stcore/health", headers={"Host": serving.reach.hosts(serving.port)[0]})
                answer = connection.getresponse()
                # Two that start at once find the same port free: the one that answers there may be the other.
                mine = answer.getheader(MARK) == serving.mark
                if mine and answer.status == (401 if serving.password else 200):
                    return True
        time.sleep(0.1)
    raise OakenError(
        Message("The browser app did not answer within {start_seconds:.0f} seconds.", start_seconds=_START_SECONDS),
        Message("See: oaken doctor"),
    )


def _local_address(address: str) -> str:
    """Return the address at which this machine finds a server that listens there."""
    return {"0.0.0.0": LOOPBACK, "::": "::1"}.get(address, address)
