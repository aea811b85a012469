"""``oaken chat`` in a real terminal, over a real library; its words come from a little server, so they are known."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from tests.model.chat_server import Server, chunk, serving
from tests.ui.conftest import REPOSITORY, Command

pytestmark = pytest.mark.real


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Server(answer=[chunk("The miller's name was Tobias Wren. ").encode(),
                                chunk("He lived on the moon.", "stop").encode()])) as running:  # fmt: skip
        yield running


Typed = Callable[..., "pexpect.spawn[str]"]


SEEN = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()][A-Z0-9]|[\r\x07]")


@pytest.fixture
def terminal(real: Command, server: Server, tmp_path: Path) -> Iterator[Typed]:
    """Opens ``oaken chat`` in a terminal of its own, and ends it."""
    opened: list[pexpect.spawn[str]] = []

    def start(*arguments: str, home: Path = real.home) -> pexpect.spawn[str]:
        environment = {
            **os.environ, "OAKEN_HOME": str(home), "OAKEN_MODEL_URL": server.root, "TERM": "xterm-256color",
            "PROMPT_TOOLKIT_NO_CPR": "1",  # pexpect answers no questions about the cursor
            "PYTHONPATH": str(REPOSITORY),
        }  # fmt: skip
        for name in ("NO_COLOR", "COLUMNS"):
            environment.pop(name, None)
        child: pexpect.spawn[str] = pexpect.spawn(
            sys.executable, ["-m", "ui.cli.main", "chat", *arguments], env=environment, encoding="utf-8", timeout=60,
            dimensions=(60, 200), cwd=str(tmp_path),
        )  # fmt: skip
        opened.append(child)
        child.expect_exact("Type /help")
        child.expect_exact("> ")
        return child

    yield start
    for child in opened:
        child.close(force=True)


def leave(child: pexpect.spawn[str]) -> str:
    """Type Ctrl-D; what was shown since the last look, without colours."""
    child.sendeof()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    return SEEN.sub("", child.before or "")


def test_an_answer_in_colours_with_quotes_prose_and_sources(terminal: Typed, server: Server) -> None:
    child = terminal()
    child.send("Who was the miller?\r")
    child.expect_exact("“")
    child.expect_exact("The miller's name was Tobias Wren")  # marked in its paragraph
    child.expect_exact("(not in your documents)")
    child.expect("of 2,048 tokens")
    child.send("/sources\r")
    child.expect_exact("Sources")
    child.expect_exact("mill.txt")
    child.send("And what does he sell?\r")
    child.expect("of 2,048 tokens")
    child.expect_exact("> ")
    leave(child)
    asked = server.seen[-1][2]["messages"]
    said = [each["content"] for each in asked if each["role"] == "user"]
    assert any(text.endswith("\n\nWho was the miller?") for text in said[:-1])  # the conversation went along
    assert "moon" not in json.dumps(asked)  # … without what nothing supports


def test_colours_are_there(terminal: Typed) -> None:
    child = terminal("--no-library")
    child.send("Hello\r")
    child.expect("\x1b\\[36mThe miller")  # the model's words
    child.expect_exact("> ")
    leave(child)


def test_ctrl_c_stops_the_answer_and_not_the_program(terminal: Typed, server: Server) -> None:
    child = terminal("--no-library")
    calm = list(server.answer)
    server.answer = [chunk("word ").encode()] * 3  # … and then nothing
    server.silent.set()
    child.send("Talk\r")
    child.expect("word .*word .*word ")
    child.sendintr()
    child.expect_exact("Stopped.")
    server.silent.clear()
    server.answer = calm
    child.expect_exact("> ")
    child.send("And now?\r")
    child.expect_exact("moon.")
    child.expect_exact("> ")
    child.send("half a line")
    child.sendintr()  # at the prompt it only clears the line
    child.expect_exact("Press Ctrl-D to leave.")
    child.expect_exact("> ")
    leave(child)
    said = [message["content"] for message in server.seen[-1][2]["messages"]]
    assert said[0] == "Talk" and said[1] == "word word word " and said[2] == "And now?"


def test_ctrl_c_stops_an_answer_over_the_library(terminal: Typed, server: Server) -> None:
    child = terminal()
    server.answer, server.endless = [chunk("Well, the mill and its wheel, ").encode()], False
    server.silent.set()
    child.send("Who was the miller?\r")
    child.expect_exact("Tobias Wren")
    child.expect_exact("Writing")
    child.sendintr()
    child.expect_exact("Stopped.")
    child.expect_exact("> ")
    server.silent.clear()
    child.send("/quit\r")
    child.expect(pexpect.EOF)


def test_several_lines_and_history(terminal: Typed, server: Server, real: Command) -> None:
    child = terminal("--no-library")
    child.send("first line\x1b\rsecond line\\\rthird line\r")
    child.expect_exact("moon.")
    assert server.seen[-1][2]["messages"][-1]["content"] == "first line\nsecond line\nthird line"
    child.expect_exact("> ")
    leave(child)
    history = real.home / "chat_history"
    assert stat.S_IMODE(history.stat().st_mode) == 0o600
    again = terminal("--no-library")
    again.send("\x1b[A\x1b[A\x1b[A\r")  # up through its lines, to the one before and no further
    again.expect_exact("moon.")
    again.expect_exact("> ")
    assert server.seen[-1][2]["messages"][-1]["content"] == "first line\nsecond line\nthird line"
    leave(again)


def test_commands(terminal: Typed, tmp_path: Path) -> None:
    child = terminal()
    for typed, shown in (
        ("/help", "/library NAME"),
        ("/preset", "nucleus9, typical2"),
        ("/preset ARTICLE", "Preset: article (temperature 0.4, top_k 30, top_p 0.18)"),
        ("/preset nonsense", "is not a preset"),
        ("/model", "big, prompt family server"),
        ("/library nope", "There is no library 'nope' yet"),
        ("/sources", "There are no sources yet"),
        ("/insist", "nothing to insist on"),
        ("/nonsense", "There is no command /nonsense"),
        ("/save", "The file name is missing"),
        ("Who won the chess olympiad in Havana?", "add /insist"),
        ("/insist", "moon."),
        ("/save 'a talk.md'", "Saved to"),
        ("/save 'a talk.md'", "already"),
        ("/new", "Conversation cleared"),
        ("/library none", "the model alone"),
        ("Hello", "moon."),
    ):
        child.send(f"{typed}\r")
        child.expect_exact(shown)
    child.send("/quit\r")
    child.expect(pexpect.EOF)
    text = (tmp_path / "a talk.md").read_text()
    assert "## Who won the chess olympiad in Havana?" in text and "(not in your documents)" in text


def test_lines_of_a_pipe_as_words_and_as_json(real: Command, server: Server) -> None:
    env = {"OAKEN_MODEL_URL": server.root}
    told = real("chat", text="Who was the miller?\n\n/preset\n", env=env)
    assert told.returncode == 0 and "“The miller's name was Tobias Wren" in told.stdout and "precise" in told.stdout
    assert real("chat", text="/nonsense\n", env=env).returncode == 3
    rows = [
        json.loads(line)
        for line in real("chat", "--json", text="Who was the miller?\nWhy?\n", env=env).stdout.splitlines()
    ]
    assert rows[0]["status"] == "answered" and rows[0]["claims"][0]["supported"] and len(rows) == 2
    only = real("chat", "--type", "md", "--paths", text="Who was the miller?\n", env=env)
    assert only.returncode == 0 and "mill.txt" not in only.stdout
    paths = real("chat", "--type", "txt", "--paths", text="Who was the miller?\n", env=env)
    assert f"{real.folder}" in paths.stdout and f"{real.folder}" not in told.stdout
    alone = real("chat", "--no-library", "--json", text="Hi\n", env=env)
    assert json.loads(alone.stdout) == {
        "question": "Hi", "text": "The miller's name was Tobias Wren. He lived on the moon.", "stopped": False,
    }  # fmt: skip
    server.status = 500
    failed = real("chat", "--no-library", "--json", text="Hi\nHo\n", env=env)
    assert (
        failed.returncode == 3
        and [set(json.loads(row)) for row in failed.stdout.splitlines()] == [{"question", "error"}] * 2
    )


def test_what_the_model_says_cannot_speak_to_the_terminal(real: Command, server: Server) -> None:
    server.answer = [chunk("red \x1b[31m bell \x07 \x9b31m", "stop").encode()]
    told = real("chat", "--no-library", text="Hi\n", env={"OAKEN_MODEL_URL": server.root})
    assert "bell" in told.stdout and not any(sign in told.stdout for sign in "\x1b\x07\x9b")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--library", "nope"], "no library 'nope'"), (["--no-library", "--preset", "nope"], "is not a preset")],
)
def test_a_mistake_is_reported_before_anything_is_typed(fresh: Command, arguments: list[str], words: str) -> None:
    told = fresh("chat", *arguments, text="")
    assert told.returncode in (1, 2) and words in told.stderr and "Traceback" not in told.stderr


def test_help_does_not_load_the_terminals_library() -> None:
    script = (
        "import sys; from ui.cli.main import run; run(['chat', '--help']); sys.exit('prompt_toolkit' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True).returncode == 0
