"""The process that reads: hanging, dying, killed, talking nonsense."""

from __future__ import annotations

import errno
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ingest import process
from ingest.document_codec import Chunking
from ingest.parse import Parser
from ingest.process import MAX_HEARTBEAT_CHARS
from rag.types import Outcome
from tests.doubles import bag_tokenizer
from tests.ingest.parsing import MISCHIEF, worker, write


def test_a_worker_that_hangs_is_killed_with_its_children(tmp_path: Path, mischief: Parser) -> None:
    with mischief as parser:
        begun = time.monotonic()
        result = parser.parse(write(tmp_path, "hang.txt"))
        assert time.monotonic() - begun < 5
        assert result.outcome is Outcome.FAILED and "longer than 1.5 seconds" in result.reason
        assert parser.parse(write(tmp_path, "fine.txt")).outcome is Outcome.EMPTY


@pytest.mark.parametrize("name", ["die.txt", "abort.txt", "half.txt"])
def test_a_worker_that_dies_costs_one_file(tmp_path: Path, mischief: Parser, name: str) -> None:
    with mischief as parser:
        one = parser.parse(write(tmp_path, "one.txt")).reason
        result = parser.parse(write(tmp_path, name))
        assert result.outcome in (Outcome.FAILED, Outcome.TOO_LARGE) and result.reason
        two = parser.parse(write(tmp_path, "two.txt"))
        assert two.outcome is Outcome.EMPTY and two.reason != one


def test_a_worker_killed_from_outside_costs_one_file(tmp_path: Path) -> None:
    command = (sys.executable, "-c", MISCHIEF)
    with Parser(30, command) as parser:
        parser.parse(write(tmp_path, "one.txt"))
        [worker] = parser.worker_ids
        threading.Timer(0.3, os.kill, (worker, signal.SIGKILL)).start()
        begun = time.monotonic()
        assert parser.parse(write(tmp_path, "slow.txt")).outcome is Outcome.FAILED
        assert time.monotonic() - begun < 10
        assert parser.parse(write(tmp_path, "two.txt")).outcome is Outcome.EMPTY
        os.kill(parser.worker_ids[0], signal.SIGKILL)  # while it waits
        time.sleep(0.1)
        assert parser.parse(write(tmp_path, "three.txt")).outcome is Outcome.EMPTY


def test_a_heartbeat_renews_the_time_and_is_passed_on(tmp_path: Path) -> None:
    slow = """
import time
def read(path):
    for page in range(8):
        time.sleep(0.25)
        send_heartbeat(f"page {page} of 8")
    return "read"
"""
    heard: list[str] = []
    with Parser(1.0, worker(slow)) as parser:
        parser.parse(write(tmp_path, "warm.txt"))  # a process takes its time to start
        result = parser.parse(write(tmp_path, "a.txt"), heard.append)
        assert result.reason == "read" and heard == [f"page {page} of 8" for page in range(8)]
    with Parser(1.0, worker(slow), total_limit=1.2) as parser:
        assert "longer than 1.2 seconds" in parser.parse(write(tmp_path, "a.txt")).reason


NONSENSE = [b"", b"[]", b"{}", b"nonsense", b'{"document": 3}', b'{"document": {"text": 1}}', b"[" * 100_000]
NONSENSE += [b'{"outcome": "won", "reason": ""}', b'{"doing": ', b"\xff\xfe"]
NONSENSE += [
    f'{{"outcome": "{said}", "reason": ""}}'.encode() for said in ("indexed", "unchanged", "moved", "duplicate")
]
NOT_MESSAGES = ["{}", '{"template": 1, "params": {}}', '{"template": "{x}", "params": []}', '{"template": "{x}"}',
                '{"template": "{x:>9999999}", "params": {"x": 1}}', '{"template": "{x.y}", "params": {"x": 1}}',
                '{"template": "{x}", "params": {"x": ' * 200 + "1" + "}}" * 200]  # fmt: skip
NONSENSE += [f'{{"outcome": "failed", "reason": {said}}}'.encode() for said in NOT_MESSAGES]


@pytest.mark.parametrize("said", NONSENSE, ids=range(len(NONSENSE)))
def test_a_worker_that_talks_nonsense_costs_one_file(tmp_path: Path, said: bytes) -> None:
    program = f"""
import sys
for line in sys.stdin.buffer:
    sys.stdout.buffer.write({said!r} if b"bad" in line else b'{{"outcome": "empty", "reason": "fine"}}')
    sys.stdout.buffer.write(b"\\n"); sys.stdout.buffer.flush()
"""
    with Parser(60, (sys.executable, "-c", program)) as parser:
        assert parser.parse(write(tmp_path, "bad.txt")).outcome is Outcome.FAILED
        assert parser.parse(write(tmp_path, "good.txt")).reason == "fine"


@pytest.mark.parametrize("said", [*NOT_MESSAGES, f'"{"x" * 5_000}"'], ids=range(len(NOT_MESSAGES) + 1))
def test_an_invalid_heartbeat_stops_nothing(tmp_path: Path, said: str) -> None:
    program = f"""
import sys
for line in sys.stdin.buffer:
    sys.stdout.buffer.write({f'{{"doing": {said}}}'.encode()!r} + b"\\n")
    sys.stdout.buffer.write(b'{{"outcome": "empty", "reason": "fine"}}\\n'); sys.stdout.buffer.flush()
"""
    heard: list[str] = []
    with Parser(60, (sys.executable, "-c", program)) as parser:
        parsed = parser.parse(write(tmp_path, "a.txt"), heard.append)
    assert parsed.reason == "fine" or parsed.outcome is Outcome.FAILED
    assert all(len(each) <= MAX_HEARTBEAT_CHARS for each in heard)


def test_an_answer_past_all_bounds_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.process.MAX_ANSWER_BYTES", 2**20)
    with Parser(60, worker("def read(path): return 'x' * 2**21")) as parser:
        assert parser.parse(write(tmp_path, "a.txt")).outcome is Outcome.TOO_LARGE
        assert parser.parse(write(tmp_path, "a.txt")).outcome is Outcome.TOO_LARGE


def test_an_answer_of_nothing_but_parts_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """128 MB of "{}," took three gigabytes of the run's own memory."""
    program = """
import sys
for line in sys.stdin.buffer:
    part = b"{}" if b"objects" in line else b"[]"
    sys.stdout.buffer.write(b'{"outcome": "empty", "reason": "fine", "more": [' + b",".join([part] * 50) + b"]}\\n")
    sys.stdout.buffer.flush()
"""
    with Parser(60, (sys.executable, "-c", program)) as parser:
        assert parser.parse(write(tmp_path, "objects.txt")).reason == "fine"
        monkeypatch.setattr("ingest.process.MAX_ANSWER_PARTS", 40)
        for name in ("objects.txt", "lists.txt"):
            assert parser.parse(write(tmp_path, name)).outcome is Outcome.TOO_LARGE


def test_closing_ends_workers_in_the_midst_of_a_file(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt")
    parser = Parser(60, worker("def read(path):\n    import time; time.sleep(60)"), workers=2)
    with ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(parser.parse, path) for _ in range(2)]
        while len(parser.worker_ids) < 2:
            time.sleep(0.01)
        workers = parser.worker_ids
        parser.close()
        assert {each.result(20).outcome for each in asked} == {Outcome.FAILED}
    for number in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(number, 0)
    assert not parser.parse(path).file_is_at_fault


def test_a_worker_that_cannot_be_started_is_no_fault_of_the_file(tmp_path: Path) -> None:
    with Parser(60, (str(tmp_path / "nothing"),)) as parser:
        result = parser.parse(write(tmp_path, "a.txt"))
    assert result.outcome is Outcome.FAILED and "could not be started" in result.reason and not result.file_is_at_fault


def test_without_process_groups_the_worker_itself_is_ended(
    tmp_path: Path, mischief: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "killpg")
    with mischief as parser:
        assert "longer than" in parser.parse(write(tmp_path, "slow.txt")).reason
        assert parser.parse(write(tmp_path, "fine.txt")).outcome is Outcome.EMPTY


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="there are no such sockets")
def test_a_socket_that_libreoffice_left_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker may not remove it itself. The folder is a short one: a socket's path has some hundred letters."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setattr(process, "_OFFICE_SOCKETS", str(Path(folder, Path(process._OFFICE_SOCKETS).name)))
        left = Path(folder, "OSL_PIPE_1000_SingleOfficeIPC_4f")
        with socket.socket(socket.AF_UNIX) as gone:
            gone.bind(str(left))
        os.utime(left, (1, 1))
        process.WorkerProcess((sys.executable, "-c", MISCHIEF)).kill()
        assert not left.exists()


def test_a_worker_gets_one_copy_of_what_is_shared_with_it(tmp_path: Path) -> None:
    files = [Path(write(tmp_path, "a.txt", "larch")), Path(write(tmp_path, "b.txt", "pine"))]
    one = process.WorkerProcess((sys.executable, "-c", MISCHIEF))
    try:
        folder, other = one.share(files), one.share(files[:1])
        assert one.share(files) == folder != other
        assert {path.name: path.read_text() for path in folder.iterdir()} == {"a.txt": "larch", "b.txt": "pine"}
    finally:
        one.kill()
    assert not folder.exists()


def test_no_room_for_what_a_worker_reads_is_no_fault_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = write(tmp_path, "a.txt")
    chunking = Chunking("d", "a.txt", (bag_tokenizer(),), 40)
    with Parser() as parser:
        monkeypatch.setattr("shutil.copyfile", full)
        assert not (failed := parser.parse(path, chunking=chunking)).file_is_at_fault and failed.reason
        monkeypatch.undo()
        assert parser.parse(path, chunking=chunking).outcome is Outcome.INDEXED
