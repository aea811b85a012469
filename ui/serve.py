"""Starts the browser app as a child process that only this machine can reach, and ends it with its parent.

The child is launch.py. Settings are given here, not in a file, so that they hold from any folder and for the installed
package, whatever a person's own Streamlit settings say.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rag.errors import OakenError

HOST = "127.0.0.1"
UPLOAD_MB = 50
LIBRARY_VARIABLE = "OAKEN_UI_LIBRARY"
_START_SECONDS = 60.0
_PORTS_TRIED = 50

SETTINGS: dict[str, Any] = {
    # Only this machine; "localhost" and "127.0.0.1" are the names it answers to.
    "server.address": HOST,
    "server.allowedHosts": ["localhost", HOST],
    "server.corsAllowedOrigins": [],
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,
    "server.baseUrlPath": "",
    "server.headless": True,
    "server.runOnSave": False,
    "server.fileWatcherType": "none",
    "server.maxUploadSize": UPLOAD_MB,
    "browser.serverAddress": "localhost",
    "browser.gatherUsageStats": False,
    "global.developmentMode": False,
    "logger.hideWelcomeMessage": True,
    "logger.level": "warning",
    # A page for a person, not for its developer.
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "runner.magicEnabled": False,
    # Oak: paper and ink, one green.
    "theme.font": "sans-serif",
    "theme.headingFont": "serif",
    "theme.baseRadius": "0.5rem",
    "theme.showWidgetBorder": True,
    "theme.light.primaryColor": "#2e5e45",
    "theme.light.backgroundColor": "#fcfbf8",
    "theme.light.secondaryBackgroundColor": "#f3f1ea",
    "theme.light.textColor": "#23261f",
    "theme.light.linkColor": "#2e5e45",
    "theme.light.borderColor": "#dedacd",
    "theme.dark.primaryColor": "#8fc2a0",
    "theme.dark.backgroundColor": "#151815",
    "theme.dark.secondaryBackgroundColor": "#1e221e",
    "theme.dark.textColor": "#e5e6dd",
    "theme.dark.linkColor": "#8fc2a0",
    "theme.dark.borderColor": "#363c35",
}


def free_port(wanted: int) -> int:
    """``wanted``, or the next port above it that is free."""
    for port in range(wanted, min(wanted + _PORTS_TRIED, 65536)):
        with contextlib.suppress(OSError), socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((HOST, port))
            return port
    raise OakenError(f"No port from {wanted} on is free.", f"Try another: oaken ui --port {max(1024, wanted - 1000)}")


def serve(port: int, library: str, *, open_browser: bool, ready: Callable[[str], None]) -> None:
    """Serve until interrupted; ``ready`` is told the address once it answers. Raises OakenError if it never does."""
    port = free_port(port)
    with _child(port, library) as child:
        _wait_until_up(child, port)
        address = f"http://localhost:{port}"
        ready(address)
        if open_browser:
            import webbrowser

            webbrowser.open(address)
        if code := child.wait():
            raise OakenError(f"The browser app ended by itself (exit code {code}).", "Start it again: oaken ui")


@contextlib.contextmanager
def _child(port: int, library: str) -> Iterator[subprocess.Popen[bytes]]:
    """The child, ended in any case: it also ends by itself when this process dies and its standard input closes."""
    # -P: a folder that the person happens to be in is not a place to import from.
    command = [sys.executable, "-P", str(Path(__file__).resolve().with_name("launch.py")), str(port)]
    environment = os.environ | {LIBRARY_VARIABLE: library}
    child = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, start_new_session=True)
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
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


def _wait_until_up(child: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if child.poll() is not None:
            raise OakenError(f"The browser app did not start (exit code {child.returncode}).", "See: oaken doctor")
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(HOST, port, timeout=2)
            with contextlib.closing(connection):
                connection.request("GET", "/_stcore/health")
                if connection.getresponse().status == 200:
                    return
        time.sleep(0.1)
    raise OakenError(f"The browser app did not answer within {_START_SECONDS:.0f} seconds.", "See: oaken doctor")
