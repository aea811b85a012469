"""What a worker may not do: the network, the home, more than its share."""

from __future__ import annotations

import ast
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingest.parse import Parser
from ingest.worker import landlock, sandbox
from rag.types import Outcome
from tests.ingest.parsing import ROOT, worker, write

needs_landlock = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock, or it is off")
SOCKETS = """
def attempt(*arguments):
    try:
        socket.socket(*arguments).close()
        return "open"
    except OSError as error:
        return error.strerror
def read(path):
    print("a library prints")
    try:
        socket.create_connection(("127.0.0.1", 9))
    except PermissionError as error:
        said = str(error)
    child = "import socket; socket.socket()"
    code = subprocess.run([sys.executable, "-c", child], stderr=subprocess.DEVNULL).returncode
    local = attempt(socket.AF_UNIX), attempt(socket.AF_UNIX, socket.SOCK_DGRAM)
    return [said, attempt(), attempt(socket.AF_INET6), *local, code]
"""


def test_the_worker_cannot_reach_the_network_and_prints_past_its_answers(tmp_path: Path) -> None:
    with Parser(60, worker(SOCKETS)) as parser:
        for _ in range(2):
            said = parser.parse(write(tmp_path, "a.txt")).reason
            if sys.platform == "linux" and platform.machine() in ("x86_64", "aarch64"):
                refused = "Operation not permitted"  # native code and programs that are started, too
                assert said == str(["reading a file needs no network", refused, refused, "open", refused, 1])
            else:
                assert said.startswith("['reading a file needs no network'")


@pytest.mark.skipif(platform.machine() not in ("x86_64", "aarch64"), reason="no filter of system calls there")
@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone filters system calls")
def test_native_code_and_programs_reach_no_service_of_this_machine(tmp_path: Path) -> None:
    """Whoever listens on a socket of a file (Docker, ssh-agent) would do what an account's owner asks."""
    connect = """
def read(path):
    import ctypes, struct
    libc = ctypes.CDLL(None, use_errno=True)
    place = os.environ["TMPDIR"] + "/service"
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(place); listening.listen()
    address = struct.pack("H", socket.AF_UNIX) + place.encode() + bytes(1)
    one = libc.connect(socket.socket(socket.AF_UNIX).fileno(), address, len(address)), ctypes.get_errno()
    child = "import os, socket; socket.socket(socket.AF_UNIX).connect(os.environ['TMPDIR'] + '/service')"
    return [one, subprocess.run([sys.executable, "-c", child], stderr=subprocess.DEVNULL).returncode]
"""
    with Parser(60, worker(connect)) as parser:
        assert parser.parse(write(tmp_path, "a.txt")).reason == str([(-1, 1), 1])


@needs_landlock
def test_a_worker_reaches_no_file_but_the_one_it_reads(tmp_path: Path) -> None:
    """Nor does a program that it starts; what it has of its own and of Python's stays."""
    (tmp_path / "secret").write_text("The key of the safe is 1934.")
    look = f"""
SECRET = {str(tmp_path / "secret")!r}
def attempt(do):
    try:
        do()
        return "done"
    except OSError as error:
        return type(error).__name__
def read(path):
    parent = os.getppid()
    found = {{
        "its file": attempt(lambda: open(path).read()),
        "its folder": attempt(lambda: open("own.tmp", "w").close()),
        "nothing": attempt(lambda: open(os.devnull, "w").close()),
        "beside": attempt(lambda: os.listdir({str(tmp_path)!r})),
        "secret": attempt(lambda: open(SECRET).read()),
        "write": attempt(lambda: open(SECRET, "w")),
        "new": attempt(lambda: open(SECRET + "2", "w")),
        "link": attempt(lambda: (os.symlink(SECRET, "link"), open("link").read())),
        "moved": attempt(lambda: os.rename(SECRET, "moved")),
        "accounts": attempt(lambda: open("/etc/passwd").read()),
        "environment": attempt(lambda: open(f"/proc/{{parent}}/environ", "rb").read()),
        "memory": attempt(lambda: open(f"/proc/{{parent}}/mem", "rb").read(1)),
        "parent's files": attempt(lambda: os.listdir(f"/proc/{{parent}}/cwd")),
        "change its file": attempt(lambda: open(path, "a")),
    }}
    child = f"open({{SECRET!r}})"
    found["program"] = subprocess.run([sys.executable, "-c", child], stderr=subprocess.DEVNULL).returncode
    return sorted(name for name, said in found.items() if said in ("done", 0))
"""
    with Parser(60, worker(look)) as parser:
        assert parser.parse(write(tmp_path, "a.txt")).reason == str(["its file", "its folder", "nothing"])
    assert (tmp_path / "secret").read_text() == "The key of the safe is 1934."


def test_a_home_is_no_place_that_a_worker_reads_however_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tmp_path.resolve() / "var" / "home" / "ana"
    (real / "bin").mkdir(parents=True)
    (tmp_path / "home").symlink_to(real.parent)
    monkeypatch.setattr(sandbox, "_real_home", lambda: str(tmp_path / "home" / "ana"))
    monkeypatch.setattr(sys, "path", [*sys.path, str(real), str(real.parent)])
    monkeypatch.setenv("PATH", os.pathsep.join([str(real / "bin"), str(real / "bin" / ".."), str(tmp_path / "home")]))
    files = landlock.Access.READ_FILE
    places = {
        each.resolve() for each, rights in sandbox._places(tmp_path / "scratch" / "own").items() if rights & files
    }
    assert real / "bin" in places and not any(real.is_relative_to(each) for each in places)


@needs_landlock
def test_a_worker_sends_no_signal_to_the_run(tmp_path: Path) -> None:
    if landlock.version() < 6:
        pytest.skip("this kernel cannot refuse signals")
    kill = """
def read(path):
    try:
        os.kill(os.getppid(), 0)
    except PermissionError as error:
        return error.strerror
"""
    with Parser(60, worker(kill)) as parser:
        assert parser.parse(write(tmp_path, "a.txt")).reason == "Operation not permitted"


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="others give memory back by themselves")
def test_memory_that_a_file_took_is_given_back(tmp_path: Path) -> None:
    hold = """
def read(path):
    before = int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import ctypes
    libc = ctypes.CDLL(None); libc.malloc.restype = ctypes.c_void_p; libc.free.argtypes = [ctypes.c_void_p]
    blocks = [libc.malloc(100_000) for _ in range(1000)]  # too small to be mapped alone
    for block in blocks: ctypes.memset(block, 1, 100_000)
    for block in blocks[:-1]: libc.free(block)  # the last one keeps the others from the end of the heap
    return before // 10**6
"""
    with Parser(60, worker(hold)) as parser:
        first, second = (int(parser.parse(write(tmp_path, "a.txt")).reason) for _ in range(2))
    assert second < first + 50


def test_a_worker_has_an_empty_home_of_its_own_and_does_not_know_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAKEN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SOME_API_KEY", "secret")
    look = """
def read(path):
    import tempfile
    left = os.listdir()
    open("left.tmp", "w").close(); os.mkdir("sub"); open("sub/x", "w").close()
    told = {name for name in os.environ if name.startswith(("OAKEN", "SOME"))}
    return [os.getcwd(), os.path.expanduser("~") == os.getcwd() == tempfile.gettempdir(), left, sorted(told)]
"""
    with Parser(60, worker(look)) as parser:
        one, two = (ast.literal_eval(parser.parse(write(tmp_path, "a.txt")).reason) for _ in range(2))
        assert one[1:] == [True, [], []] and two == one
        assert Path(one[0]).stat().st_mode & 0o777 == 0o700
    assert not Path(one[0]).exists()


def test_a_worker_whose_run_was_killed_ends_and_tidies_up(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt")
    program = f"""
import os, signal, sys
from pathlib import Path
from ingest.parse import Parser
parser = Parser()
assert parser.parse(Path({str(path)!r})).document
[worker] = parser.worker_ids
print(worker, os.readlink(f"/proc/{{worker}}/cwd") if sys.platform == "linux" else "/nowhere", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    number, folder = done.stdout.split()
    until = time.monotonic() + 20
    while time.monotonic() < until and (Path(folder).exists() or Path(f"/proc/{number}/cwd").exists()):
        time.sleep(0.05)
    around = Path(folder).parent
    assert list(around.iterdir()) == []
    with Parser(60) as parser:
        assert parser.parse(path).document and around.exists()  # it might be a new one
    os.utime(around, (1, 1))
    with Parser(60) as parser:
        assert parser.parse(path).document and not around.exists()


@pytest.mark.parametrize(
    ("reading", "words"),
    [
        ("len(b'x' * (3 * 2**30))", "memory"),
        ("open('big', 'wb').truncate(2 * 2**30)", "file too large"),
        ("[open(os.devnull) for _ in range(300)]", "too many open files"),
        pytest.param("sys.setrecursionlimit(10**9) or (f := lambda n: f(n + 1) + 1)(0)", "", marks=pytest.mark.slow),
        ("os.abort()", "memory"),
        ("os._exit(3)", "damaged"),
    ],
    ids=["memory", "a large file", "many files", "deep calls", "an abort", "an exit"],
)
def test_what_takes_too_much_is_an_outcome_and_the_next_file_is_read(tmp_path: Path, reading: str, words: str) -> None:
    program = f"""
import ingest.worker.main as worker, os, sys
real = worker.read
worker.read = lambda path: {reading} if path.name == "bad.txt" else real(path)
worker.main()
"""
    with Parser(60, (sys.executable, "-c", program)) as parser:
        result = parser.parse(write(tmp_path, "bad.txt"))
        assert result.outcome is Outcome.FAILED and words in result.reason
        assert parser.parse(write(tmp_path, "good.txt")).document is not None


def test_processor_time_is_bounded(tmp_path: Path) -> None:
    program = """
import ingest.worker.sandbox as sandbox, ingest.worker.main as worker
sandbox.MAX_CPU_SECONDS = 1
def burn(path):
    while True: pass
worker.read = burn
worker.main()
"""
    with Parser(60, (sys.executable, "-c", program)) as parser:
        result = parser.parse(write(tmp_path, "a.txt"))
    assert result.outcome is Outcome.FAILED and "processor time" in result.reason


@pytest.mark.parametrize("lacking", ["resource", "prctl", "SIGALRM", "machine"])
def test_where_the_platform_lacks_something_the_rest_holds(tmp_path: Path, lacking: str) -> None:
    """What the table in ingest/worker/sandbox.py says for other platforms, by taking that away from this one."""
    without = {
        "resource": "sys.modules['resource'] = None",
        "prctl": "import ctypes; ctypes.CDLL = lambda _: object()",
        "SIGALRM": "import signal; del signal.SIGALRM, signal.alarm",
        "machine": "import platform; platform.machine = lambda: 'riscv64'",
    }
    look = """
def read(path):
    try:
        socket.create_connection(("127.0.0.1", 9))
    except PermissionError as error:
        return str(error)
"""
    program = worker(look)
    program = (*program[:2], "import sys\n" + without[lacking] + "\n" + program[2])
    with Parser(60, program) as parser:
        assert parser.parse(write(tmp_path, "a.txt")).reason == "reading a file needs no network"
