"""The command without its heavy parts: shapes, exit codes and what reaches the terminal."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.answer.assistant import Assistant
from rag.answer.options import AskOptions
from rag.retrieval.filters import SearchFilter
from rag.types import Answer, Event, QuotesReady
from tests.shapes import CLAIM, QUOTE
from tests.ui.cli.playing import ANSWER, Player
from ui.cli import main as cli
from ui.cli import progress

HEAVY = "chromadb torch llama_cpp streamlit sqlalchemy numpy unstructured onnxruntime tantivy sentence_transformers"


NAMES = {"title", "place"}  # of a document, beside its source
RESULT = {"rank", "score", "source", "document_id", "page", "section", "start", "end", "text", "opinion"} | NAMES


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; from ui.cli.main import run; code = run(['--help'])\n"
        f"heavy = [name for name in {HEAVY.split()} if name in sys.modules]\n"
        "sys.exit(f'imported: {heavy}' if heavy else code)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, cwd=_root())
    assert done.returncode == 0, done.stderr
    for command in ("ingest", "ask", "search", "list", "show", "remove", "ui", "doctor"):
        assert command in done.stdout


def _root() -> Path:
    return Path(__file__).resolve().parents[3]


def test_ask_prints_json_and_nothing_else(player: Player, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["ask", "Who?", "--json", "-k", "3", "--insist", "--no-prose"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert set(row) == ANSWER
    assert set(row["quotes"][0]) == {*QUOTE, *NAMES, "numbers"}
    assert set(row["claims"][0]) == CLAIM
    assert set(row["claims"][0]["citations"][0]) == QUOTE | NAMES
    assert set(row["passages"][0]) == RESULT
    assert player.asked == [("Who?", AskOptions(prose=False, k=3, insist=True))]


@pytest.mark.parametrize("piped", ["Who was the miller?\n", "\ufeffWho was\nthe miller?\n"])
@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_question_comes_through_a_pipe(
    player: Player, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str, piped: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(piped.encode())))
    assert cli.run([command, "-"]) == 0
    assert player.asked[0][0] == "Who was the miller?"


def test_an_empty_pipe_is_no_question(
    player: Player, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b" \n")))
    assert cli.run(["ask", "-"]) == 2
    assert "oaken ask -" in capsys.readouterr().err and not player.asked


def test_half_a_character_in_a_query_is_printed_as_json(player: Player, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["search", "caf\udce9", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["query"] == "caf\ufffd"


def test_a_corrected_question_is_shown(
    answer: Answer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    playing = Player(replace(answer, corrected="Who was the miller?"))
    monkeypatch.setattr(Assistant, "open", lambda *_, **__: playing)
    assert cli.run(["ask", "Who was teh miller?"]) == 0
    said = capsys.readouterr().out
    assert said.index("Showing answers for “Who was the miller?”.") < said.index(answer.quotes[0].quote.split()[0])


def test_filters_reach_the_assistant(player: Player, capsys: pytest.CaptureFixture[str]) -> None:
    filters = ["--in", "notes", "--type", "pdf", "--type", "md", "--since", "2024-05", "--language", "es"]
    scope = SearchFilter("notes", ("pdf", "md"), "2024-05", ("es",))
    for command in (["ask", "Who?", "--no-prose", "--json"], ["search", "Who?", "--json"]):
        assert cli.run([*command, *filters]) == 0
        assert player.asked[-1][1] == (
            AskOptions(prose=False, scope=scope) if command[0] == "ask" else {"k": None, "scope": scope}
        )
    assert cli.run(["search", "Who?", "--since", "yesterday"]) == 2
    assert "not a date" in capsys.readouterr().err


def test_strict_reaches_the_assistant(player: Player, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["ask", "Who?", "--strict", "--json"]) == 0
    assert player.asked[0][1].strict is True


def test_search_prints_json(player: Player, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["search", "miller", "--json", "-k", "2"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert set(row) == {"query", "results"}
    assert row["query"] == "miller"
    assert [set(result) for result in row["results"]] == [RESULT]
    assert row["results"][0]["rank"] == 1


def test_an_interrupted_answer_closes_its_stream(player: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []

    def stream(*_: Any, **__: Any) -> Iterator[Event]:
        try:
            yield QuotesReady(player.answer)
            raise KeyboardInterrupt
        finally:
            closed.append(True)

    monkeypatch.setattr(player, "stream", stream)
    assert cli.run(["ask", "Who?"]) == 130
    assert closed == [True]
    assert progress  # the module whose ``closing`` this is about


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["ask"], 2, "question is missing"),
        (["ask", "  "], 2, "question is missing"),
        (["ask", "x", "--batch", "-"], 2, "Leave one of them out"),
        (["ask", "x", "-k", "0"], 2, "-k"),
        (["ask", "x", "-k", "many"], 2, "-k"),
        (["search", ""], 2, "question is missing"),
        (["ask", "--batch", "nowhere.jsonl"], 2, "cannot be read: no such file"),
        (["ingest", "/nowhere/at all"], 2, "There is no file or folder '/nowhere/at all'"),
        (["ingest"], 2, "PATH"),
        (["list", "--library", "nope"], 1, "oaken ingest FOLDER --library nope"),
        (["list", "--library", "../x"], 2, "cannot be a library's name"),
        (["remove", "x", "--library", "nope"], 1, "There is no library 'nope' yet."),
        (["show", "x", "--library", "nope"], 1, "There is no library 'nope' yet."),
        (["doctor", "--library", "nope"], 1, "There is no library 'nope' yet."),
        (["ui", "--library", "../x"], 2, "cannot be a library's name"),
        (["ui", "--port", "0"], 2, "--port"),
        (["nonsense"], 2, "nonsense"),
    ],
)
def test_a_mistake_gets_one_sentence_and_the_next_step(
    arguments: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("NO_COLOR", "1")
    assert cli.run(arguments) == code
    told = capsys.readouterr()
    assert words in told.err
    assert "Traceback" not in told.err
    assert told.out == ""


def test_debug_shows_the_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--debug", "list", "-l", "nope"], ["list", "-l", "nope", "--debug"]):
        with pytest.raises(Exception, match="no library"):
            cli.run(arguments)


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")
def test_bash_completes_commands_options_and_libraries(tmp_path: Path) -> None:
    (tmp_path / "libraries" / "letters").mkdir(parents=True)
    (tmp_path / "libraries" / "letters" / "ledger.sqlite").touch()
    command = tmp_path / "bin" / "oaken"
    command.parent.mkdir()
    command.write_text('#!/bin/sh\nexec "$PYTHON" -m ui.cli.main "$@"\n')
    command.chmod(0o755)
    script = (
        'PATH="$OAKEN_HOME/bin:$PATH"\n'
        'eval "$(_OAKEN_COMPLETE=source_bash oaken)"\n'
        'try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _oaken_completion oaken\n'
        'echo "${COMPREPLY[@]}"; }\n'
        'try oaken re; try oaken ask --li; try oaken ask --library ""; try oaken ingest pa; complete -p oaken\n'
    )
    environment = os.environ | {"OAKEN_HOME": str(tmp_path), "PYTHON": sys.executable, "PYTHONPATH": str(_root())}
    done = subprocess.run(
        ["bash", "--norc", "-c", script], capture_output=True, text=True, timeout=120, cwd=_root(), env=environment
    )
    commands, option, library, path, rule = done.stdout.splitlines()
    assert commands.split() == ["remove", "restore", "reembed"] and option == "--library" and library == "letters"
    assert path == "" and "-o default" in rule  # then bash completes paths itself


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_get_a_script(
    shell: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_OAKEN_COMPLETE", f"source_{shell}")
    assert cli.run([]) == 0
    assert "_OAKEN_COMPLETE=complete_" in capsys.readouterr().out
