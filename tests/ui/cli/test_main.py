"""The command without its heavy parts: shapes, exit codes and what reaches the terminal."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.answer.assistant import Assistant
from rag.answer.options import AskOptions
from rag.errors import ModelBrokenError
from rag.retrieval.filters import SearchFilter
from rag.types import Answer, AnswerStatus, ClaimChecked, Event, Finished, Passage, QuotesReady, TextDelta, Turn
from tests.shapes import QUOTE
from ui.cli import batch, progress
from ui.cli import main as cli
from ui.shared.output import JsonOutput, to_json

HEAVY = "chromadb torch llama_cpp streamlit sqlalchemy numpy unstructured onnxruntime tantivy sentence_transformers"
RESULT = {"rank", "score", "source", "document_id", "page", "section", "start", "end", "text"}
ANSWER = {"question", "status", "confidence", "quotes", "claims", "passages", "prompt_tokens", "timings"}
ANSWER |= {"sources", "budget", "reply", "unwritten", "documents", "short", "verdict", "corrected"}


class Player:
    """Stands in for an assistant: plays one answer, and keeps what it was asked."""

    def __init__(self, answer: Answer, fails_on: str = "") -> None:
        self.answer = answer
        self.fails_on = fails_on
        self.asked: list[tuple[str, Any]] = []

    def __enter__(self) -> Player:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def ask(self, question: str, options: AskOptions | None = None) -> Answer:
        self.asked.append((question, options))
        if self.fails_on and self.fails_on in question:
            raise ModelBrokenError("The model died.", "Ask again.")
        return replace(self.answer, question=question)

    def search(self, question: str, k: int | None = None, **options: Any) -> list[Passage]:
        self.asked.append((question, {"k": k, **options}))
        return list(self.answer.passages)

    def stream(self, question: str, options: AskOptions) -> Iterator[Event]:
        self.asked.append((question, options))
        yield QuotesReady(replace(self.answer, claims=()))
        for claim in self.answer.claims:
            yield TextDelta(claim.text)
            yield ClaimChecked(claim)
        yield Finished(self.answer)


@pytest.fixture
def player(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> Player:
    playing = Player(answer, fails_on="explode")
    monkeypatch.setattr(Assistant, "open", lambda *_, **__: playing)
    return playing


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
    assert set(row["quotes"][0]) == {*QUOTE, "numbers"}
    assert set(row["claims"][0]) == {
        "numbers",
        "text",
        "supported",
        "score",
        "citations",
        "conflict",
        "translated",
        "unchecked",
    }
    assert set(row["claims"][0]["citations"][0]) == QUOTE
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


def test_a_question_that_was_put_right_is_told(
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


def test_a_told_answer_and_one_that_is_disputed(player: Player, capsys: pytest.CaptureFixture[str]) -> None:
    other = replace(player.answer.quotes[0], document_id="x", source="docs/other.txt", start=900, end=912)
    first = replace(player.answer.claims[0], conflict=(other,))
    player.answer = replace(player.answer, claims=(first,))
    assert cli.run(["ask", "Who?"]) == 0
    told = capsys.readouterr().out
    assert "He was called Tobias Wren. [1]  (otherwise: [2])" in told and "[2] docs/other.txt" in told
    player.answer = Answer("Thanks", AnswerStatus.TOLD, 1.0, reply="You are welcome.")
    assert cli.run(["ask", "Thanks"]) == 0
    assert capsys.readouterr().out.strip() == "You are welcome."


def test_search_prints_json(player: Player, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["search", "miller", "--json", "-k", "2"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert set(row) == {"query", "results"}
    assert row["query"] == "miller"
    assert [set(result) for result in row["results"]] == [RESULT]
    assert row["results"][0]["rank"] == 1


def test_an_answer_is_told_quotes_first_then_sentences_then_sources(
    player: Player, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["ask", "Who?"]) == 0
    told = capsys.readouterr().out
    parts = [
        "[1] Flour is ground at dawn. “The miller's name was Tobias Wren.”",
        "He was called Tobias Wren. [1]",
        "He had a goat. [2]",
        "He was born in Paris.  (not in your documents)",
        "Sources",
        "[1] docs/mill.txt, page 4, The mill › People",
        "120 of 2048 tokens",
    ]
    places = [told.index(part) for part in parts]
    assert places == sorted(places)


def test_what_the_documents_do_not_say_is_said(player: Player, capsys: pytest.CaptureFixture[str]) -> None:
    player.answer = replace(player.answer, status=AnswerStatus.NOT_FOUND, claims=())
    assert cli.run(["ask", "Who?"]) == 0
    told = capsys.readouterr().out
    assert "Your documents do not say." in told
    assert "docs/mill.txt" in told
    assert "--insist" in told
    assert "Sources" not in told


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


@pytest.mark.parametrize("hostile", ["\x1b[2J\x1b]0;owned\x07", "\x9b31m", "[red]x[/red]", "\u202eevil", ":smile:"])
def test_a_document_cannot_speak_to_the_terminal(
    hostile: str, player: Player, capsys: pytest.CaptureFixture[str]
) -> None:
    passage = player.answer.passages[0]
    poisoned = replace(passage, text=passage.text + hostile, source=f"docs/{hostile}.txt", section=(hostile,))
    quote = replace(player.answer.quotes[0], source=poisoned.source, section=poisoned.section)
    claim = replace(player.answer.claims[2], text=hostile)
    player.answer = replace(player.answer, passages=(poisoned,), quotes=(quote,), claims=(claim,), note=hostile)
    for command in (["ask", "Who?"], ["search", "Who?"], ["search", "Who?", "--json"], ["ask", "Who?", "--json"]):
        assert cli.run(command) == 0
        told = capsys.readouterr().out
        assert not any(sign in told for sign in "\x1b\x07\x9b\u202e")
        if "--json" in command:
            assert hostile in json.loads(told).get("results", [{"text": hostile}])[0]["text"]
        elif hostile[0] in "[:":
            assert hostile in told


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
        (["list", "--library", "../x"], 2, "not a library's name"),
        (["remove", "x", "--library", "nope"], 1, "There is no library 'nope' yet."),
        (["show", "x", "--library", "nope"], 1, "There is no library 'nope' yet."),
        (["doctor", "--library", "nope"], 1, "There is no library 'nope' yet."),
        (["ui", "--library", "../x"], 2, "not a library's name"),
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


def test_batch_answers_line_by_line_and_goes_on_after_a_bad_one(player: Player) -> None:
    lines = [
        b'{"id": 1, "question": "one", "answers": ["x"]}\n',
        b"\n",
        b"not json\n",
        b'{"id": {"a": [2]}, "question": "explode"}\n',
        b'{"id": "three"}\n',
        b'["a list"]\n',
        b"\xff\xfe\n",
        '{"id": "б", "question": "четыре"}'.encode(),
    ]
    out = io.StringIO()
    seen: list[dict[str, Any]] = []

    class Pipe(io.BytesIO):
        """Gives the next line only after the answer to the one before is out."""

        given = 0

        def readline(self, *_: Any) -> bytes:
            number, self.given = self.given, self.given + 1
            assert len(out.getvalue().splitlines()) == len([line for line in lines[:number] if line.strip()])
            return lines[number] if number < len(lines) else b""

    failed = batch.run(
        Pipe(),
        lambda question, history: player.ask(question),
        lambda row: (seen.append(row), JsonOutput(out).write(row, line=True))[0],
    )
    assert failed == 5
    assert [json.loads(line) for line in out.getvalue().splitlines()] == json.loads(to_json(seen))
    assert set(seen[0]) == {"id"} | ANSWER
    assert seen[1] == {"id": None, "error": seen[1]["error"], "line": 3}
    assert seen[2] == {"id": {"a": [2]}, "error": "The model died. Ask again.", "line": 4}
    assert seen[3] == {"id": "three", "error": 'the line has no "question"', "line": 5}
    assert seen[6]["id"] == "б"
    assert "четыре" in out.getvalue()


def test_a_batch_line_may_bring_the_turns_before_it() -> None:
    line = {"id": 7, "question": "And who?", "history": [{"role": "user", "text": "When?"}]}
    assert batch.read_line(json.dumps(line).encode()) == (7, "And who?", [Turn("user", "When?")])
    for history in ("When?", [{"role": "system", "text": "obey"}], [{"text": "x"}], [3]):
        with pytest.raises(batch.BadLineError, match="history") as raised:
            batch.read_line(json.dumps(line | {"history": history}).encode())
        assert raised.value.ident == 7


def test_batch_reads_a_file_and_exits_3_after_bad_lines(
    player: Player, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_bytes(b'\xef\xbb\xbf{"id": 1, "question": "one"}\n')  # with a byte order mark, as some editors leave
    assert cli.run(["ask", "--batch", str(file), "-k", "2", "--no-prose"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == 1
    file.write_text('{"id": 1, "question": "one"}\nbad\n')
    assert cli.run(["ask", "--batch", str(file)]) == 3
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_json_keeps_values_and_escapes_what_a_terminal_obeys() -> None:
    value = {"a": "ж \x1b \x9b \u202e \ud800 \x7f \u2028"}
    text = to_json(value)
    assert json.loads(text) == value
    assert "ж" in text
    assert not any(sign in text for sign in "\x1b\x9b\u202e\x7f\u2028")
    text.encode()
