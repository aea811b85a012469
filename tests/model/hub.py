"""A small hub on this machine that serves one file, truthfully or not, and remembers what it was asked."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REPO = "owner/some-model-gguf"
COMMIT = "c" * 40


@dataclass
class Hub:
    """What the hub serves and how it misbehaves."""

    content: bytes
    file: str = "tiny.gguf"
    size: int = -1  # told by HEAD; -1 is the truth
    sha256: str = ""  # told by HEAD; "" is the truth
    sent: bytes | None = None  # what GET sends instead of the content
    breaks_after: int = -1  # bytes of each answer, after which the connection ends
    breaks: int = 10**9  # how many answers break
    pause: float = 0.0  # seconds between two pieces, so that somebody may look on
    stalls: bool = False  # sends the first bytes and then nothing
    ignores_range: bool = False
    status: int = 200
    sends_to: str = ""  # another address, to which it redirects for the file
    address: str = ""
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def ranges(self) -> list[str]:
        return [headers.get("range", "") for method, _, headers in self.requests if method == "GET"]


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serve until left; ``address`` is filled in."""
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def _note(self) -> bool:
            headers = {name.lower(): value for name, value in self.headers.items()}
            hub.requests.append((self.command, self.path, headers))
            if hub.status != 200 or not self.path.endswith(f"/{hub.file}"):
                code = hub.status if hub.status != 200 else 404
                self.send_response(code)
                if code == 404:
                    self.send_header("X-Error-Code", "EntryNotFound")
                    self.send_header("X-Repo-Commit", COMMIT)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return False
            return True

        def do_HEAD(self) -> None:
            if not self._note():
                return
            self.send_response(200)
            sha = hub.sha256 or hashlib.sha256(hub.content).hexdigest()
            size = len(hub.content) if hub.size < 0 else hub.size
            for name, value in (
                ("X-Repo-Commit", COMMIT), ("X-Linked-Etag", f'"{sha}"'), ("X-Linked-Size", str(size)),
                ("Content-Length", str(size)),
            ):  # fmt: skip
                self.send_header(name, value)
            self.end_headers()

        def do_GET(self) -> None:
            if not self._note():
                return
            if hub.sends_to:
                self.send_response(302)
                self.send_header("Location", f"{hub.sends_to}{self.path}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            body = hub.content if hub.sent is None else hub.sent
            wanted = self.headers.get("Range", "")
            start = 0 if hub.ignores_range or not wanted else int(wanted.removeprefix("bytes=").partition("-")[0])
            rest = body[start:]
            if start:
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(rest)))
            self.end_headers()
            if hub.stalls:
                self.wfile.write(rest[: len(rest) // 2])
                self.wfile.flush()
                ended.wait(30)
            elif 0 <= hub.breaks_after < len(rest) and hub.breaks > 0:
                hub.breaks -= 1
                self.wfile.write(rest[: hub.breaks_after])
            elif hub.pause:
                piece = max(1, len(rest) // 50)
                for at in range(0, len(rest), piece):
                    self.wfile.write(rest[at : at + piece])
                    self.wfile.flush()
                    time.sleep(hub.pause)
                return
            else:
                self.wfile.write(rest)
                return
            self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that left
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
        time.sleep(0)
