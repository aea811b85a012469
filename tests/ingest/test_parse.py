from __future__ import annotations

import ast
import json
import os
import platform
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parse import Parser, _parsed
from ingest.process import LONGEST_SIGN
from ingest.worker.main import to_json
from rag.types import Document, Element, Link, Outcome, PageLine
from tests.ingest.doubles import write_pdf
from tests.ingest.made import MAKERS, WORDS
from tests.ingest.made_msg import Msg

ROOT = Path(__file__).parents[2]

# A worker that does what the file's name says, in the place of the real one.
MISCHIEF = """
import json, os, subprocess, sys, time
for line in sys.stdin:
    name = os.path.basename(json.loads(line)["path"])
    if name.startswith("hang"):
        subprocess.Popen(["sleep", "60"])
        time.sleep(60)
    if name.startswith("slow"):
        time.sleep(60)
    if name.startswith("die"):
        os.kill(os.getpid(), 9)
    if name.startswith("abort"):
        os.abort()
    if name.startswith("half"):
        print('{"document": {"te', end="", flush=True)
        os._exit(0)
    print(json.dumps({"outcome": "empty", "reason": str(os.getpid())}), flush=True)
"""


@pytest.fixture
def mischief() -> Parser:
    return Parser(1.5, (sys.executable, "-c", MISCHIEF))


def write(folder: Path, name: str, text: str = "The mill stands by the river.") -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_a_file_without_a_reader_starts_no_worker(tmp_path: Path) -> None:
    with Parser() as parser:
        result = parser.parse(write(tmp_path, "concert.mp3"))
        assert (result.outcome, result.reason) == (Outcome.UNSUPPORTED, "it is an audio file")
        assert parser.parse(tmp_path / "gone.md").reason == "no such file or directory"
        assert parser.worker_ids == []


def test_a_file_that_is_too_large_is_not_opened(tmp_path: Path) -> None:
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(600 * 2**20)
    with Parser() as parser:
        assert parser.parse(tmp_path / "huge.txt").outcome is Outcome.TOO_LARGE
        assert parser.worker_ids == []


def test_text_is_read_in_one_worker_without_heavy_libraries(tmp_path: Path) -> None:
    begun = time.monotonic()
    with Parser() as parser:
        result = parser.parse(write(tmp_path, "a.txt"))
        assert result.document is not None and result.document.text == "The mill stands by the river."
        [first] = parser.worker_ids
        assert parser.parse(write(tmp_path, "b.txt", "")).outcome is Outcome.EMPTY
        assert parser.worker_ids == [first]
    assert time.monotonic() - begun < 10
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


def test_a_worker_that_hangs_is_killed_with_what_it_started(tmp_path: Path, mischief: Parser) -> None:
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


def test_a_worker_is_replaced_after_many_files(
    tmp_path: Path, mischief: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.parse.RECYCLED_AFTER", 2)
    path = write(tmp_path, "a.txt")
    with mischief as parser:
        workers = [parser.parse(path).reason for _ in range(4)]
    assert workers[0] == workers[1] != workers[2] == workers[3]


def test_a_closed_parser_starts_nothing(tmp_path: Path, mischief: Parser) -> None:
    mischief.close()
    assert mischief.parse(write(tmp_path, "a.txt")).reason == "the run was stopped"
    assert mischief.worker_ids == []


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_PLACE = st.integers(0, 10**6)
_DOCUMENTS = st.builds(
    Document,
    text=_TEXT,
    elements=st.lists(
        st.builds(
            Element,
            kind=st.sampled_from(["title", "text", "list", "row", "code"]),
            start=_PLACE,
            end=_PLACE,
            page=st.none() | _PLACE,
            section=st.lists(_TEXT, max_size=3).map(tuple),
        ),
        max_size=5,
    ).map(tuple),
    media_type=_TEXT,
    language=_TEXT,
    pages=st.none() | _PLACE,
    links=st.lists(st.builds(Link, start=_PLACE, end=_PLACE, target=_TEXT), max_size=3).map(tuple),
    lines=st.lists(
        st.builds(
            PageLine,
            start=_PLACE,
            end=_PLACE,
            page=_PLACE,
            box=st.tuples(*[st.floats(allow_nan=False, allow_infinity=False)] * 4),
        ),
        max_size=3,
    ).map(tuple),
    remark=_TEXT,
)


@given(_DOCUMENTS)
def test_a_document_comes_through_the_pipe_as_it_was_sent(document: Document) -> None:
    line = json.dumps({"document": to_json(document)})
    assert _parsed(json.loads(line)).document == document


def test_names_that_are_no_text(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9\n.txt")
    with Parser() as parser:
        result = parser.parse(write(tmp_path, name))
    assert result.document is not None


@pytest.mark.real
def test_every_format_is_read_without_network_or_spacy(tmp_path: Path) -> None:
    for suffix, make in MAKERS.items():
        make(tmp_path / f"a{suffix}", WORDS["en"])
    write(tmp_path, "a.md", "# Mill\n\nIt stands by ![x](http://example.org/a.png) the river.")
    write(tmp_path, "a.html", '<p>By the river.</p><img src="http://example.org/a.png"><iframe src="http://x.org">')
    write(tmp_path, "a.txt")
    write(tmp_path, "a.py", "def turn(): pass")
    (tmp_path / "a.msg").write_bytes(bytes(Msg("Mill", html=b"<p>By the river.</p><img src='http://x.org/a.png'>")))
    (tmp_path / "a.xls").write_bytes((Path(__file__).parent / "files" / "fares.xls").read_bytes())
    write_pdf(tmp_path / "a.pdf", pages=1)
    program = """
import json, pathlib, sys, warnings
warnings.simplefilter("ignore")
seen = []
def look(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "urllib.Request"):
        seen.append(event)
sys.addaudithook(look)
from ingest.readers.shared.unstructured_offline import prepare
prepare()
from ingest.worker.main import answer
answers = {path.suffix: answer(path) for path in sorted(pathlib.Path(sys.argv[1]).iterdir())}
tokenize = sys.modules["unstructured.nlp.tokenize"]
print(json.dumps({
    "seen": seen,
    "spacy": "spacy" in sys.modules,
    "ours": tokenize.__oaken__ and tokenize.sent_tokenize.__module__,
    "used": sys.modules["unstructured.partition.text_type"].pos_tag.__module__,
    "read": sorted(kind for kind, said in answers.items() if "document" in said),
}))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "seen": [],
        "spacy": False,
        "ours": "ingest.readers.shared.unstructured_offline",
        "used": "ingest.readers.shared.unstructured_offline",
        "read": sorted([*MAKERS, ".msg", ".pdf", ".py", ".txt", ".xls"]),
    }


def worker(*lines: str) -> tuple[str, ...]:
    """The real worker, with another hand at the files: ``read(path)`` gives the reason of an empty file."""
    program = [
        "import ingest.worker.main as worker, os, socket, subprocess, sys",
        "from ingest.readers.shared.heartbeat import send_heartbeat",
        *lines,
    ]
    program += [
        "worker.answer = lambda path: {'outcome': 'empty', 'reason': str(read(path))}",
        "worker.main()",
    ]
    return (sys.executable, "-c", "\n".join(program))


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
    return [said, attempt(), attempt(socket.AF_INET6), attempt(socket.AF_UNIX), code]
"""


def test_the_worker_cannot_reach_the_network_and_prints_past_its_answers(tmp_path: Path) -> None:
    with Parser(60, worker(SOCKETS)) as parser:
        for _ in range(2):
            said = parser.parse(write(tmp_path, "a.txt")).reason
            if sys.platform == "linux" and platform.machine() in ("x86_64", "aarch64"):
                refused = "Operation not permitted"  # native code and programs that are started, too
                assert said == str(["reading a file needs no network", refused, refused, "open", 1])
            else:
                assert said.startswith("['reading a file needs no network'")


def test_a_worker_has_an_empty_home_that_goes_with_it_and_is_not_told_of_the_library(
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
from ingest.process import LONGEST_SIGN
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
    assert not Path(folder).exists()


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
sandbox.PROCESSOR = 1
def burn(path):
    while True: pass
worker.read = burn
worker.main()
"""
    with Parser(60, (sys.executable, "-c", program)) as parser:
        result = parser.parse(write(tmp_path, "a.txt"))
    assert result.outcome is Outcome.FAILED and "processor time" in result.reason


def test_a_sign_of_life_renews_the_time_and_is_passed_on(tmp_path: Path) -> None:
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
def test_a_sign_of_life_that_makes_no_sense_stops_nothing(tmp_path: Path, said: str) -> None:
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
    assert all(len(each) <= LONGEST_SIGN for each in heard)


def test_an_answer_past_all_bounds_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.process.LONGEST_ANSWER", 2**20)
    with Parser(60, worker("def read(path): return 'x' * 2**21")) as parser:
        assert parser.parse(write(tmp_path, "a.txt")).outcome is Outcome.TOO_LARGE
        assert parser.parse(write(tmp_path, "a.txt")).outcome is Outcome.TOO_LARGE


def test_workers_read_side_by_side_and_no_more_than_allowed(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt")
    meet = "def read(path):\n    import time; time.sleep(0.3); return os.getpid()"
    with Parser(60, worker(meet), workers=2) as parser, ThreadPoolExecutor(6) as threads:
        said = list(threads.map(lambda _: parser.parse(path).reason, range(6)))
        assert len(set(said)) == 2 == len(parser.worker_ids)


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
    assert not parser.parse(path).permanent


def test_a_worker_that_cannot_be_started_is_no_fault_of_the_file(tmp_path: Path) -> None:
    with Parser(60, (str(tmp_path / "nothing"),)) as parser:
        result = parser.parse(write(tmp_path, "a.txt"))
    assert result.outcome is Outcome.FAILED and "could not be started" in result.reason and not result.permanent


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


def test_without_process_groups_the_worker_itself_is_ended(
    tmp_path: Path, mischief: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "killpg")
    with mischief as parser:
        assert "longer than" in parser.parse(write(tmp_path, "slow.txt")).reason
        assert parser.parse(write(tmp_path, "fine.txt")).outcome is Outcome.EMPTY
