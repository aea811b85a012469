"""Nothing leaves the machine, and nothing is written elsewhere than asked for: a whole run as the kernel sees it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from rag.no_reports import NO_REPORTS
from tests.browser.conftest import Witness, session_of
from tests.browser.test_page import answered, ask
from tests.ingest.doubles import write_pdf, write_word
from tests.kernel_watch import KernelWatch
from tests.ui.conftest import DOCUMENTS

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

REPOSITORY = Path(__file__).resolve().parents[2]
OAKEN = (sys.executable, "-m", "ui.cli.main")
LONG_ENOUGH = 25.0  # seconds a server lives: onnxruntime's reports go out ten seconds after its first session
# A file that belongs to another program, in the folder the commands run in.
FOREIGN = "CHROMA_OTEL_COLLECTION_ENDPOINT=http://192.0.2.1:4317\nANONYMIZED_TELEMETRY=True\nDO_NOT_TRACK=0\n"


class Place:
    """A person's machine: an empty home, a library's home, documents, and a folder to run commands in."""

    def __init__(self, root: Path, models: Path) -> None:
        self.root = root
        self.models = models
        self.person, self.library, self.temporary = root / "person", root / "oaken", root / "temporary"
        self.papers, self.folder = root / "papers", root / "folder"
        for folder in (self.person, self.library, self.temporary, self.papers, self.folder):
            folder.mkdir()
        (self.library / "models").symlink_to(models)
        (self.folder / ".env").write_text(FOREIGN)
        for name, words in DOCUMENTS.items():
            (self.papers / name).write_text(words, encoding="utf-8")
        (self.papers / "gate.html").write_text(
            '<!DOCTYPE html SYSTEM "http://evil.example/x.dtd"><html><body><h1>Gate</h1><p>The gate is blue.</p>'
            '<img src="http://evil.example/pixel.png"><iframe src="http://evil.example/"></iframe></body></html>'
        )
        write_word(self.papers / "handbook.docx")
        write_pdf(self.papers / "ferry.pdf")

    @property
    def environment(self) -> dict[str, str]:
        """An environment that asks for every report, as a person's may."""
        known = {name: value for name, value in os.environ.items() if not name.startswith(("OAKEN_", "XDG_", "HF_"))}
        known |= dict.fromkeys(NO_REPORTS, "0")
        known |= {"HOME": str(self.person), "TMPDIR": str(self.temporary), "OAKEN_HOME": str(self.library)}
        search = filter(None, (str(REPOSITORY), os.environ.get("PYTHONPATH")))
        return known | {"PYTHONPATH": os.pathsep.join(search)}

    def watch(self, name: str) -> KernelWatch:
        return KernelWatch(self.root / f"{name}.strace")

    def check(self, watch: KernelWatch) -> None:
        """Nothing went out, nothing was written beside the library and the temporary folder."""
        assert watch.outbound() == []
        assert watch.written([self.library, self.models, self.temporary]) == []
        assert [*self.person.rglob("*")] == []
        assert [path.name for path in self.folder.iterdir()] == [".env"]
        assert any(True for _ in watch.calls(("openat",))), "strace saw nothing"


@pytest.fixture
def place(tmp_path: Path, models: Path) -> Place:
    return Place(tmp_path, models)


# A program that goes past Python: no audit event names what it does.
CONNECT = (
    "import ctypes, struct; libc = ctypes.CDLL(None); s = libc.socket(2, 2, 0); "
    "libc.connect(s, struct.pack('=HHBBBBxxxxxxxx', 2, 0x5000, 192, 0, 2, 1), 16)"
)


@pytest.mark.parametrize(
    "attempt",
    [
        CONNECT,
        "import ctypes; ctypes.CDLL(None).gethostbyname(b'reports.example.invalid')",
        f'import subprocess, sys; subprocess.run([sys.executable, "-c", {CONNECT!r}])',
        "import socket; socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).connect(('2001:db8::1', 9))",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 53))",
    ],
)
def test_the_kernel_tells_of_whoever_goes_out(place: Place, attempt: str) -> None:
    watch = place.watch("attempt")
    watch.run([sys.executable, "-W", "ignore", "-c", attempt], place.environment, place.folder)
    assert watch.outbound()


def test_the_kernel_tells_of_whoever_writes_elsewhere(place: Place) -> None:
    code = (
        "import ctypes, os, pathlib; libc = ctypes.CDLL(None); home = pathlib.Path.home()\n"
        "libc.mkdir(os.fsencode(home / 'made'), 0o700)\n"
        "libc.creat(os.fsencode(home / 'made' / 'id'), 0o600)\n"
        "os.rename(home / 'made' / 'id', home / 'moved')\n"
        "os.chdir(home); open('by name', 'w').close(); open('moved').close(); open('/dev/null', 'w').close()\n"
    )
    watch = place.watch("attempt")
    done = watch.run([sys.executable, "-c", code], place.environment, place.folder)
    assert done.returncode == 0, done.stderr
    home = place.person
    assert watch.written([place.temporary]) == sorted(
        str(home / name) for name in ("made", "made/id", "moved", "by name")
    )
    assert watch.written([home]) == [] == watch.outbound()


def test_a_machine_may_talk_to_itself(place: Place) -> None:
    code = (
        "import socket; s = socket.create_server(('127.0.0.1', 0)); "
        "c = socket.create_connection(('localhost', s.getsockname()[1])); c.close(); s.close(); print('fine')"
    )
    watch = place.watch("local")
    assert watch.run([sys.executable, "-c", code], place.environment, place.folder).stdout == "fine\n"
    assert watch.outbound() == []
    assert [*watch.calls(("connect",))], "the connection was not seen at all"


@pytest.mark.slow
def test_ingest_ask_page_and_api_stay_on_this_machine(place: Place, browser: Browser) -> None:
    _commands(place)
    _api(place)
    _page(place, browser)


def _commands(place: Place) -> None:
    for name, words in {
        "ingest": ["ingest", str(place.papers)],
        "ask": ["ask", "Who was the miller?", "--json"],
        "doctor": ["doctor", "--json"],
    }.items():
        watch = place.watch(name)
        done = watch.run([*OAKEN, *words], place.environment, place.folder)
        assert done.returncode == 0, done.stdout + done.stderr
        place.check(watch)
        if name == "ask":
            answer = json.loads(done.stdout)
            assert "Tobias Wren" in answer["quotes"][0]["quote"] and answer["claims"], "the model wrote nothing"


def _started(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    row: dict[str, str] = json.loads(process.stdout.readline())
    return row


def _api(place: Place) -> None:
    watch = place.watch("api")
    words = [*OAKEN, "api", "--json", "--port", "8740"]
    with watch.running(words, place.environment, place.folder, LONG_ENOUGH) as process:
        row = _started(process)
        question = {"model": "oaken", "messages": [{"role": "user", "content": "Who was the miller?"}]}
        with httpx.Client(timeout=120, trust_env=False) as client:
            headers = {"authorization": f"Bearer {row['token']}"}
            answer = client.post(f"{row['address']}/chat/completions", json=question, headers=headers)
        assert "Tobias Wren" in answer.text
    place.check(watch)


def _page(place: Place, browser: Browser) -> None:
    watch, witness = place.watch("ui"), Witness()
    words = [*OAKEN, "ui", "--no-open", "--json", "--port", "8750"]
    with watch.running(words, place.environment, place.folder, LONG_ENOUGH) as process:
        started = _started(process)
        session = session_of(started["open"])
        # Streamlit answers a page of another origin by asking the network for this machine's own address.
        headers = {"origin": "http://evil.example", "cookie": f"{session['name']}={session['value']}"}
        assert httpx.get(started["address"], headers=headers, trust_env=False).status_code >= 400
        context = browser.new_context()
        page = context.new_page()
        witness.watch(page)
        page.goto(started["open"])
        ask(page, "Who was the miller?")
        expect(page.locator(".oaken-card").first).to_contain_text("Tobias Wren")
        answered(page)
        context.close()
    witness.check()
    place.check(watch)
