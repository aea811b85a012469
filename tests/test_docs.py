"""What the README shows can be run: commands exist with their options, Python compiles."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from ui.cli.main import app

REPOSITORY = Path(__file__).resolve().parents[1]
PAGES = [path for path in (REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md") if path.exists()]
_BLOCK = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_SEPARATORS = {"|", "||", "&&", ";", ">", ">>", "<", "2>", "&"}


def blocks(text: str, *languages: str) -> Iterator[str]:
    for _, language, content in _BLOCK.findall(text):
        if language in languages:
            yield content


def commands(text: str) -> Iterator[list[str]]:
    """The arguments of each ``oaken …`` in console blocks; a prompt, variables before it and pipes are left out."""
    for block in blocks(text, "console", "bash", "sh", "shell"):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line.strip().removeprefix("$ ").removeprefix("> "), comments=True)
            for at, word in enumerate(words):
                starts = at == 0 or words[at - 1] in _SEPARATORS or all("=" in before for before in words[:at])
                if starts and Path(word).name == "oaken":
                    rest = words[at + 1 :]
                    stop = next((n for n, each in enumerate(rest) if each in _SEPARATORS), len(rest))
                    yield rest[:stop]


def problem(arguments: list[str]) -> str:
    """Why the command line would be refused, or ""."""
    group: Any = typer.main.get_command(app)
    while arguments and arguments[0].startswith("-"):
        flags = {flag for option in group.params for flag in option.opts} | {"--help", "-h"}
        if arguments[0] not in flags:
            return f"no option {arguments[0]}"
        arguments = arguments[1:]
    if not arguments:
        return ""
    command = group.commands.get(arguments[0])
    if command is None:
        return f"no command {arguments[0]}"
    if len(arguments) > 1 and arguments[1] in getattr(command, "commands", {}):
        command, arguments = command.commands[arguments[1]], arguments[1:]
    words = [word for word in arguments[1:] if word not in {"--debug", "--help", "-h"}]
    try:
        command.make_parser(command.context_class(command)).parse_args(words)
    except Exception as error:  # click's UsageError; some releases of Typer carry a copy of click
        return str(error.format_message())  # type: ignore[attr-defined]
    return ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_shown_exists_with_its_options(page: Path) -> None:
    for arguments in commands(page.read_text(encoding="utf-8")):
        assert not problem(list(arguments)), f"{page.name} shows: oaken {shlex.join(arguments)}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_piece_of_python_compiles(page: Path) -> None:
    for block in blocks(page.read_text(encoding="utf-8"), "python", "py"):
        source = block
        if ">>>" in block:
            lines = (line.strip() for line in block.splitlines())
            source = "\n".join(line[4:] for line in lines if line.startswith((">>> ", "... ")))
        compile(source, page.name, "exec")


def test_commands_are_found_and_judged() -> None:
    text = (
        "```console\n$ oaken ingest papers/ --library mill\n$ OAKEN_HOME=/x oaken ask 'Who?' --json | jq .\n"
        "cat q.jsonl | oaken ask --batch - # comment\nThe oaken door\n```\n```text\n$ oaken nothing\n```\n"
    )
    found = list(commands(text))
    assert found == [["ingest", "papers/", "--library", "mill"], ["ask", "Who?", "--json"], ["ask", "--batch", "-"]]
    assert [problem(each) for each in found] == ["", "", ""]
    assert problem(["nothing"]) == "no command nothing"
    assert "--colour" in problem(["ask", "Who?", "--colour"]) and problem(["--loud", "ask"]) == "no option --loud"
    assert problem(["--version"]) == problem([]) == problem(["ask", "--help"]) == ""
