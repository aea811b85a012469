"""A little OpenAI-compatible server on this machine, which answers as it is told, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


def chunk(text: str | None = None, finish: str | None = None) -> str:
    delta = {} if text is None else {"content": text}
    return f"data: {json.dumps({'choices': [{'index': 0, 'delta': delta, 'finish_reason': finish}]})}\n\n"


def event(**fields: Any) -> bytes:
    return f"data: {json.dumps(fields)}\n\n".encode()


@dataclass
class Server:
    """What a little server answers; ``answer`` is sent as it is, piece by piece."""

    answer: list[bytes] = field(default_factory=lambda: [chunk("Pa").encode(), chunk("ris.", "stop").encode()])
    status: int = 200
    kind: str = "text/event-stream"
    models: object = None
    models_status: int = 200
    props: object = None  # what /props answers, which llama-server has
    tokens: dict[str, Any] | None = None  # what /tokenize answers
    strict: bool = False  # refuses fields that OpenAI's protocol does not know
    location: str = ""
    redirects: bool = False  # every request, to ``location`` and its path
    endless: bool = False  # repeats the answer for ever
    silent: threading.Event = field(default_factory=threading.Event)  # when set, the answer begins and stops
    root: str = ""
    seen: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)  # set when the client went away


@contextlib.contextmanager
def serving(server: Server) -> Iterator[Server]:
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def _reply(self, code: int, value: object) -> None:
            data = value if isinstance(value, bytes) else json.dumps(value).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _redirect(self) -> None:
            self.send_response(307)
            self.send_header("Location", server.location + self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            server.seen.append((self.path, {n.lower(): v for n, v in self.headers.items()}, None))
            if server.redirects:
                self._redirect()
            elif self.path == "/v1/models":
                rows = {"data": [{"id": "big"}, {"id": "small"}]} if server.models is None else server.models
                self._reply(server.models_status, rows)
            elif self.path == "/props" and server.props is not None:
                self._reply(200, server.props)
            else:
                self._reply(404, {"error": "no such thing"})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.seen.append((self.path, {n.lower(): v for n, v in self.headers.items()}, body))
            if server.redirects:
                self._redirect()
                return
            if self.path not in ("/v1/chat/completions", "/v1/completions", "/infill"):
                self._reply(404 if server.tokens is None else 200, server.tokens or {})
                return
            if server.strict and "top_k" in body:
                self._reply(400, {"error": {"message": "unknown field top_k"}})
                return
            self.send_response(server.status)
            self.send_header("Content-Type", server.kind)
            if server.location:
                self.send_header("Location", server.location)
            self.end_headers()
            with contextlib.suppress(OSError):
                while True:
                    for piece in server.answer:
                        self.wfile.write(piece)
                        self.wfile.flush()
                    if server.silent.is_set():
                        over.wait(20)
                    if not server.endless or over.is_set():
                        return
            server.left.set()

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    listening.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    server.root = f"http://127.0.0.1:{listening.server_address[1]}"
    try:
        yield server
    finally:
        over.set()
        listening.shutdown()
        listening.server_close()
        thread.join(5)
