"""How the page's password is kept, and what happens where there is none."""

from __future__ import annotations

import getpass
import io
import json
import sys
from pathlib import Path

import pytest

from rag.errors import OakenError, UsageError
from ui.web.server import passwords
from ui.web.server.passwords import PasswordHash, demanded, keep, kept

WORDS = "naïve café пароль"


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(passwords.FILE_VARIABLE, raising=False)


def test_only_its_hash_is_kept_and_only_for_this_person(tmp_path: Path) -> None:
    home = tmp_path / "home"
    path = keep(home, PasswordHash.of(WORDS))
    assert path.stat().st_mode & 0o777 == 0o600 and [each.name for each in home.iterdir()] == [path.name]
    assert WORDS not in path.read_text()
    again = kept(home)
    assert again is not None and again.matches(WORDS) and not again.matches(WORDS[:-1])
    assert PasswordHash.of(WORDS).hash != PasswordHash.of(WORDS).hash  # each has a salt of its own
    assert kept(tmp_path) is None


@pytest.mark.parametrize("words", ["", "short", "x" * 2000])
def test_a_password_must_be_long_enough_and_no_book(words: str) -> None:
    with pytest.raises(UsageError, match="10 characters"):
        PasswordHash.of(words)


@pytest.mark.parametrize(
    "content", ["", "{}", "[1]", '{"salt": 1}', '{"salt":"!","hash":"x","n":3,"r":8,"p":1}', "\xff"]
)
def test_a_damaged_file_is_reported_with_the_next_command(tmp_path: Path, content: str) -> None:
    (tmp_path / passwords.PASSWORD_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(OakenError, match="cannot be read") as caught:
        demanded(tmp_path)
    assert "--set-password" in caught.value.hint


def test_a_home_folder_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(OakenError, match="cannot be saved"):
        keep(tmp_path / "home", PasswordHash.of(WORDS))


def test_the_file_that_the_variable_names_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(tmp_path, PasswordHash.of(WORDS))
    named = tmp_path / "secret"
    monkeypatch.setenv(passwords.FILE_VARIABLE, str(named))
    with pytest.raises(UsageError, match="cannot be read"):
        demanded(tmp_path)
    named.write_text("another password\r\nsecond line\n")
    assert demanded(tmp_path).matches("another password")
    named.write_text("\n")
    with pytest.raises(UsageError, match="10 characters"):
        demanded(tmp_path)


def test_without_a_terminal_there_is_no_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("a password on standard input\n"))
    with pytest.raises(UsageError, match="no terminal") as caught:
        demanded(tmp_path)
    assert passwords.FILE_VARIABLE in caught.value.hint and "--set-password" in caught.value.hint
    assert not any(tmp_path.iterdir())


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ([WORDS, WORDS], ""),
        ([WORDS, "something else"], "passwords differ"),
        (["short"], "10 characters"),
        ([], "No password was given"),
    ],
)
def test_a_terminal_is_asked_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: list[str], problem: str
) -> None:
    def answer(prompt: str) -> str:
        if not typed:
            raise EOFError
        return typed.pop(0)

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(getpass, "getpass", answer)
    if not problem:
        assert demanded(tmp_path).matches(WORDS)
        assert json.loads((tmp_path / passwords.PASSWORD_FILE).read_text())["n"] == 2**15
        assert demanded(tmp_path).matches(WORDS)  # the second time nobody is asked
        return
    with pytest.raises(UsageError, match=problem):
        demanded(tmp_path)
    assert not any(tmp_path.iterdir())
