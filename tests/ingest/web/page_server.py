"""A web server on this computer for tests, and the network in which its one port alone may be reached."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ingest.web.fetch import Network

HOST = "pages.example"


@dataclass
class Reply:
    """What is answered at a path."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    drip: float = 0.0  # seconds between two bytes
    is_chunked: bool = False  # without a length: the end of the connection is that of the body


@dataclass
class PageServer:
    """The replies by path, which a test may change, and what was asked: (path, headers)."""

    port: int
    replies: dict[str, Reply] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)

    def url(self, path: str = "/", host: str = HOST) -> str:
        """Return the address of a path."""
        return f"http://{host}:{self.port}{path}"

    def page(self, path: str, body: str, content_type: str = "text/html; charset=utf-8", **headers: str) -> None:
        """Answer a path with a page."""
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        self.replies[path] = Reply(body.encode(), headers={"Content-Type": content_type} | named)

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for."""
        return [path for path, _ in self.asked]

    @property
    def network(self) -> Network:
        """Each name leads to this server, and only its port may be connected to."""

        def resolve(host: str, port: int) -> list[str]:
            self.resolved.append(host)
            return ["127.0.0.1"]

        return Network(resolve, lambda address, port: (address, port) == ("127.0.0.1", self.port))


@contextmanager
def serving() -> Iterator[PageServer]:
    """Run a server for the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known.asked.append((self.path, {key.lower(): value for key, value in self.headers.items()}))
            reply = known.replies.get(self.path, Reply(b"none", 404))
            etag = reply.headers.get("ETag")
            if etag and self.headers.get("If-None-Match") == etag:
                reply = Reply(status=304, headers={"ETag": etag})
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if not reply.is_chunked and reply.status != 304:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self._send(reply)

        def _send(self, reply: Reply) -> None:
            try:
                if not reply.drip:
                    self.wfile.write(reply.body)
                    return
                for byte in reply.body:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    time.sleep(reply.drip)
            except OSError:
                pass  # the client has left

        log_message: Callable[..., None] = lambda *_: None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    known = PageServer(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
