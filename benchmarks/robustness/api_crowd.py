"""Crowd, idle and stop the API: ``python -m benchmarks.robustness.api_crowd [crowd] [search] [idle] [stop]``.

crowd: many clients at once, each asking the sample library again and again; who is told to come back (429) does so.
search: the same, but each only searches, first one client alone. idle: connections that ask for nothing, and what a
client that asks gets meanwhile. stop: SIGTERM while it is busy.
Exit code 1 for any error but 429, a client kept out, or an end that takes longer than five seconds.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.results import Cell, Row, benchmark_parser, parse_options, publish
from rag.child_process import import_path

TESTS = ("crowd", "search", "idle", "stop")
CROWD = {
    "clients": "", "seconds": "", "answered": "", "told to come back": "", "other errors": "",
    "median, s": ".2f", "95th percentile, s": ".2f",
}  # fmt: skip
IDLE = {"idle connections": "", "seconds": "", "requests": "", "answered": "", "slowest, s": ".2f"}
STOP = {"while": "", "ended after, s": ".1f", "processes left": ""}
TOKEN = "a-token-of-the-benchmark"
SAMPLE = Path(__file__).resolve().parents[2] / "data" / "library"
QUESTIONS = (
    "When did the tram line open?", "When does the library open on Saturdays?", "Who runs the ferry?",
    "¿Cuántos alumnos tiene la Escuela del Puente?", "¿Quién abrió la panadería?",
)  # fmt: skip
Request = Callable[[int, str], int]  # sends a question to a port; returns the status
_END_SECONDS = 5.0
_COME_BACK_SECONDS = 1.0


@dataclass
class Tally:
    """What the clients met."""

    outcomes: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, outcome: str, seconds: float) -> None:
        """Add one response."""
        with self.lock:
            self.outcomes[outcome] += 1
            if outcome == "200":
                self.waits.append(seconds)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table for each test; return the exit code."""
    parser = benchmark_parser("benchmarks.robustness.api_crowd", __doc__)
    parser.add_argument("tests", nargs="*", default=TESTS, help=f"of {', '.join(TESTS)} (default: all)")
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--connections", type=int, default=210)
    options = parse_options(parser, arguments)
    wrong = False
    with tempfile.TemporaryDirectory(prefix="oaken-bench-") as folder:
        home = Path(folder)
        with _oaken(home, "ingest", str(SAMPLE)) as reading:
            reading.communicate()
        if "crowd" in options.tests:
            row = crowd(home, options.clients, options.seconds)
            publish(options, "api_crowd", "Many clients of the API at once", CROWD, [row])
            wrong |= bool(row["other errors"])
        if "search" in options.tests:
            rows = [crowd(home, each, options.seconds, search) for each in (1, options.clients)]
            note = f"Load {os.getloadavg()[0]:.1f} at the end, {os.cpu_count()} cores."
            publish(options, "api_search", "Clients of the API that only search, one alone and many", CROWD, rows, note)
            wrong |= any(row["other errors"] for row in rows)
        if "idle" in options.tests:
            row = idle(home, options.connections, min(options.seconds, 20.0))
            publish(options, "api_idle", "A client beside idle connections", IDLE, [row])
            wrong |= row["requests"] != row["answered"]
        if "stop" in options.tests:
            rows = [stop(home, name, begin) for name, begin in BUSY.items()]
            publish(options, "api_stop", "SIGTERM to oaken api", STOP, rows)
            wrong |= any(row["processes left"] or float(row["ended after, s"] or 0) > _END_SECONDS for row in rows)
    return int(wrong)


def crowd(home: Path, clients: int, seconds: float, request: Request | None = None) -> Row:
    """Send requests (None: questions) by many clients at once, for so long."""
    tally, send = Tally(), request or ask
    with serving(home) as (_, port):
        send(port, QUESTIONS[0])  # the embedder and the model are loaded
        until = time.monotonic() + seconds
        running = [threading.Thread(target=_client, args=(port, n, until, tally, send)) for n in range(clients)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
    waits = sorted(tally.waits) or [0.0]
    answered, busy = tally.outcomes["200"], tally.outcomes["429"]
    for outcome in tally.outcomes.keys() - {"200", "429"}:
        print(outcome, tally.outcomes[outcome], file=sys.stderr)
    cells: tuple[Cell, ...] = (
        clients, round(seconds), answered, busy, tally.outcomes.total() - answered - busy,
        statistics.median(waits), waits[len(waits) * 95 // 100],
    )  # fmt: skip
    return dict(zip(CROWD, cells, strict=True))


def _client(port: int, number: int, until: float, tally: Tally, send: Request) -> None:
    while time.monotonic() < until:
        begun = time.monotonic()
        try:
            outcome = str(send(port, QUESTIONS[number % len(QUESTIONS)]))
        except (OSError, http.client.HTTPException) as error:
            outcome = type(error).__name__
        tally.add(outcome, time.monotonic() - begun)
        time.sleep(_COME_BACK_SECONDS if outcome != "200" else 0.0)


def ask(port: int, question: str) -> int:
    """Ask the library; return the status. One token of prose is written."""
    body = {"model": "oaken", "max_tokens": 1, "messages": [{"role": "user", "content": question}]}
    return _post(port, "/v1/chat/completions", body)


def search(port: int, question: str) -> int:
    """Search the library; return the status."""
    return _post(port, "/v1/search", {"query": question})


def _post(port: int, path: str, body: dict[str, object]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    with contextlib.closing(connection):
        connection.request("POST", path, json.dumps(body), _headers())
        response = connection.getresponse()
        response.read()
        return response.status


def idle(home: Path, connections: int, seconds: float) -> Row:
    """Hold connections open, half of them with half a head, and ask beside them."""
    statuses, waits = list[int](), list[float]()
    with serving(home) as (_, port), contextlib.ExitStack() as held:
        until = time.monotonic() + seconds
        for number in range(connections):
            each = held.enter_context(socket.create_connection(("127.0.0.1", port)))
            each.sendall(b"GET /v1/models HTTP/1.1\r\nx: " if number % 2 else b"")
        while time.monotonic() < until:
            begun = time.monotonic()
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            with contextlib.closing(connection):
                connection.request("GET", "/v1/models", headers=_headers())
                statuses.append(connection.getresponse().status)
            waits.append(time.monotonic() - begun)
            time.sleep(0.5)
    cells = (connections, round(seconds), len(statuses), statuses.count(200), max(waits))
    return dict(zip(IDLE, cells, strict=True))


def stop(home: Path, name: str, begin: Callable[[int, contextlib.ExitStack], None]) -> Row:
    """Send SIGTERM while it does that; return how long it took to end, and what was left of it."""
    with serving(home) as (server, port), contextlib.ExitStack() as held:
        begin(port, held)
        family = psutil.Process(server.pid).children(recursive=True)
        begun = time.monotonic()
        server.send_signal(signal.SIGTERM)
        server.wait(60)
        seconds = time.monotonic() - begun
        _, left = psutil.wait_procs(family, max(0.1, _END_SECONDS - seconds))
    return dict(zip(STOP, (name, seconds, len(left)), strict=True))


def _stream(port: int, held: contextlib.ExitStack) -> None:
    """Begin a long answer, and read its first piece."""
    body = {"model": "oaken-raw", "stream": True, "max_tokens": 1000, "messages": [{"role": "user", "content": "Tell"}]}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    held.callback(connection.close)
    connection.request("POST", "/v1/chat/completions", json.dumps(body), _headers())
    connection.getresponse().readline()


def _dribble(port: int, held: contextlib.ExitStack) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in _headers().items())
    each = held.enter_context(socket.create_connection(("127.0.0.1", port)))
    each.sendall(
        f"POST /v1/completions HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n{head}content-length: 99\r\n\r\n{{".encode()
    )


def _idle(port: int, held: contextlib.ExitStack) -> None:
    for _ in range(20):
        held.enter_context(socket.create_connection(("127.0.0.1", port)))


def _freeze(port: int, _: contextlib.ExitStack) -> None:
    """Stop the server's process, as native code that keeps the interpreter does to all of its threads."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if any(each.laddr.port == port and each.status == "LISTEN" for each in process.net_connections("tcp")):
                process.suspend()


BUSY: dict[str, Callable[[int, contextlib.ExitStack], None]] = {
    "nothing runs": lambda *_: None,
    "idle connections are open": _idle,
    "a body has not arrived": _dribble,
    "an answer is streamed": _stream,
    "its interpreter stands still": _freeze,
}


def _headers() -> dict[str, str]:
    return {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}


@contextlib.contextmanager
def serving(home: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run ``oaken api`` over the sample library; its process and its port."""
    server = _oaken(home, "api", "--json", "--port", "8760")
    assert server.stdout is not None
    try:
        address = json.loads(server.stdout.readline())["address"]
        yield server, int(address.removesuffix("/v1").rpartition(":")[2])
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
        server.stdout.close()


def _oaken(home: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {"OAKEN_HOME": str(home), "OAKEN_API_TOKEN": TOKEN, "PYTHONPATH": import_path()}
    return subprocess.Popen(
        [sys.executable, "-m", "ui.cli.main", *arguments], stdout=subprocess.PIPE, text=True, env=environment
    )


if __name__ == "__main__":
    sys.exit(main())
