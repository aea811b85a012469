"""``oaken chat``: a conversation in the terminal, in colours, with an input history.

Ctrl-C stops an answer and not the program. Where standard input is no terminal, each line of it is a question.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from rag.citations import numbered_sources
from rag.errors import OakenError, UsageError
from rag.messages import Message
from rag.settings import DEFAULT_LIBRARY
from rag.storage import private_folder
from rag.types import Answer, AnswerStatus, Event
from ui.cli.layout.help_text import HelpCommand
from ui.cli.options import (
    AskedLibraryOption,
    InOption,
    JsonOption,
    LanguageOption,
    PathsOption,
    SinceOption,
    TagOption,
    TypeOption,
    scope_of_options,
)
from ui.shared.formatting import clean, one_line
from ui.shared.output import human_output, json_out

if TYPE_CHECKING:
    from rich.console import Console

    from ui.shared.conversation import Conversation
    from ui.shared.output import JsonOutput

HISTORY_FILE = "chat_history"
_HELP = """\
/help             this list
/sources          the passages behind the last answer
/insist           answer the last question even where the documents seem not to say
/library NAME     ask another library, or several (home,work); /library none chats with the model alone
/model NAME       switch the model; without a name, show it
/preset NAME      switch the sampling preset; without a name, list them
/new              start a new conversation
/save FILE        write the conversation to a file
/quit             leave (Ctrl-D too)
Ctrl-C stops an answer. Alt-Enter, or a \\ at a line's end, begins a new line. The arrow keys recall earlier input."""


class _LeaveChatError(Exception):
    """The person wants to leave."""


def register(app: typer.Typer) -> None:
    """Add ``chat`` to the command."""
    app.command(cls=HelpCommand)(chat)


def chat(
    library: AskedLibraryOption = DEFAULT_LIBRARY,
    no_library: Annotated[bool, typer.Option("--no-library", help="With the model alone, without documents.")] = False,
    preset: Annotated[
        str, typer.Option("--preset", metavar="NAME", help="Sampling preset: precise, k50, nucleus9, article …")
    ] = "",
    as_json: JsonOption = False,
    folder: InOption = "",
    types: TypeOption = None,
    since: SinceOption = "",
    languages: LanguageOption = None,
    tags: TagOption = None,
    paths: PathsOption = False,
) -> None:
    """Talk with your documents, or with the model alone."""
    from rag.settings import load
    from ui.shared.conversation import Conversation

    settings = load()
    scope = scope_of_options(folder, types, since, languages, tags)
    output = json_out() if as_json else contextlib.nullcontext()
    with output as out, Conversation(settings, None if no_library else library, preset, scope) as conversation:
        if out is not None:
            failed = _lines(conversation, out)
        elif sys.stdin.isatty():
            failed = _ChatTerminal(conversation, settings.home, paths=paths).run()
        else:
            failed = _ChatTerminal(conversation, settings.home, paths=paths).run(sys.stdin.readline)
    if failed:
        raise typer.Exit(3)


def _lines(conversation: Conversation, out: JsonOutput) -> bool:
    """Answer each line of standard input with one of JSON; return whether any failed."""
    from rag.serialize import answer_json
    from ui.shared.conversation import exchange_json, problem_json
    from ui.shared.formatting import answer_after

    failed = False
    for line in sys.stdin:
        question = line.strip()
        if not question:
            continue
        try:
            if conversation.library is None:
                for _ in conversation.talk(question):
                    pass
                out.write(exchange_json(conversation.exchanges[-1]), line=True)
                continue
            answer: Answer | None = None
            for event in conversation.ask(question):
                answer = answer_after(answer, event)
            conversation.keep(question, answer)
            assert answer is not None
            names = conversation.names()
            row = answer_json(answer)
            out.write(row if names is None else names.in_json(row), line=True)
        except OakenError as error:
            failed = True
            out.write(problem_json(question, error), line=True)
    return failed


class _ChatTerminal:
    """Reads input, and shows answers."""

    def __init__(self, conversation: Conversation, home: Path, *, paths: bool) -> None:
        self._conversation = conversation
        self._paths = paths
        self._home = home
        self._console: Console = human_output()
        self._commands: dict[str, Callable[[str], None]] = {
            "/help": lambda _: self._print(_HELP),
            "/sources": self._sources,
            "/insist": self._insist,
            "/library": self._library,
            "/model": self._model,
            "/preset": self._preset,
            "/new": self._new,
            "/save": self._save,
            "/quit": self._quit,
            "/exit": self._quit,
        }

    def run(self, read: Callable[[], str] | None = None) -> bool:
        """Run until the person leaves, or the lines end; return whether anything failed in a non-interactive run."""
        reader = _prompt_reader(self._home) if read is None else _piped_reader(read)
        if read is None:
            over = self._conversation.library
            about = "the model alone" if over is None else f"the library {over!r}"
            self._print(f"Chatting with {about}. Type /help for commands, Ctrl-D to leave.", style="dim")
        failed = False
        while True:
            try:
                line = reader()
                if line.strip():
                    if read is not None:  # a terminal shows what is typed
                        self._print(f"> {one_line(line)}", style="bold")
                    self._handle(line.strip())
                    self._print("")
            except (_LeaveChatError, EOFError):
                return failed
            except KeyboardInterrupt:
                if read is not None:
                    raise
                self._print("Press Ctrl-D to leave.", style="dim")
            except OakenError as error:
                failed = read is not None
                self._print(one_line(error.message), style="bold red")
                if error.hint:
                    self._print(one_line(error.hint), style="dim")

    def _handle(self, line: str) -> None:
        name, _, rest = line.partition(" ")
        if not line.startswith("/"):
            self._answer(line)
        elif name.lower() in self._commands:
            self._commands[name.lower()](rest.strip())
        else:
            raise UsageError(Message("There is no command {name}.", name=name), "/help lists them.")

    def _answer(self, question: str, *, insist: bool = False) -> None:
        if self._conversation.library is None:
            self._talk(question)
        else:
            self._ask(question, insist)

    def _ask(self, question: str, insist: bool) -> None:
        """Answer from the library: quotes, then the prose sentence by sentence, as ``oaken ask`` prints them."""
        from rag.settings import library_folder, names_of
        from ui.cli import progress

        conversation = self._conversation
        told = progress.unwritten_of(
            lambda: library_folder(conversation.settings.home, names_of(str(conversation.library))[0])
        )
        answer: Answer | None = None
        stopped = False
        try:
            events = cast("Generator[Event]", self._conversation.ask(question, insist=insist))
            with contextlib.closing(events):
                for known in progress.draw(events, self._console, told, named=self._named, insist="/insist"):
                    answer = known
        except KeyboardInterrupt:
            stopped = True
            self._print("Stopped.", style="yellow")
        finally:
            self._conversation.keep(question, answer, stopped=stopped)

    def _named(self, answer: Answer) -> Answer:
        names = self._conversation.names(paths=self._paths)
        return answer if names is None else names.answer(answer)

    def _talk(self, question: str) -> None:
        """Answer with the model alone: its words as they come."""
        pieces = None
        try:
            with self._console.status("Reading") if self._console.is_terminal else contextlib.nullcontext() as waiting:
                pieces = self._conversation.talk(question)
                first = next(pieces, "")
                if waiting is not None:
                    waiting.stop()
            self._say(first)
            with contextlib.closing(pieces):
                for piece in pieces:
                    self._say(piece)
            self._print("")
        except KeyboardInterrupt:
            if pieces is not None:
                pieces.close()
            self._print("")
            self._print("Stopped.", style="yellow")

    def _say(self, piece: str) -> None:
        self._console.out(clean(piece), end="", highlight=False, style="cyan")
        self._console.file.flush()

    def _print(self, text: Any, style: str | None = None) -> None:
        self._console.print(text, style=style)

    def _sources(self, _: str) -> None:
        from ui.cli import render

        answer = next((each.answer for each in reversed(self._conversation.exchanges) if each.answer), None)
        if answer is None or not numbered_sources(answer):
            self._print("There are no sources yet.")
            return
        answer = self._named(answer)
        self._print(render.source_list(numbered_sources(answer)))
        if answer.passages:
            self._print(render.passages(answer.passages))

    def _insist(self, _: str) -> None:
        last = self._conversation.exchanges[-1] if self._conversation.exchanges else None
        if last is None or last.answer is None or last.answer.status is not AnswerStatus.NOT_FOUND:
            raise UsageError(Message("There is nothing to insist on: the last question was answered."))
        self._conversation.exchanges.pop()
        self._answer(last.question, insist=True)

    def _library(self, name: str) -> None:
        if name:
            self._conversation.use_library(None if name.lower() == "none" else name)
        over = self._conversation.library
        self._print("No library: the model alone." if over is None else f"Library: {over}")

    def _model(self, name: str) -> None:
        if name:
            self._print(f"{one_line(self._conversation.use_model(_unquoted(name)))} writes the answers now.")
            return
        card = self._conversation.model().card
        self._print(f"{one_line(card.name)}, prompt family {card.family}, window {card.window:,} tokens")

    def _preset(self, name: str) -> None:
        from rag.model.prompting.sampling_presets import PRESETS

        if name:
            self._conversation.use_preset(name)
        used = self._conversation.preset
        drawn = used.sampling
        self._print(
            f"Preset: {used.name} (temperature {drawn.temperature:g}, top_k {drawn.top_k}, top_p {drawn.top_p:g})"
        )
        if not name:
            self._print(f"Available presets: {', '.join(PRESETS)}", style="dim")

    def _new(self, _: str) -> None:
        self._conversation.new()
        self._print("Conversation cleared. What is next?", style="dim")

    def _save(self, name: str) -> None:
        from ui.shared.conversation import save

        if not name:
            raise UsageError(Message("The file name is missing."), "/save FILE")
        self._print(f"Saved to {one_line(str(save(self._conversation, Path(_unquoted(name)))))}")

    def _quit(self, _: str) -> None:
        raise _LeaveChatError


def _unquoted(name: str) -> str:
    """Return a file's name as a shell would read it, without quotes and ``\\``."""
    with contextlib.suppress(ValueError):
        words = shlex.split(name)
        return words[0] if len(words) == 1 else name
    return name


def _piped_reader(read: Callable[[], str]) -> Callable[[], str]:
    def reader() -> str:
        line = read()
        if not line:
            raise EOFError
        return line

    return reader


def _prompt_reader(home: Path) -> Callable[[], str]:
    """Return a function that reads input: several lines if wanted, with a history readable only by this user."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import FileHistory
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.styles import Style

    private_folder(home)
    path = home / HISTORY_FILE
    os.close(os.open(path, os.O_CREAT | os.O_APPEND, 0o600))
    path.chmod(0o600)
    keys = KeyBindings()

    @keys.add("enter")
    def _(event: Any) -> None:
        buffer = event.current_buffer
        if buffer.text.endswith("\\"):
            buffer.delete_before_cursor()
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def _(event: Any) -> None:
        event.current_buffer.insert_text("\n")

    session: PromptSession[str] = PromptSession(
        history=FileHistory(str(path)),
        multiline=True,
        key_bindings=keys,
        prompt_continuation="  ",
        style=Style.from_dict({"prompt": "ansigreen bold"}),
        enable_history_search=True,
    )
    return lambda: session.prompt([("class:prompt", "> ")])
