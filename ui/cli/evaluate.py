"""``oaken eval``: how well a library answers, as tables, JSON or a page; two runs compared."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import UsageError
from rag.messages import Message
from rag.settings import DEFAULT_LIBRARY
from ui.cli.layout.help_text import HelpCommand
from ui.cli.options import JsonOption, LibraryOption
from ui.shared.output import human_output, json_out, notify_on_stderr

if TYPE_CHECKING:
    from rag.evaluation.evaluate import QuestionResult
    from rag.evaluation.questions import LabelledQuestion

_DEFAULT_SYNTHETIC = 50  # questions made from the library by default


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("eval", cls=HelpCommand)(evaluate)


def evaluate(
    questions: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A .jsonl file: question, answers, source (and more, see README) a line."),
    ] = None,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
    from_library: Annotated[
        bool, typer.Option("--from-library", help="Ask questions made from the library's own sentences: a smoke test.")
    ] = False,
    n: Annotated[
        int | None,
        typer.Option(
            "--count", "-n", min=1, metavar="N", help=f"How many questions; all of a file, {_DEFAULT_SYNTHETIC} made."
        ),
    ] = None,
    only: Annotated[str, typer.Option("--only", metavar="KIND,…", help="Only questions of these kinds.")] = "",
    prose: Annotated[bool, typer.Option("--prose", help="Let the language model write, and judge it too.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Print what went wrong, with its quotes.")] = False,
    baselines: Annotated[
        bool, typer.Option("--baselines", help="Also what BM25 alone and vectors alone show: their first three chunks.")
    ] = False,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a page with plots too.")] = None,
    compare: Annotated[
        tuple[Path, Path] | None,
        typer.Option("--compare", metavar="A.json B.json", help="Compare two runs made with --json."),
    ] = None,
) -> None:
    """Measure answers to questions of known answer.

    Retrieval, quotes, refusals and confidence.
    """
    if sum((questions is not None, from_library, compare is not None)) != 1:
        raise UsageError(
            Message("Say what to ask: a file of questions, --from-library, or --compare A.json B.json; one of them."),
            "oaken eval --from-library",
        )
    if html is not None and not html.expanduser().absolute().parent.is_dir():
        raise UsageError(
            Message("There is no folder {folder!r}.", folder=str(html.parent)),
            Message("Make it: mkdir -p {folder}", folder=html.parent),
        )
    if compare is not None:
        _compare(*compare, as_json=as_json)
        return
    with json_out() if as_json else contextlib.nullcontext() as out:
        run = _run(questions, library, only=only, prose=prose, n=n, with_baselines=baselines, quiet=as_json)
        if html is not None:
            from ui.cli.layout.eval_report import page

            html.expanduser().write_text(page(run), encoding="utf-8")
        if out is not None:
            out.write(run)
    _print(run, show=show, tables=not as_json)
    if html is not None and not as_json:
        human_output().print(f"The report is in {html}")


def _run(
    file: Path | None, library: str, *, only: str, prose: bool, n: int | None, with_baselines: bool, quiet: bool
) -> dict[str, Any]:
    from rag.answer.assistant import Assistant
    from rag.evaluation.baselines import BASELINES, baseline
    from rag.evaluation.evaluate import results
    from rag.evaluation.questions import load_questions, of_kinds
    from rag.evaluation.report import grouped, report
    from rag.evaluation.synthetic_questions import MADE, synthetic_questions
    from ui.cli.layout.eval_tables import kinds_of

    asked: Sequence[LabelledQuestion] = load_questions(file) if file is not None else ()
    with Assistant.open(library, prose=prose, notify=notify_on_stderr()) as assistant:
        held, embedder = assistant.library, assistant.embedder
        about = {"library": library, "embedder": embedder.card.name, "questions": file.name if file else "own"}
        if file is None:
            asked, about["made"] = synthetic_questions(held, n or _DEFAULT_SYNTHETIC, kinds=kinds_of(only)), MADE
        elif only:
            asked = of_kinds(asked, kinds_of(only))
        asked = asked[:n]
        run = report(_with_progress(results(assistant, asked, prose=prose), len(asked), quiet), held, about)
        if with_baselines:
            shown = {name: report(list(baseline(name, asked, held, embedder)), held) for name in BASELINES}
            run["baselines"] = {name: grouped(each["questions"]) for name, each in shown.items()}
        return run


def _with_progress(results: Iterable[QuestionResult], total: int, quiet: bool) -> list[QuestionResult]:
    console = human_output(stderr=True)
    if quiet or not console.is_terminal:
        return list(results)
    from rich.progress import track

    def told() -> Iterator[QuestionResult]:
        yield from track(results, total=total, description="asking", console=console, transient=True)

    return list(told())


def _print(run: dict[str, Any], *, show: bool, tables: bool) -> None:
    """Print the misses first, as they are long; with JSON on standard output they go to standard error."""
    from ui.cli.layout import eval_tables

    console = human_output(stderr=not tables)
    for line in eval_tables.misses(run) if show else ():
        console.print(line, soft_wrap=True)
    for table in eval_tables.tables(run) if tables else ():
        console.print(table)


def _compare(before: Path, after: Path, *, as_json: bool) -> None:
    from rag.evaluation.report import compare, load_report

    with json_out() if as_json else contextlib.nullcontext() as out:
        compared = compare(load_report(before), load_report(after))
        if out is not None:
            out.write(compared)
            return
    from ui.cli.layout.eval_tables import comparison

    human_output().print(comparison(compared, before, after))
