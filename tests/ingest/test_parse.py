from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ingest.parse import Parser
from rag.types import Outcome
from tests.ingest.doubles import write_pdf, write_word

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
    return Parser(0.5, (sys.executable, "-c", MISCHIEF))


def write(folder: Path, name: str, text: str = "The mill stands by the river.") -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_a_file_without_a_reader_starts_no_worker(tmp_path: Path) -> None:
    with Parser() as parser:
        result = parser.parse(write(tmp_path, "slides.pptx"))
        assert (result.outcome, result.reason) == (Outcome.UNSUPPORTED, "Oaken does not read .pptx files yet")
        assert parser.parse(write(tmp_path, "README")).outcome is Outcome.UNSUPPORTED
        assert parser.parse(tmp_path / "gone.md").reason == "no such file or directory"
        assert parser.worker_id is None


def test_a_file_that_is_too_large_is_not_opened(tmp_path: Path) -> None:
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(600 * 2**20)
    with Parser() as parser:
        assert parser.parse(tmp_path / "huge.txt").outcome is Outcome.TOO_LARGE
        assert parser.worker_id is None


def test_text_is_read_in_one_worker_without_heavy_libraries(tmp_path: Path) -> None:
    begun = time.monotonic()
    with Parser() as parser:
        result = parser.parse(write(tmp_path, "a.txt"))
        assert result.document is not None and result.document.text == "The mill stands by the river."
        first = parser.worker_id
        assert first is not None
        assert parser.parse(write(tmp_path, "b.txt", "")).outcome is Outcome.EMPTY
        assert parser.worker_id == first
    assert time.monotonic() - begun < 10
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


def test_a_worker_that_hangs_is_killed_with_what_it_started(tmp_path: Path, mischief: Parser) -> None:
    with mischief as parser:
        begun = time.monotonic()
        result = parser.parse(write(tmp_path, "hang.txt"))
        assert time.monotonic() - begun < 5
        assert result.outcome is Outcome.FAILED and "longer than 0.5 seconds" in result.reason
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
        assert parser.worker_id is not None
        threading.Timer(0.3, os.kill, (parser.worker_id, signal.SIGKILL)).start()
        begun = time.monotonic()
        assert parser.parse(write(tmp_path, "slow.txt")).outcome is Outcome.FAILED
        assert time.monotonic() - begun < 10
        assert parser.parse(write(tmp_path, "two.txt")).outcome is Outcome.EMPTY
        os.kill(parser.worker_id, signal.SIGKILL)  # while it waits
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
    assert mischief.worker_id is None


def test_names_that_are_no_text(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9\n.txt")
    with Parser() as parser:
        result = parser.parse(write(tmp_path, name))
    assert result.document is not None


@pytest.mark.real
def test_every_format_is_read_without_network_or_spacy(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "# Mill\n\nIt stands by ![x](http://example.org/a.png) the river.")
    write(tmp_path, "a.html", '<p>By the river.</p><img src="http://example.org/a.png"><iframe src="http://x.org">')
    write(tmp_path, "a.txt")
    write_word(tmp_path / "a.docx")
    write_pdf(tmp_path / "a.pdf", pages=1)
    program = """
import json, pathlib, sys, warnings
warnings.simplefilter("ignore")
seen = []
def look(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "urllib.Request"):
        seen.append(event)
sys.addaudithook(look)
from ingest.offline import prepare
prepare()
from ingest.worker import answer
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
        "ours": "ingest.offline",
        "used": "ingest.offline",
        "read": [".docx", ".html", ".md", ".pdf", ".txt"],
    }


def test_the_worker_cannot_reach_the_network_and_prints_past_its_answers(tmp_path: Path) -> None:
    program = """
import socket, sys
import ingest.worker as worker
def noisy(path):
    print("a library prints")
    try:
        socket.create_connection(("127.0.0.1", 9))
    except PermissionError as error:
        return {"outcome": "empty", "reason": str(error)}
worker.answer = noisy
worker.main()
"""
    with Parser(30, (sys.executable, "-c", program)) as parser:
        assert parser.parse(write(tmp_path, "a.txt")).reason == "reading a file needs no network"
        assert parser.parse(write(tmp_path, "a.txt")).reason == "reading a file needs no network"


def test_a_file_that_takes_too_much_memory_is_an_outcome(tmp_path: Path) -> None:
    program = """
import ingest.worker as worker
def greedy(path):
    return {"outcome": "empty", "reason": str(len(b"x" * (4 * 2**30)))}
worker.read = greedy
worker.main()
"""
    with Parser(60, (sys.executable, "-c", program)) as parser:
        result = parser.parse(write(tmp_path, "a.txt"))
    assert result.outcome is Outcome.FAILED and "memory" in result.reason
