"""What a terminal shows while work goes on: a bar for an ingest run, an answer as it comes about."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, cast

from rag.types import Answer, Claimed, Event, Quoted, Status
from ui.output import people
from ui.sources import numbered, one_line, so_far

if TYPE_CHECKING:
    from ingest.pipeline import Progress
    from rag.answer.assistant import Assistant


@contextlib.contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """A bar on standard error with counts and the current file; nothing where that is not a terminal."""
    console = people(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (SpinnerColumn(), BarColumn(24), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("getting ready", total=None)

        def tell(progress: Progress) -> None:
            name = one_line(progress.source)[-60:]
            bar.update(task, completed=progress.done, total=progress.total, description=name)

        yield tell


def tell(assistant: Assistant, question: str, *, prose: bool, k: int | None, insist: bool) -> None:
    """Print an answer as it comes about: quotes, then each sentence once it is judged, then the sources."""
    from ui import show

    console = people()
    # One console for both where both are the terminal, or the spinner would overwrite the answer.
    waiting = (console if console.is_terminal else people(stderr=True)).status("Looking through your documents")
    answer: Answer | None = None
    events = cast("Generator[Event]", assistant.stream(question, prose=prose, k=k, insist=insist))
    with contextlib.closing(events), contextlib.ExitStack() as shown:
        if waiting.console.is_terminal:
            shown.enter_context(waiting)
        for event in events:
            answer = so_far(answer, event)
            if isinstance(event, Quoted):
                if event.answer.status is Status.NOT_FOUND:
                    console.print(show.not_found(answer))
                else:
                    console.print(show.quotes(answer, numbered(answer)))
                    waiting.update("Writing")
            elif isinstance(event, Claimed):
                console.print(show.sentence(event.claim, numbered(answer)))
    if answer is None or answer.status is Status.NOT_FOUND:
        return
    if any(claim.citations for claim in answer.claims):  # the quotes have their places below them already
        console.print()
        console.print(show.source_list(numbered(answer)))
    if answer.note:
        console.print(one_line(answer.note), style="yellow")
    console.print(show.footing(answer))
