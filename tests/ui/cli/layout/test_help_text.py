"""The help: every option explained, no Python types, examples that run, and lines that fit the terminal."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from tests.test_docs import problem
from ui.cli import main as cli
from ui.cli.layout.help_text import COMMANDS_BY_PURPOSE, EXAMPLES, HelpCommand, HelpGroup


def commands(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    command = typer.main.get_command(cli.app) if command is None else command
    yield path, command
    for name, each in getattr(command, "commands", {}).items():
        yield from commands(each, (*path, name))


ALL = {" ".join(path): command for path, command in commands()}


def help_of(path: str, columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert cli.run([*path.split(), "--help"]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("path", ALL)
def test_help_names_no_python_types_and_explains_everything(
    path: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = help_of(path, 80, capsys, monkeypatch)
    assert "<" not in said and "..." not in said.replace("[ARGS]...", "").replace("]...", "").replace("}...", "")
    assert isinstance(ALL[path], HelpCommand | HelpGroup)
    for each in ALL[path].params:
        assert each.help, f"{path}: {each.name} is not explained"
        if each.param_type_name == "option":
            assert any(name.startswith("--") for name in each.opts), f"{path}: {each.opts} has no long name"


@pytest.mark.parametrize("path", ["", "ask", "models", "complete"])
@pytest.mark.parametrize("columns", [40, 80])
def test_help_fits_the_terminal(
    path: str, columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text, _, _ = help_of(path, columns, capsys, monkeypatch).partition("Examples:")  # those are to be copied
    assert max(map(len, text.splitlines())) <= columns


def test_every_command_is_listed_once_under_its_purpose() -> None:
    listed = [name for names in COMMANDS_BY_PURPOSE.values() for name in names]
    assert sorted(listed) == sorted(ALL[""].commands)


@pytest.mark.parametrize("path", EXAMPLES)
def test_the_examples_can_be_run(path: str) -> None:
    assert path in ALL
    for line, _ in EXAMPLES[path]:
        words = shlex.split(line)
        words = words[: words.index(">")] if ">" in words else words
        assert words[0] == "oaken" and not problem(words[1:]), line
        assert not path or words[1 : 1 + len(path.split())] == path.split() or path in ("embedder", "library", "models")


def test_each_command_that_takes_something_has_an_example() -> None:
    assert set(ALL) - {path for path in ALL if " " in path} <= set(EXAMPLES)


def test_examples_stand_beside_or_above_what_they_do(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "  oaken ingest ~/Documents        # add a folder\n" in help_of("", 80, capsys, monkeypatch)
    assert "  # add a folder\n  oaken ingest ~/Documents\n" in help_of("", 40, capsys, monkeypatch)
    assert "[1 to 100]" in help_of("search", 80, capsys, monkeypatch)
