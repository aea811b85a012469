"""``oaken ui``: whom it lets in, and what it says where others are to reach it without a password."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pexpect
import psutil
import pytest

from tests.ui.conftest import REPOSITORY, Command
from ui.web.server.passwords import PASSWORD_FILE, PasswordHash, keep, kept

pytestmark = pytest.mark.real

WORDS = "correct horse battery"


@pytest.mark.parametrize(
    "where", [["--host", "0.0.0.0"], ["--allow-host", "oaken.example.org"], ["--host", "192.0.2.9"]]
)
def test_beyond_this_machine_a_password_is_due(bare: Command, where: list[str]) -> None:
    done = bare("ui", "--no-open", *where, text="")
    assert done.returncode == 2 and not done.stdout
    assert "needs a password" in done.stderr and "oaken ui --set-password" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "no.such.name.invalid"], "not an address of this machine"),
        (["--allow-host", "https://x"], "not a host name"),
        (["--set-password", "--host", "0.0.0.0"], "cannot be combined"),
        (["--set-password", "--folder", "."], "cannot be combined"),
        (["--folder", "nowhere"], "There is no folder 'nowhere'"),
        (["--folder", "~nobody-of-that-name/x"], "There is no folder"),
        (["--proxy", "oaken.example.org"], "not the address of a proxy"),
        (["--proxy", "127.0.0.1"], "--allow-host NAME"),
        (["--set-password"], "no terminal to ask"),
    ],
)
def test_invalid_values_are_reported(bare: Command, arguments: list[str], said: str) -> None:
    done = bare("ui", "--no-open", *arguments, text="")
    assert done.returncode == 2 and said in " ".join(done.stderr.split()) and not (bare.home / PASSWORD_FILE).exists()


def test_a_terminal_is_asked_twice_and_shows_nothing_of_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    environment = os.environ | {"OAKEN_HOME": str(home), "PYTHONPATH": str(REPOSITORY)}
    command = ["-m", "ui.cli.main", "ui", "--set-password"]
    child = pexpect.spawn(sys.executable, command, env=environment, cwd=tmp_path, encoding="utf-8", timeout=60)
    for prompt in ("A password for the page", "Repeat it"):
        child.expect(prompt)
        child.waitnoecho()
        child.sendline(WORDS)
    child.expect("Its hash is saved in")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    password = kept(home)
    assert password is not None and password.matches(WORDS)
    assert (home / PASSWORD_FILE).stat().st_mode & 0o777 == 0o600


def environment(home: Path, **more: str) -> dict[str, str]:
    return os.environ | {"OAKEN_HOME": str(home), "PYTHONPATH": str(REPOSITORY)} | more


@contextmanager
def started(folder: Path, *arguments: str, **more: str) -> Iterator[tuple[dict[str, Any], subprocess.Popen[str]]]:
    """``oaken ui`` as a process of its own: what it says once it answers, and the process."""
    command = [sys.executable, "-m", "ui.cli.main", "ui", "--json", "--port", "8650", *arguments]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command, env=environment(folder / "home", **more), cwd=folder, stdout=subprocess.PIPE, stderr=log, text=True
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, (folder / "log").read_text()
        yield json.loads(line), process
    finally:
        process.terminate()
        process.communicate(timeout=30)


def status(url: str) -> int:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=10)
    connection.request("GET", f"{parts.path or '/'}?{parts.query}", headers={"Host": parts.netloc})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def test_the_browser_is_let_in_and_no_other_account_can_see_how(tmp_path: Path) -> None:
    """What ``ps`` shows of every process, and what files other accounts can read, never holds the token."""
    browser = tmp_path / "browser"
    browser.write_text(
        f'#!/bin/sh\necho "$1" > "{tmp_path}/opened.part"\nmv "{tmp_path}/opened.part" "{tmp_path}/opened"\nsleep 20\n'
    )
    browser.chmod(0o700)
    with started(tmp_path, BROWSER=f"{browser} %s &") as (told, process):
        token = told["open"].partition("token=")[2]
        assert len(token) >= 43 and told["open"].startswith(told["address"]) and token not in told["address"]
        until = time.monotonic() + 30
        while not (tmp_path / "opened").exists() and time.monotonic() < until:
            time.sleep(0.05)
        path = Path((tmp_path / "opened").read_text().strip().removeprefix("file://"))
        ours = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        assert {str(browser), "ui.web.server.child"} <= {word for each in ours for word in each.cmdline()}
        for each in psutil.process_iter(["cmdline"]):
            assert token not in " ".join(each.info["cmdline"] or ())
        for each in ours:
            assert token not in str(each.environ())
        holders = [each for each in tmp_path.rglob("*") if each.is_file() and token in each.read_text(errors="replace")]
        assert holders == [path] and stat.S_IMODE(path.stat().st_mode) == 0o600
        [target] = set(re.findall(r"http://[^\"]+", path.read_text()))
        assert target == told["open"]
        assert [status(told["address"]), status(target + "x"), status(target)] == [401, 401, 200]
        assert status(f"{told['address']}/_stcore/health") == 401
        for each in ours[1:]:
            if str(browser) in each.cmdline():
                each.kill()
    assert not path.exists() and token not in (tmp_path / "log").read_text()


def test_each_start_has_its_own_token_and_tells_where_no_browser_opens(tmp_path: Path) -> None:
    with started(tmp_path, BROWSER="/bin/false") as (told, _):
        first = told["open"].partition("token=")[2]
        until = time.monotonic() + 30
        while not (said := (tmp_path / "log").read_text()) and time.monotonic() < until:
            time.sleep(0.05)
        assert "open the address yourself" in said
    with started(tmp_path, "--no-open") as (told, _):
        assert first not in told["open"] and status(f"{told['address']}/open?token={first}") == 401


def test_a_port_whose_other_address_another_program_has_is_left_to_it(tmp_path: Path) -> None:
    """Browsers try both addresses of "localhost": who listens at the other would be handed the token."""
    try:
        other = socket.socket(socket.AF_INET6)
        other.bind(("::1", 8650))
    except OSError:
        pytest.skip("this machine has no IPv6, or the port is in use")
    with other:
        other.listen()
        with started(tmp_path, "--no-open") as (told, _):
            assert urlsplit(told["address"]).port != 8650


def test_a_terminal_shows_the_address_with_the_token(tmp_path: Path) -> None:
    command = ["-m", "ui.cli.main", "ui", "--no-open", "--port", "8650"]
    child = pexpect.spawn(
        sys.executable, command, env=environment(tmp_path / "home"), cwd=tmp_path, encoding="utf-8", timeout=60
    )
    child.expect(r"Oaken is at (http://localhost:\d+/open\?token=[\w-]{43,})")
    url = child.match.group(1)
    assert status(url) == 200
    child.expect("Press Ctrl-C to stop")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130


def test_a_password_is_asked_for_on_this_machine_too_and_the_token_spares_it(tmp_path: Path) -> None:
    keep(tmp_path / "home", PasswordHash.of(WORDS))
    with started(tmp_path, "--no-open") as (told, _):
        assert told["password"] is True
        connection = http.client.HTTPConnection("127.0.0.1", urlsplit(told["address"]).port, timeout=10)
        connection.request("GET", "/", headers={"Host": urlsplit(told["address"]).netloc})
        page = connection.getresponse().read().decode()
        connection.close()
        assert 'type="password"' in page and "Oaken on this computer" in page
        assert status(told["open"]) == 200


@pytest.mark.slow
def test_who_invents_addresses_has_to_wait_all_the_same(tmp_path: Path) -> None:
    """The server under the page would believe any proxy of this machine."""
    keep(tmp_path / "home", PasswordHash.of(WORDS))

    def guesses(address: str, host: str) -> list[int]:
        found = []
        for n in range(7):
            connection = http.client.HTTPConnection("127.0.0.1", urlsplit(address).port, timeout=10)
            form = {"Content-Type": "application/x-www-form-urlencoded", "Host": host}
            connection.request("POST", "/login", "password=wrong", form | {"X-Forwarded-For": f"198.51.100.{n}"})
            found.append(connection.getresponse().status)
            connection.close()
        return found

    with started(tmp_path, "--no-open") as (told, _):
        assert guesses(told["address"], urlsplit(told["address"]).netloc) == [401] * 5 + [429] * 2
    name = "oaken.example.org"
    with started(tmp_path, "--no-open", "--allow-host", name, "--proxy", "127.0.0.1") as (told, _):
        assert guesses(told["address"], name) == [401] * 7
