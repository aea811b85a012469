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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rag.child_process import child_environment, module_command
from rag.errors import OakenError, UsageError
from rag.messages import Message
from ui.shared.http_guard import MARK
from ui.web.server.addresses import LOOPBACK, ServerAddress
from ui.web.server.launch import launch_url, new_token
from ui.web.server.passwords import PasswordHash

LIBRARY_VARIABLE = "OAKEN_UI_LIBRARY"
LOCKED_VARIABLE = "OAKEN_UI_LOCKED"  # for the child: the page has a password
FOLDERS_VARIABLE = "OAKEN_UI_FOLDERS"  # for the child, where adding by path is confined: a JSON list of folders
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
    """The child's options, sent on its standard input: where it listens, and who is let in."""

    port: int
    reach: ServerAddress
    password: PasswordHash | None = None  # lets in who knows it
    proxies: tuple[str, ...] = ()  # addresses and networks of those that may say for whom a request came
    token: str = field(default_factory=new_token)  # lets in the browser whose address has it
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
            tuple(options["proxies"]),
            options["token"],
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
    open_browser: Callable[[str, int], contextlib.AbstractContextManager[object]] | None,
    ready: Callable[[tuple[str, ...], str], None],
    reach: ServerAddress,
    password: PasswordHash | None = None,
    proxies: Sequence[str] = (),
    folders: Sequence[Path] | None = None,
) -> None:
    """Serve until interrupted. Raises OakenError if it never answers.

    Once it does, ``ready`` is given the URLs, and the one with the launch token; then ``open_browser`` that one, and
    the port. ``folders`` confine what may be added by path; None: nothing does.
    """
    for _ in range(_PORTS_TRIED):
        serving = ServerOptions(free_port(port, reach.address), reach, password, tuple(proxies))
        try:
            kept = _other_loopback(serving)
        except OSError:
            port = serving.port + 1
            continue
        with kept, _child(serving, library, folders) as child:
            if not _is_up(child, serving):
                continue  # another program took the port in between
            addresses = reach.addresses(serving.port)
            url = launch_url(addresses[0], serving.token)
            ready(addresses, url)
            with open_browser(url, serving.port) if open_browser else contextlib.nullcontext():
                code = child.wait()
            if code:
                raise OakenError(
                    Message("The browser app ended by itself (exit code {code}).", code=code),
                    Message("Start it again: oaken ui"),
                )
            return
    raise OakenError(Message("Other programs took every port first."), Message("Try another: oaken ui --port 9500"))


def _other_loopback(serving: ServerOptions) -> contextlib.AbstractContextManager[object]:
    """Keep the port at ::1, where the page does not listen, so that no other account can listen there.

    Browsers try both addresses of "localhost", and would hand the token to whoever answers. Raises OSError where the
    port is taken already.
    """
    if "localhost" not in serving.reach.names:
        return contextlib.nullcontext()
    try:
        held = socket.socket(socket.AF_INET6)
    except OSError:  # there is no IPv6
        return contextlib.nullcontext()
    try:
        held.bind(("::1", serving.port))
    except OSError as error:
        held.close()
        if error.errno == errno.EADDRINUSE:
            raise
        return contextlib.nullcontext()
    return held


@contextlib.contextmanager
def _child(
    serving: ServerOptions, library: str, folders: Sequence[Path] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Start the child, and end it in any case.

    It also ends by itself when this process dies and its standard input closes.
    """
    command = module_command("ui.web.server.child")
    variables = {
        LIBRARY_VARIABLE: library,
        LOCKED_VARIABLE: "1" if serving.password else "",
        FOLDERS_VARIABLE: "" if folders is None else json.dumps([str(folder) for folder in folders]),
        # The server believes no proxy by itself, as it would any on this machine: login.py asks who was named.
        "FORWARDED_ALLOW_IPS": "",
    }
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
                if mine and answer.status == 401:  # the door stands
                    return True
        time.sleep(0.1)
    raise OakenError(
        Message("The browser app did not answer within {start_seconds:.0f} seconds.", start_seconds=_START_SECONDS),
        Message("See: oaken doctor"),
    )


def _local_address(address: str) -> str:
    """Return the address at which this machine finds a server that listens there."""
    return {"0.0.0.0": LOOPBACK, "::": "::1"}.get(address, address)
