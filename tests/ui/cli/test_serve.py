"""``oaken ui`` where it is asked to be reached by others: the password, and what it says without one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pexpect
import pytest

from tests.ui.conftest import REPOSITORY, Command
from ui.web.server.passwords import PASSWORD_FILE, kept

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
