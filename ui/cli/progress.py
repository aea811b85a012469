"""Progress in a terminal: a bar for an ingest run, an answer as it is generated."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

from rag.citations import numbered_sources
from rag.types import Answer, AnswerStatus, ClaimChecked, Event, QueuePosition, QuotesReady, TaskProgress
from ui.shared.formatting import answer_after, duration, one_line
from ui.shared.output import human_output

if TYPE_CHECKING:
    from rich.console import Console

    from ingest.report import IngestProgress
    from ingest.watch import WatchEvent
    from rag.answer.assistant import Assistant
    from rag.answer.options import AskOptions


@contextlib.contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[IngestProgress], None]]:
    """Show a bar on standard error: files, MB, files per second, time left, current file.

    Shows nothing where that is not a terminal.
    """
    console = human_output(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (
        SpinnerColumn(),
        BarColumn(24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pace]}", style="dim", markup=False),
        TextColumn("{task.description}", markup=False),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("getting ready", total=None, pace="")

        def tell(progress: IngestProgress) -> None:
            name = one_line(progress.source)[-60:] or None  # None: the previous one stays
            bar.update(task, completed=progress.done, total=progress.total, description=name, pace=pace(progress))

        yield tell


def pace(progress: IngestProgress) -> str:
    """Return how far a run is, how fast it goes and how long it will take: "1.2 of 3.4 MB, 5.0 files/s, 0:12 left"."""
    if progress.all_read and progress.to_embed:
        words = [f"can be asked; by meaning {progress.embedded:,} of {progress.to_embed:,} passages"]
        return ", ".join([*words, *_left(progress)])
    if not progress.to_read:
        return ""
    words = [f"{progress.read / 1e6:.1f} of {progress.to_read / 1e6:.1f} MB"]
    if progress.files:
        words.append(f"{progress.files_a_second:.1f} files/s")
    return ", ".join([*words, *_left(progress)])


def _left(progress: IngestProgress) -> list[str]:
    left = progress.seconds_left
    return [] if left is None else [f"{duration(left)} left"]


def watching(*, quiet: bool, name: Callable[[str], str] = one_line) -> Callable[[WatchEvent], None]:
    """Return a function that prints a watch's events, a line each; ``name`` gives a file's source as it is shown."""
    if quiet:
        return lambda _: None
    console = human_output()

    def tell(event: WatchEvent) -> None:
        if event.outcome is not None:
            words = f"{event.outcome.outcome.value.replace('_', ' ')}  {name(event.outcome.source)}"
            reason = one_line(event.outcome.reason)
            console.print(f"{words}  ({reason})" if reason else words)
        elif event.kind == "checked":
            return
        else:
            said = name(event.message) if event.kind == "removed" else one_line(event.message)
            words = f"{event.kind}  {said}"
            console.print(words, style="yellow" if event.kind in ("waiting", "error") else "")
            if event.hint:
                console.print(one_line(event.hint), style="dim")

    return tell


@contextlib.contextmanager
def ended_by_signal() -> Iterator[None]:
    """Treat Ctrl-C, or the signal that stops a service, as the normal end."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        human_output(stderr=True).print("Stopped watching.")
    finally:
        signal.signal(signal.SIGTERM, before)


def print_answer(assistant: Assistant, question: str, options: AskOptions, *, paths: bool = False) -> None:
    """Print an answer as it is generated: quotes, then each sentence once it is checked, then the sources.

    Documents are named by their place and title, with ``paths`` by their full path.
    """
    from ui.shared.folders import DocumentNames

    named = DocumentNames(assistant.reader, paths=paths).answer
    events = cast("Generator[Event]", assistant.stream(question, options))
    with contextlib.closing(events):
        for _ in draw(events, human_output(), unwritten_of(lambda: assistant.reader.folder), named=named):
            pass


def unwritten_of(folder: Callable[[], Path]) -> Callable[[Answer], str]:
    """Return a function for an answer's notice that the model does not write its language; "" once it was shown."""

    def tell(answer: Answer) -> str:
        from rag.settings import load
        from ui.shared.unwritten import notice_once

        return notice_once(answer, folder(), load())

    return tell


def draw(
    events: Iterable[Event],
    console: Console,
    unwritten: Callable[[Answer], str],
    *,
    named: Callable[[Answer], Answer] = lambda answer: answer,
    insist: str = "--insist",
) -> Iterator[Answer]:
    """Print the events of an answer, and yield after each the answer so far.

    ``unwritten`` gives the notice for one whose language the model does not write; ``insist`` is the option that asks
    for an answer where the documents seem to have none; ``named`` gives it with its documents as they are shown.
    """
    from rag.quote_blocks import claims_beyond_quotes
    from ui.cli import render

    # One console for both where both are the terminal, or the spinner would overwrite the answer.
    waiting = (console if console.is_terminal else human_output(stderr=True)).status("Searching your documents")
    answer: Answer | None = None
    wrote = False
    with contextlib.ExitStack() as shown:
        if waiting.console.is_terminal:
            shown.enter_context(waiting)
        for event in events:
            answer = answer_after(answer, event)
            if isinstance(event, QuotesReady):
                _draw_first(console, named(answer), insist)
                waiting.update("Writing")
            elif isinstance(event, ClaimChecked) and claims_beyond_quotes([event.claim], answer.quotes):
                if not wrote:
                    console.print(render.written_by_model())
                wrote = True
                shown_answer = named(answer)
                console.print(render.sentence(shown_answer.claims[-1], numbered_sources(shown_answer)))
            elif isinstance(event, QueuePosition):
                waiting.update(f"Waiting: {event.before} before you" if event.before else "Writing")
            elif isinstance(event, TaskProgress):
                waiting.update(f"Reading part {event.done} of {event.total}")
            yield answer
    if answer is not None and answer.status not in (AnswerStatus.NOT_FOUND, AnswerStatus.TOLD):
        _draw_last(console, named(answer), unwritten)
    elif answer is not None and answer.note:
        console.print(one_line(answer.note), style="yellow")


def _draw_first(console: Console, answer: Answer, insist: str) -> None:
    """Print what an answer begins with: Oaken's own words, the refusal, or the short answer and the quotes."""
    from ui.cli import render, render_quotes

    if answer.corrected:
        console.print(render.corrected(answer.corrected))
    if answer.status is AnswerStatus.TOLD:
        console.print(render.own_reply(answer))
    elif answer.status is AnswerStatus.NOT_FOUND:
        console.print(render.not_found(answer, insist))
    else:
        if heading := render_quotes.heading(answer, numbered_sources(answer)):
            console.print(heading)
        console.print(render_quotes.quotes(answer, numbered_sources(answer)))


def _draw_last(console: Console, answer: Answer, unwritten: Callable[[Answer], str]) -> None:
    """Print what follows the prose: the sources, notices, and what the answer cost."""
    from rag.quote_blocks import claims_beyond_quotes
    from ui.cli import render

    claims = claims_beyond_quotes(answer.claims, answer.quotes)
    if any(claim.citations for claim in claims):  # the quotes have their places below them already
        console.print()
        for line in render.legend(claims):
            console.print(line)
        console.print(render.source_list(numbered_sources(answer)))
    if claims:
        console.print()
    if answer.note:
        console.print(one_line(answer.note), style="yellow")
    if answer.unwritten and (told := unwritten(answer)):
        console.print(one_line(told), style="yellow", soft_wrap=True)  # its command is to be copied
    console.print(render.footer(answer))
