"""What a file that took a worker over may do where nothing has to be opened: nothing to anybody else."""

from __future__ import annotations

import ast
import platform
import resource
import struct
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.parse import Parser
from ingest.worker import seccomp
from tests.ingest.parsing import worker, write

ALLOWED, REFUSED, UNKNOWN = 0x7FFF0000, 0x00050001, 0x00050026
needs_filter = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"), reason="no filter of calls there"
)
TRIES = """
import ctypes, resource
libc = ctypes.CDLL(None, use_errno=True)
def attempt(do):
    try:
        return do()
    except OSError:
        return None
def native(name, *arguments):
    return getattr(libc, name)(*arguments) >= 0 or None
def tries(found):
    return sorted(name for name, do in found.items() if attempt(do) is not None)
"""


@needs_filter
def test_a_worker_changes_nothing_of_files_and_processes_that_are_not_its_own(tmp_path: Path) -> None:
    other = write(tmp_path, "other.txt")
    other.chmod(0o600)
    before = other.stat()
    look = f"""
{TRIES}
OTHER, PARENT = {str(other)!r}, os.getppid()
def done(do):
    return lambda: (do(), "done")
def read(path):
    return tries({{
        "mode": done(lambda: os.chmod(OTHER, 0o666)),
        "owner": done(lambda: os.chown(OTHER, os.getuid(), -1)),
        "times": done(lambda: os.utime(OTHER, (1, 1))),
        "attributes": done(lambda: os.setxattr(OTHER, "user.x", b"1")),
        "watched": lambda: native("inotify_init1", 0),
        "limits": done(lambda: resource.prlimit(PARENT, resource.RLIMIT_CORE, (0, 0))),
        "limits seen": lambda: resource.prlimit(PARENT, resource.RLIMIT_CORE),
        "priority": done(lambda: os.setpriority(os.PRIO_PROCESS, PARENT, 19)),
        "processors": done(lambda: os.sched_setaffinity(PARENT, {{0}})),
        "group": done(os.setsid),
        "shared memory": lambda: native("shmget", 0, 4096, 0o1600),
        "semaphores": lambda: native("semget", 0, 1, 0o1600),
        "messages": lambda: native("msgget", 0, 0o1600),
        "memory": lambda: os.memfd_create("x"),
        "own limits": lambda: resource.getrlimit(resource.RLIMIT_CORE),
        "own program": lambda: subprocess.run([sys.executable, "-c", ""]).returncode,
        "namespace": lambda: native("unshare", 0x10000000),
    }})
"""
    limits = resource.getrlimit(resource.RLIMIT_CORE)
    with Parser(60, worker(look)) as parser:
        assert ast.literal_eval(parser.parse(write(tmp_path, "a.txt")).reason) == ["own limits", "own program"]
    assert other.stat() == before and resource.getrlimit(resource.RLIMIT_CORE) == limits


@needs_filter
def test_a_worker_sends_no_datagram_and_answers_nobody(tmp_path: Path) -> None:
    """Of a pair of sockets each can send to any other: to the system's log, say."""
    look = """
import socket
def attempt(do):
    try:
        do()
        return "done"
    except OSError as error:
        return error.strerror
def read(path):
    listening = socket.socket(socket.AF_UNIX)
    listening.bind("service"); listening.listen()
    listening.setblocking(False)
    pair = lambda kind: socket.socketpair(socket.AF_UNIX, kind)
    return [
        attempt(lambda: pair(socket.SOCK_DGRAM)), attempt(lambda: pair(socket.SOCK_STREAM)), attempt(listening.accept)
    ]
"""
    refused = "Operation not permitted"
    with Parser(60, worker(look)) as parser:
        assert parser.parse(write(tmp_path, "a.txt")).reason == str([refused, "done", refused])


@needs_filter
def test_what_a_worker_starts_dies_with_it_whatever_it_does(tmp_path: Path) -> None:
    flee = """
def read(path):
    child = os.fork()
    if child == 0:
        for leave in (os.setsid, lambda: os.setpgid(0, 0)):
            try:
                leave()
            except OSError:
                pass
        import time
        time.sleep(60)
        os._exit(0)
    return child
"""
    with Parser(60, worker(flee)) as parser:
        child = int(parser.parse(write(tmp_path, "a.txt")).reason)
        assert _runs(child)
    until = time.monotonic() + 20
    while time.monotonic() < until and _runs(child):
        time.sleep(0.02)
    assert not _runs(child)


def _runs(process: int) -> bool:
    """Whether it is there and no zombie, which nobody may be left to collect."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    return done.stdout.strip()[:1] not in ("", "Z")


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has these")
def test_a_worker_of_root_is_no_administrator(tmp_path: Path) -> None:
    look = """
HELD = '''
import ctypes, struct
held = ctypes.create_string_buffer(24)
assert ctypes.CDLL(None).capget(struct.pack("=Ii", 0x20080522, 0), held) == 0
print(set(held.raw))
'''
def read(path):
    return subprocess.run([sys.executable, "-c", HELD], capture_output=True, text=True).stdout.strip()
"""
    with Parser(60, worker(look)) as parser:
        assert parser.parse(write(tmp_path, "a.txt")).reason == "{0}"


# -- the filter for a machine that is not this one


def _verdict(machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    """Run the filter on a call, as the kernel would."""
    known = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}[machine]
    call = struct.pack("<IIQ6Q", number, architecture or known, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6])
    return _run(seccomp.program(machine), call)


def _run(program: Sequence[tuple[int, int, int, int]], call: bytes) -> int:
    at, held = 0, 0
    while True:
        what, yes, no, number = program[at]
        at += 1
        if what == 0x06:
            return number
        if what == 0x20:
            (held,) = struct.unpack_from("<I", call, number)
        elif what == 0x54:
            held &= number
        else:
            true = {0x15: held == number, 0x35: held >= number, 0x45: bool(held & number)}[what]
            at += yes if true else no


CALLS = {  # number on x86-64, on arm64, arguments, what is to come of it
    "read": (0, 63, (), ALLOWED),
    "chmod at": (268, 53, (), REFUSED),
    "connect": (42, 203, (), REFUSED),
    "a stream": (41, 198, (1, 0x80001), ALLOWED),
    "a datagram": (41, 198, (1, 2), REFUSED),
    "the network": (41, 198, (2, 1), REFUSED),
    "a pair of streams": (53, 199, (1, 1), ALLOWED),
    "a pair of datagrams": (53, 199, (1, 2), REFUSED),
    "own limits": (302, 261, (0,), ALLOWED),
    "others' limits": (302, 261, (7,), REFUSED),
    "a process": (56, 220, (0x01200011,), ALLOWED),
    "a namespace": (56, 220, (0x10000011,), REFUSED),
    "clone3": (435, 435, (), UNKNOWN),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_of_each_machine(machine: str, call: str) -> None:
    *numbers, arguments, expected = CALLS[call]
    number = numbers[machine == "aarch64"]
    assert isinstance(number, int) and isinstance(arguments, tuple)
    assert _verdict(machine, number, *arguments) == expected


def test_calls_in_another_numbering_are_refused() -> None:
    assert _verdict("x86_64", 0, architecture=0x40000003) == REFUSED  # of 32 bits
    assert _verdict("x86_64", 0x40000000) == REFUSED


def test_there_is_no_filter_for_other_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    assert not seccomp.install()


@needs_filter
def test_every_number_is_this_machines_own_for_that_call() -> None:
    """As the kernel's headers name them, where they are installed."""
    for header in map(Path, ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm-generic/unistd.h")):
        machine = "aarch64" if "generic" in str(header) else "x86_64"
        if not header.exists():
            continue
        defined = {
            words[1].removeprefix("__NR_"): words[2]
            for words in map(str.split, header.read_text().splitlines())
            if words[:1] == ["#define"] and len(words) == 3 and words[1].startswith("__NR_")
        }
        for name, numbers in seccomp._REFUSED.items():
            number = numbers[machine == "aarch64"]
            if name in defined:
                assert defined[name] == str(number), name
