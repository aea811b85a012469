from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ingest.parse import Parser
from rag.types import Outcome
from tests.ingest.doubles import write_pdf
from tests.ingest.made import MAKERS, WORDS
from tests.ingest.made_msg import Msg
from tests.ingest.parsing import ROOT, worker, write


def test_a_file_without_a_reader_starts_no_worker(tmp_path: Path) -> None:
    with Parser() as parser:
        result = parser.parse(write(tmp_path, "concert.mp3"))
        assert (result.outcome, result.reason) == (
            Outcome.UNSUPPORTED,
            "it is an audio file, and speech is not transcribed",
        )
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


def test_a_worker_is_replaced_after_many_files(
    tmp_path: Path, mischief: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.parse.FILES_PER_WORKER", 2)
    path = write(tmp_path, "a.txt")
    with mischief as parser:
        workers = [parser.parse(path).reason for _ in range(4)]
    assert workers[0] == workers[1] != workers[2] == workers[3]


def test_a_closed_parser_starts_nothing(tmp_path: Path, mischief: Parser) -> None:
    mischief.close()
    assert mischief.parse(write(tmp_path, "a.txt")).reason == "the run was stopped"
    assert mischief.worker_ids == []


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


def test_workers_read_side_by_side_and_no_more_than_allowed(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt")
    meet = "def read(path):\n    import time; time.sleep(0.3); return os.getpid()"
    with Parser(60, worker(meet), workers=2) as parser, ThreadPoolExecutor(6) as threads:
        said = list(threads.map(lambda _: parser.parse(path).reason, range(6)))
        assert len(set(said)) == 2 == len(parser.worker_ids)
