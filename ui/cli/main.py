"""The ``oaken`` command: parse, one call into the library, show. Nothing heavy is imported before a command runs.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done but some files or lines failed, 130 interrupted.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import OakenError, UsageError
from rag.messages import Message
from rag.serialize import answer_json, passage_json
from rag.settings import DEFAULT_LIBRARY, home_folder
from rag.storage import make_home_private, system_error
from rag.types import Passage, Turn
from ui.cli import api as cli_api
from ui.cli import chat as cli_chat
from ui.cli import complete as cli_complete
from ui.cli import config as cli_config
from ui.cli import conversations as cli_conversations
from ui.cli import documents as cli_documents
from ui.cli import embedder as cli_embedder
from ui.cli import evaluate as cli_evaluate
from ui.cli import ingest as cli_ingest
from ui.cli import libraries as cli_libraries
from ui.cli import library as cli_library
from ui.cli import models as cli_models
from ui.cli import progress
from ui.cli import serve as cli_serve
from ui.cli.layout.help_text import HelpCommand, HelpGroup
from ui.cli.options import (
    SOME_FAILED,
    AskedLibraryOption,
    InOption,
    JsonOption,
    LanguageOption,
    PassagesOption,
    PathsOption,
    SinceOption,
    TagOption,
    TypeOption,
    scope_of_options,
)
from ui.shared.output import human_output, json_out, notify_on_stderr

if TYPE_CHECKING:
    from rag.answer.options import AskOptions
    from rag.retrieval.filters import SearchFilter

_ANYWHERE = ("--debug", "--offline")
_OFFLINE_VARIABLE = "OAKEN_OFFLINE"

app = typer.Typer(
    name="oaken",
    cls=HelpGroup,
    help="Answers questions from your own documents, on your own machine, and proves every sentence.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain text: no boxes to break where a terminal is narrow
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the ``oaken`` command, as its entry point."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command with these arguments; return its exit code."""
    for stream in (sys.stdout, sys.stderr):  # a character that the terminal cannot show is no reason to fail
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    arguments = list(map(_encodable, arguments))
    debug = "--debug" in arguments  # before the command or after it
    try:
        with _offline("--offline" in arguments):
            app(args=[argument for argument in arguments if argument not in _ANYWHERE], prog_name="oaken")
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
        if code == 130:
            print("Stopped.", file=sys.stderr)
        return code
    except OakenError as error:
        if debug:
            raise
        _print_error(error)
        return error.exit_code
    except Exception as error:
        known = None if debug else system_error(error)
        if known is None:
            raise
        _print_error(known)
        return known.exit_code
    return 0


@contextlib.contextmanager
def _offline(wanted: bool) -> Iterator[None]:
    """Set the variable within the block, for the processes that are started there too."""
    before = os.environ.get(_OFFLINE_VARIABLE)
    if wanted:
        os.environ[_OFFLINE_VARIABLE] = "1"
    try:
        yield
    finally:
        if wanted and before is None:
            os.environ.pop(_OFFLINE_VARIABLE, None)
        elif wanted:
            os.environ[_OFFLINE_VARIABLE] = str(before)


def _encodable(argument: str) -> str:
    """Return the argument; without halves of characters that no name of a file holds either, not even as raw bytes."""
    try:
        os.fsencode(argument)
    except UnicodeEncodeError:
        from rag.text.spellings import storable

        return storable(argument)
    return argument


def _print_error(error: OakenError) -> None:
    try:
        human_output(stderr=True).print(_error_text(error), soft_wrap=True)
    except Exception:  # where memory ran out, what paints it does not load either, and fails in many ways
        print("Error:", "".join(letter if letter.isprintable() else "?" for letter in error.text), file=sys.stderr)


def _error_text(error: OakenError) -> Any:
    from rich.text import Text

    from ui.shared.formatting import clean

    text = Text("Error: ", style="bold red").append(clean(error.message), style="not bold default")
    return text.append(f"\n{clean(error.hint)}", style="not bold default dim") if error.hint else text


def _version(wanted: bool) -> None:
    if wanted:
        from ui.shared.doctor import version

        print(f"oaken {version('oaken') or '(from its source folder)'}")
        raise typer.Exit


@app.callback()
def _oaken(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Fetch no web page and no model.")] = False,
) -> None:
    make_home_private(home_folder())


@app.command(cls=HelpCommand)
def ask(
    question: Annotated[
        str | None, typer.Argument(metavar="QUESTION", help="What you want to know (- is standard input).")
    ] = None,
    library: AskedLibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
    batch: Annotated[
        str | None, typer.Option(metavar="FILE", help="Answer the lines of a .jsonl file (- is standard input).")
    ] = None,
    no_prose: Annotated[bool, typer.Option("--no-prose", help="Quotes only: no language model.")] = False,
    k: PassagesOption = None,
    insist: Annotated[bool, typer.Option("--insist", help="Answer even where the documents seem not to say.")] = False,
    folder: InOption = "",
    types: TypeOption = None,
    since: SinceOption = "",
    languages: LanguageOption = None,
    tags: TagOption = None,
    strict: Annotated[
        bool | None, typer.Option("--strict/--no-strict", help="Leave out sentences that no document supports.")
    ] = None,
    paths: PathsOption = False,
) -> None:
    """Answer a question with quotes and numbered sources.

    In the question, file:NAME, -word and "exact phrase" narrow the search.
    """
    if batch is not None and question is not None:
        raise UsageError(Message("Both a question and --batch were given."), Message("Leave one of them out."))
    if batch is None and (question is None or not question.strip()):
        raise UsageError(Message("The question is missing."), 'oaken ask "When does the library open?"')
    from rag.answer.assistant import Assistant
    from rag.answer.options import AskOptions
    from ui.shared.folders import DocumentNames

    scope, prose = scope_of_options(folder, types, since, languages, tags), not no_prose
    options = AskOptions(prose=prose, k=k, insist=insist, scope=scope, strict=strict)
    question = question if question is None else _piped(question)
    if batch is not None:
        _ask_all(batch, library, options)
        return
    assert question is not None
    output = json_out() if as_json else contextlib.nullcontext()
    with output as out, Assistant.open(library, prose=prose, notify=notify_on_stderr()) as assistant:
        if out is not None:
            answer = assistant.ask(question, options)
            out.write(DocumentNames(assistant.reader).in_json(answer_json(answer)))
        else:
            progress.print_answer(assistant, question, options, paths=paths)


def _piped(argument: str) -> str:
    """Return the question, read from standard input for "-". Raises UsageError where nothing comes."""
    from rag.text.spellings import storable

    if argument != "-":
        return storable(argument)
    question = " ".join(sys.stdin.buffer.read().decode("utf-8-sig", "replace").split())
    if not question:
        raise UsageError(
            Message("Standard input contains no question."), 'echo "When does the library open?" | oaken ask -'
        )
    return question


def _ask_all(path: str, library: str, options: AskOptions) -> None:
    from rag.answer.assistant import Assistant
    from ui.cli import batch
    from ui.shared.folders import DocumentNames

    with (
        batch.opened(path, "ask") as lines,
        json_out() as out,
        Assistant.open(library, prose=options.prose, notify=notify_on_stderr()) as assistant,
    ):
        names = DocumentNames(assistant.reader)

        def respond(question: str, history: list[Turn]) -> dict[str, Any]:
            return names.in_json(answer_json(assistant.ask(question, replace(options, history=history))))

        failed = batch.run(lines, respond, lambda row: out.write(row, line=True))
    if failed:
        raise typer.Exit(SOME_FAILED)


@app.command(cls=HelpCommand)
def search(
    query: Annotated[
        str | None, typer.Argument(metavar="QUERY", help="What to look for (- is standard input).")
    ] = None,
    library: AskedLibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
    batch: Annotated[
        str | None,
        typer.Option("--batch", metavar="FILE", help="A question a line (- is standard input); JSON Lines come out."),
    ] = None,
    k: PassagesOption = None,
    folder: InOption = "",
    types: TypeOption = None,
    since: SinceOption = "",
    languages: LanguageOption = None,
    tags: TagOption = None,
    paths: PathsOption = False,
) -> None:
    """Find the passages nearest to a question: no model writes.

    In the query, file:NAME, -word and "exact phrase" narrow the search.
    """
    if batch is not None and query is not None:
        raise UsageError(Message("Both a question and --batch were given."), Message("Leave one of them out."))
    scope = scope_of_options(folder, types, since, languages, tags)
    if batch is not None:
        _search_all(batch, library, k, scope)
        return
    query = _piped(query or "")
    if not query.strip():
        raise UsageError(Message("The question is missing."), 'oaken search "opening hours"')
    from rag.answer.assistant import Assistant
    from ui.shared.folders import DocumentNames

    output = json_out() if as_json else contextlib.nullcontext()
    with output as out, Assistant.open(library, prose=False, notify=notify_on_stderr()) as assistant:
        found = assistant.search(query, k, scope=scope)
        names = DocumentNames(assistant.reader, paths=paths)
        if out is not None:
            out.write(names.in_json(_found_json(query, found)))
            return
        found = names.passages(found)
    from ui.cli import render

    human_output().print(render.passages(found) if found else "Nothing similar was found in the library.")


def _found_json(query: str, found: Sequence[Passage]) -> dict[str, Any]:
    return {"query": query, "results": [passage_json(each, rank) for rank, each in enumerate(found, 1)]}


def _search_all(path: str, library: str, k: int | None, scope: SearchFilter) -> None:
    from rag.answer.assistant import Assistant
    from ui.cli import batch
    from ui.shared.folders import DocumentNames

    with (
        batch.opened(path, "search") as lines,
        json_out() as out,
        Assistant.open(library, prose=False, notify=notify_on_stderr()) as assistant,
    ):
        names = DocumentNames(assistant.reader)

        def respond(query: str, _: list[Turn]) -> dict[str, Any]:
            return names.in_json(_found_json(query, assistant.search(query, k, scope=scope)))

        failed = batch.run(lines, respond, lambda row: out.write(row, line=True), batch.read_query)
    if failed:
        raise typer.Exit(SOME_FAILED)


for room in (
    cli_config,
    cli_documents,
    cli_ingest,
    cli_library,
    cli_libraries,
    cli_chat,
    cli_conversations,
    cli_models,
    cli_embedder,
    cli_evaluate,
    cli_api,
    cli_serve,
    cli_complete,
):
    room.register(app)


@app.command(cls=HelpCommand)
def doctor(
    library: Annotated[
        str | None, typer.Option("--library", "-l", metavar="NAME", help="One library rather than all.")
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Rebuild what is damaged: indexes, embedding models.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check versions, models and libraries, and repair them."""
    from rag.settings import load
    from ui.shared import doctor as health

    with json_out() if as_json else contextlib.nullcontext() as out:
        checks = health.examine(load(), library, repair=repair)
        if out is not None:
            out.write(health.checks_json(checks))
    if not as_json:
        from ui.cli import render

        human_output().print(render.checks(checks))
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


if __name__ == "__main__":
    main()
