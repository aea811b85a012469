"""Word and PowerPoint files of before 2007, read through the LibreOffice of this machine."""

from __future__ import annotations

import gzip
import io
import os
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ingest.parse import Parser
from ingest.readers import UnreadableError, read
from ingest.readers.shared import external_programs
from rag.types import Outcome
from tests.ingest import made
from tests.ingest.doubles import write_word

pytestmark = pytest.mark.real
FILES = Path(__file__).parents[2] / "files"


def slides(path: Path) -> Path:
    path.write_bytes(gzip.decompress((FILES / "bridges.ppt.gz").read_bytes()))
    return path


def test_libreoffice_is_there() -> None:
    assert external_programs.soffice() is not None, (
        f"the tests {external_programs.missing_program(external_programs.OFFICE)}"
    )


def test_word_and_slides_are_read_in_the_worker(tmp_path: Path) -> None:
    with Parser(workers=1) as parser:
        word = parser.parse(FILES / "rules.doc").document
        talk = parser.parse(slides(tmp_path / "bridges.ppt")).document
    assert word is not None and word.media_type == "application/msword"
    section = {word.text[element.start : element.end]: element.section for element in word.elements}
    assert section["The ferry leaves the eastern pier at six."] == ("Ferry Rules",)
    assert section["Собаки едут бесплатно."] == ("Ferry Rules", "Собаки")
    assert re.search(r"Pier.*First boat", word.text) and "East" in word.text
    assert talk is not None and talk.media_type == "application/vnd.ms-powerpoint"
    assert talk.pages == 2 and talk.language == "es"
    page = {talk.text[element.start : element.end]: element.page for element in talk.elements}
    assert page["El puente tiene tres arcos."] == 1 and page["Se abrió en 1961."] == 2


def test_a_file_that_is_something_else_is_read_as_that(tmp_path: Path) -> None:
    """No LibreOffice is needed for these, whatever their name."""
    write_word(tmp_path / "new.docx").rename(tmp_path / "new.doc")
    made.write_rtf(tmp_path / "rich.doc", made.WORDS["en"])
    made.write_html(tmp_path / "page.doc", made.WORDS["en"])
    assert "ferry" in read(tmp_path / "rich.doc").text and "\\rtf" not in read(tmp_path / "rich.doc").text
    assert "The mill stands" in read(tmp_path / "new.doc").text
    assert "<p" not in read(tmp_path / "page.doc").text


def test_without_libreoffice_it_says_how_to_read_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nothing").mkdir()
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path / "nothing"))
        with pytest.raises(UnreadableError) as caught:
            read(FILES / "rules.doc")
        assert not external_programs.programs_now_installed(caught.value.reason)
    assert caught.value.outcome is Outcome.UNSUPPORTED
    assert "needs LibreOffice (apt install libreoffice-writer libreoffice-impress)" in caught.value.reason
    assert external_programs.programs_now_installed(caught.value.reason)


def locked(path: Path) -> Path:
    """A Word file whose head says that it is encrypted."""
    import olefile

    data = bytearray((FILES / "rules.doc").read_bytes())
    with olefile.OleFileIO(io.BytesIO(data)) as ole:
        head = ole.openstream("WordDocument").read(32)
    at = data.index(head)
    data[at + 11] |= 0x01
    path.write_bytes(data)
    return path


def test_files_that_are_protected_or_damaged(tmp_path: Path) -> None:
    whole = (FILES / "rules.doc").read_bytes()
    (tmp_path / "cut.doc").write_bytes(whole[:3_000])
    (tmp_path / "noise.doc").write_bytes(whole[:512] + os.urandom(9_000))
    cases = {locked(tmp_path / "locked.doc"): Outcome.ENCRYPTED}
    cases |= {tmp_path / name: Outcome.FAILED for name in ("cut.doc", "noise.doc")}
    for path, outcome in cases.items():
        with pytest.raises(UnreadableError) as caught:
            read(path)
        assert caught.value.outcome is outcome and caught.value.reason, path.name


@pytest.fixture
def stubborn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A LibreOffice that does not come back, and writes its number down: in its home where it may not here."""
    program = tmp_path / "bin" / "soffice"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/number || echo $$ > $HOME/number\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path / "number"


def is_gone(number: int) -> bool:
    for _ in range(100):
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_a_libreoffice_that_hangs_is_killed(stubborn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.readers.office.doc_ppt.CONVERSION_SECONDS", 0.5)
    with pytest.raises(UnreadableError) as caught:
        read(FILES / "rules.doc")
    assert caught.value.reason == "LibreOffice took longer than 0.5 seconds on it"
    assert is_gone(int(stubborn.read_text()))


def test_libreoffice_dies_with_the_worker_that_started_it(
    stubborn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    parser = Parser(workers=1)
    thread = threading.Thread(target=parser.parse, args=(FILES / "rules.doc",))
    thread.start()
    said: list[str] = []
    while not said:
        time.sleep(0.05)
        said = [text for path in tmp_path.rglob("number") if (text := path.read_text().strip())]
    parser.close()
    thread.join(20)
    assert not thread.is_alive() and is_gone(int(said[0]))


def test_a_picture_that_a_document_names_is_not_fetched(tmp_path: Path) -> None:
    """The file asks for a picture from this machine; whoever listens there hears nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/spy.png"
        page = tmp_path / "spy.html"
        page.write_text(f'<html><body><p>The ferry leaves at six.</p><img src="{address}"></body></html>')
        program = external_programs.soffice()
        assert program is not None
        command = [
            program, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
            "--convert-to", "doc:MS Word 97", "--outdir", str(tmp_path), str(page),
        ]  # fmt: skip
        heard: list[bytes] = []
        stop = threading.Event()

        def listen() -> None:
            while not stop.is_set():
                try:
                    client, _ = listening.accept()
                except TimeoutError:
                    continue
                with client:
                    heard.append(client.recv(200))

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            for _ in range(2):
                subprocess.run(command, capture_output=True, timeout=120, check=False)
            assert (tmp_path / "spy.doc").exists()
            assert (
                address.encode("utf-16-le") in (tmp_path / "spy.doc").read_bytes()
                or address.encode() in (tmp_path / "spy.doc").read_bytes()
            ), "the file names the picture"
            heard.clear()  # what the making of the file asked for
            with Parser(workers=1) as parser:
                parsed = parser.parse(tmp_path / "spy.doc")
            read(tmp_path / "spy.doc")  # and where there is no sandbox
        finally:
            stop.set()
            thread.join()
    assert parsed.document is not None and "The ferry leaves at six." in parsed.document.text
    assert heard == []


@pytest.mark.skipif(sys.platform != "linux", reason="told by /proc")
def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    read(FILES / "rules.doc")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("oaken-office-")]
    for process in Path("/proc").iterdir():
        try:
            command = (process / "cmdline").read_bytes() if process.name.isdigit() else b""
        except OSError:
            continue
        assert str(tmp_path).encode() not in command
