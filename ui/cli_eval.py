"""``oaken eval``: how well a library is asked, as a table, JSON or a page, and two runs side by side."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import UsageError
from rag.settings import DEFAULT_LIBRARY
from ui.options import JsonOption, LibraryOption
from ui.output import json_out, people, telling

if TYPE_CHECKING:
    from rag.answer.assistant import Assistant
    from rag.answer.evaluate import Question, Result


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("eval")(evaluate)


def evaluate(
    questions: Annotated[Path | None, typer.Argument(help="A .jsonl file: question, answers, source a line.")] = None,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
    from_library: Annotated[
        bool, typer.Option("--from-library", help="Ask questions made from the library's own documents.")
    ] = False,
    n: Annotated[int | None, typer.Option("-n", min=1, metavar="N", help="How many questions; all of a file.")] = None,
    prose: Annotated[bool, typer.Option("--prose", help="Let the language model write, and judge it too.")] = False,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page with plots too.")] = None,
    compare: Annotated[
        tuple[Path, Path] | None, typer.Option(metavar="A.json B.json", help="Compare two runs made with --json.")
    ] = None,
) -> None:
    """Measure retrieval, quotes and refusals on questions with known answers."""
    chosen = [questions is not None, from_library, compare is not None]
    if sum(chosen) != 1:
        raise UsageError(
            "Say what to ask: a file of questions, --from-library, or --compare A.json B.json; one of them.",
            "oaken eval --from-library",
        )
    if html is not None and not html.expanduser().absolute().parent.is_dir():
        raise UsageError(f"There is no folder {str(html.parent)!r}.", f"Make it: mkdir -p {html.parent}")
    if compare is not None:
        _compare(*compare, as_json=as_json)
        return
    with json_out() if as_json else contextlib.nullcontext() as out:
        run = _run(questions, library, prose=prose, n=n, quiet=as_json)
        if html is not None:
            from ui.eval_report import report

            html.expanduser().write_text(report(run), encoding="utf-8")
        if out is not None:
            out.write(run)
            return
    console = people()
    for table in _tables(run):
        console.print(table)
    if html is not None:
        console.print(f"The report is in {html}")


def _run(file: Path | None, library: str, *, prose: bool, n: int | None, quiet: bool) -> dict[str, Any]:
    from rag.answer.assistant import Assistant
    from rag.answer.evaluate import PASSAGES, load_questions, results
    from rag.answer.scoreboard import scores

    asked: Sequence[Question] = load_questions(file)[:n] if file is not None else ()
    with contextlib.ExitStack() as stack:
        assistant = stack.enter_context(Assistant.open(library, prose=prose, notify=telling()))
        about = {"library": library, "embedder": assistant.embedder.card.name}
        if file is not None:
            about["questions"] = file.name
        else:
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="oaken-eval-")))
            assistant, asked = _own(assistant, scratch, n or 100)
            stack.callback(assistant.library.close)
            about["questions"] = "made from the library: a sentence asks for the passage it was taken out of"
        done = _watched(results(assistant, asked, prose=prose, k=PASSAGES), len(asked), quiet)
        return scores(done, about)


def _own(assistant: Assistant, scratch: Path, n: int) -> tuple[Assistant, Sequence[Question]]:
    from rag.answer.assistant import Assistant
    from rag.answer.own_questions import without_answers

    held, asked = without_answers(assistant.library, assistant.embedder, scratch / "library", n)
    return Assistant(held, assistant.embedder), asked


def _watched(results: Iterable[Result], total: int, quiet: bool) -> list[Result]:
    console = people(stderr=True)
    if quiet or not console.is_terminal:
        return list(results)
    from rich.progress import track

    def told() -> Iterator[Result]:
        yield from track(results, total=total, description="asking", console=console, transient=True)

    return list(told())


def _tables(run: dict[str, Any]) -> list[Any]:
    from rich.table import Table

    from rag.answer.scoreboard import SHOWN

    columns = {"all": run["summary"], **run["languages"]}
    if len(columns) == 2:  # one language: the same twice
        columns = {next(iter(run["languages"])) or "all": run["summary"]}
    table = Table(title=f"{run['summary']['questions']} questions")
    table.add_column("")
    for language in columns:
        table.add_column(language or "?", justify="right")
    for name in run["summary"]["figures"]:
        table.add_row(SHOWN[name][0], *(_cell(each["figures"].get(name), name) for each in columns.values()))
    tables: list[Any] = [table]
    held = run["summary"]["abstention"]
    if held:
        tables.append(
            f"“Your documents do not say”: {held['kept']:.3f} of {held['answerable']} answerable questions answered, "
            f"{held['refused']:.3f} of {held['unanswerable']} unanswerable ones refused; balanced accuracy "
            f"{held['balanced']:.3f} (always refusing: .5), AUROC {held['auroc']:.3f}"
        )
    return tables


def _cell(figure: dict[str, float] | None, name: str) -> str:
    if figure is None:
        return "–"
    if name in ("words", "prompt_tokens"):
        return f"{figure['mean']:.0f}"
    return f"{figure['mean']:.3f} ± {(figure['high'] - figure['low']) / 2:.3f}"


def _compare(before: Path, after: Path, *, as_json: bool) -> None:
    from rag.answer.scoreboard import SHOWN, compare, load_scores

    with json_out() if as_json else contextlib.nullcontext() as out:
        compared = compare(load_scores(before), load_scores(after))
        if out is not None:
            out.write(compared)
            return
    from rich.table import Table

    table = Table(title=f"{compared['questions']} questions that both runs asked")
    for name in ("", before.name, after.name, "difference", "95 % of resamples", ""):
        table.add_column(name, justify="left" if not name else "right")
    for name, row in compared["measures"].items():
        label, more = SHOWN.get(name, (name, True))
        better = (row["difference"] > 0) == more
        said = ("better" if better else "worse") if row["sure"] else "no difference to be sure of"
        span = f"{row['low']:+.3f} … {row['high']:+.3f}"
        table.add_row(
            label, f"{row['before']:.3f}", f"{row['after']:.3f}", f"{row['difference']:+.3f}", span,
            said if name != "confidence" else "",
        )  # fmt: skip
    people().print(table)
