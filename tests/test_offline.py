"""Nothing leaves the machine: every Python process of a whole run, workers included, is watched from its first line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ingest.doubles import write_pdf, write_word
from tests.model.chat_server import Server, chunk, serving

pytestmark = pytest.mark.real

REPOSITORY = Path(__file__).resolve().parents[1]
WATCH = """
import ipaddress, os, sys

def _note(line):
    with open(os.path.join(os.path.dirname(__file__), "log"), "a") as log:  # a worker is told of no variables of ours
        log.write(line.replace("\\n", " ") + "\\n")

def _is_local(host):
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host.split("%")[0]).is_loopback
    except ValueError:
        return False

def _watch(event, arguments):
    if event == "import" and arguments[0] in ("torch", "transformers", "sentence_transformers"):
        _note(f"HEAVY {arguments[0]}")
    if event in ("socket.connect", "socket.sendto"):
        out = isinstance(arguments[1], tuple) and not _is_local(arguments[1][0])  # a plain string is a Unix socket
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        out = not _is_local(arguments[0])
    else:
        out = event == "urllib.Request" and not str(arguments[0]).startswith("file:")
    if out:
        _note(f"OUT {event} {arguments[:2]!r}")
        raise PermissionError(f"outbound: {event}")

_note("STARTED " + " ".join(sys.orig_argv[1:]))
sys.addaudithook(_watch)
"""
RUN = """
import sys
from pathlib import Path
from ingest.pipeline import ingest
from rag import Assistant
from rag.factory import open_embedder, open_library
from rag.settings import load

settings = load()
embedder = open_embedder(settings)
with open_library(settings, "default", create=True) as library:
    report = ingest([sys.argv[1]], library, embedder)
    assert report.totals["indexed"] == 5, report
    library.repair()
with Assistant.open() as assistant:
    assert assistant.search("Who was the miller?")[0].source.endswith("mill.txt")
    answer = assistant.ask("What was the name of the miller?")
    assert "Tobias Wren" in answer.quotes[0].quote and answer.claims, answer
print("done")
"""


@pytest.fixture
def watched(tmp_path: Path) -> dict[str, str]:
    """An environment in which each Python process notes its start, and may not go out."""
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch" / "sitecustomize.py").write_text(WATCH)
    search = os.pathsep.join(filter(None, (str(tmp_path / "watch"), str(REPOSITORY), os.environ.get("PYTHONPATH"))))
    return {
        **os.environ,
        "PYTHONPATH": search,
        "OAKEN_HOME": str(tmp_path / "home"),
    }


def log(environment: dict[str, str]) -> list[str]:
    return Path(environment["PYTHONPATH"].split(os.pathsep)[0], "log").read_text().splitlines()


def test_a_whole_run_makes_no_outbound_connection(watched: dict[str, str], models: Path, tmp_path: Path) -> None:
    papers, home = tmp_path / "papers", Path(watched["OAKEN_HOME"])
    papers.mkdir()
    home.mkdir()
    (home / "models").symlink_to(models)  # prepared once for the session; preparing is watched in the next test
    (papers / "mill.txt").write_text("The mill stands by the weir.\n\nThe miller's name was Tobias Wren.\n")
    (papers / "bread.md").write_text("# La panadería\n\nAbre a las seis. ![x](https://evil.example/pixel.png)\n")
    (papers / "gate.html").write_text(
        '<!DOCTYPE html SYSTEM "http://evil.example/x.dtd"><html><head><base href="http://evil.example/">'
        '<link rel="stylesheet" href="x.css"></head><body><h1>Gate</h1><p>The gate is blue.</p>'
        '<img src="http://evil.example/pixel.png"><iframe src="http://evil.example/"></iframe></body></html>'
    )
    write_word(papers / "handbook.docx")
    write_pdf(papers / "ferry.pdf")
    command = [sys.executable, "-c", RUN, str(papers)]
    done = subprocess.run(command, cwd=tmp_path, env=watched, capture_output=True, text=True, timeout=240, check=False)
    lines = log(watched)
    assert not [line for line in lines if line.startswith("OUT")]
    assert not [line for line in lines if line.startswith("HEAVY")]  # in no process of an everyday run
    assert done.returncode == 0 and done.stdout.endswith("done\n"), done.stdout + done.stderr
    started = " ".join(line for line in lines if line.startswith("STARTED"))
    assert "ingest.worker.main" in started and "rag.model.worker.main" in started  # the workers were watched too


def test_preparing_the_embedders_makes_no_outbound_connection(watched: dict[str, str], tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from rag.embedding import registry\n"
        "for name in registry.BUILT_IN: registry.load(Path('models'), name).embed_query('mill')\n"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & sys.modules.keys()\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=watched, timeout=240, check=True)
    lines = log(watched)
    assert not [line for line in lines if line.startswith("OUT")]
    assert len([line for line in lines if line.startswith("STARTED")]) == 1  # without a process of torch's


@pytest.mark.slow
def test_adding_an_embedder_from_a_folder_makes_no_outbound_connection(watched: dict[str, str], tmp_path: Path) -> None:
    write = (
        "import sys; from pathlib import Path; from tests.embedding.tiny_models import write_embedder\n"
        "write_embedder(Path('tiny'), dimension=32, pooling='mean')\n"
    )
    unwatched = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):  # it stays at home by itself
        watched.pop(name, None)
    subprocess.run([sys.executable, "-W", "ignore", "-c", write], cwd=tmp_path, env=unwatched, timeout=240, check=True)
    command = [sys.executable, "-m", "ui.cli.main", "embedder", "add", "tiny", "--json"]
    done = subprocess.run(command, cwd=tmp_path, env=watched, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    lines = log(watched)
    assert not [line for line in lines if line.startswith("OUT")]
    assert any("rag.embedding.export_onnx" in line for line in lines)  # the child was watched too
    # … and a name does go out, or would.
    away = {**watched, "HF_ENDPOINT": "http://192.0.2.1"}
    gone = subprocess.run([*command[:5], "owner/any"], cwd=tmp_path, env=away, capture_output=True, check=False)
    assert gone.returncode == 1 and [line for line in log(watched) if line.startswith("OUT")]


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.create_connection(('192.0.2.1', 80), 1)",
        "import socket; socket.create_connection(('2001:db8::1', 80), 1)",
        "import socket; socket.getaddrinfo('example.com', 80)",
        "import socket; socket.gethostbyname('example.com')",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/', timeout=1)",
        "import subprocess, sys; subprocess.run([sys.executable, '-c', "
        "\"import socket; socket.gethostbyname('example.com')\"], check=True)",
    ],
)
def test_the_watch_catches_whoever_goes_out(watched: dict[str, str], attempt: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", attempt], env=watched, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0 and "outbound" in done.stderr
    assert [line for line in log(watched) if line.startswith("OUT")]


def test_the_watch_lets_this_machine_talk_to_itself(watched: dict[str, str]) -> None:
    code = (
        "import socket; s = socket.create_server(('127.0.0.1', 0)); "
        "c = socket.create_connection(('localhost', s.getsockname()[1])); c.close(); s.close(); print('fine')"
    )
    done = subprocess.run([sys.executable, "-c", code], env=watched, capture_output=True, text=True, check=False)
    assert done.stdout == "fine\n", done.stderr
    assert not [line for line in log(watched) if line.startswith("OUT")]


@pytest.mark.slow
def test_models_chat_and_a_server_of_ones_own_make_no_outbound_connection(
    watched: dict[str, str], tmp_path: Path
) -> None:
    for name in ("OAKEN_MODEL", "OAKEN_MODEL_URL"):
        watched.pop(name, None)

    def oaken(*arguments: str, text: str = "", code: int = 0, **more: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "ui.cli.main", *arguments],
            input=text, env=watched | more, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        return done.stdout

    assert "smollm2" in oaken("models", "--json")
    assert "ChatML" in oaken("models", "show", "embedded", "--json")
    oaken("models", "use", "embedded")
    assert '"text"' in oaken("chat", "--no-library", "--json", text="Say one word.\n")
    with serving(Server(answer=[chunk("Fine.", "stop").encode()])) as server:
        assert "Fine." in oaken("chat", "--no-library", "--json", text="Hello\n", OAKEN_MODEL_URL=server.root)
        assert "big at http://127.0.0.1" in oaken("doctor", "--json", OAKEN_MODEL_URL=server.root)
    assert not [line for line in log(watched) if line.startswith("OUT")]
    # … and what asks for a download does go out, or would.
    oaken("models", "pull", "falcon-7b-sft-top1-696", code=1, HF_ENDPOINT="http://192.0.2.1")
    assert [line for line in log(watched) if line.startswith("OUT")]
