"""``oaken models``: which models there are, what fits, and getting, choosing, showing and removing them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import UsageError
from ui.options import JsonOption
from ui.output import json_out, people
from ui.sources import one_line

if TYPE_CHECKING:
    from rag.model.store import Tell

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="A model's name, from oaken models.")]
AllowOption = Annotated[
    bool, typer.Option("--allow-unverified", help="Take a file although nobody vouches for its checksum.")
]
FamilyOption = Annotated[str, typer.Option("--family", metavar="NAME", help="Its prompt family, if it does not say.")]

group = typer.Typer(
    help="Which models there are, and getting, choosing, showing and removing them.", invoke_without_command=True
)


def register(app: typer.Typer) -> None:
    """Add ``models`` to the command."""
    app.add_typer(group, name="models")


@group.callback()
def models(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the models: OpenAssistant's, the embedded one, and what is on disk."""
    if context.invoked_subcommand is not None:
        return
    from rag.settings import load
    from ui import model_rows

    with json_out() if as_json else contextlib.nullcontext() as out:
        found = model_rows.listing(load())
        if out is not None:
            out.write(model_rows.listing_json(found))
            return
    from ui import show_models

    console = people()
    console.print(show_models.listing(found, console.width))


@group.command()
def pull(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A model of the table, or a repository OWNER/NAME.")],
    file: Annotated[str, typer.Option("--file", metavar="FILE", help="Which file, or the end of its name: Q8_0.")] = "",
    allow: AllowOption = False,
    as_json: JsonOption = False,
) -> None:
    """Download a model. The one command that goes out to the internet; it says what for."""
    from rag.model import pull as downloads
    from rag.model.store import ALLOW
    from rag.settings import load

    model = downloads.meant(name)
    if not model.family and not allow:
        raise UsageError(
            f"{name} is not in Oaken's table. A model's file is read by native code: use only one whose maker you "
            "trust.",
            f"If you do: add {ALLOW}",
        )
    wanted = downloads.chosen_file(model, file)
    if not wanted:
        files = downloads.offered(model.repo)
        raise UsageError(
            f"{model.repo} has {len(files)} GGUF files: {', '.join(files) or 'none'}.",
            f"Name one: oaken models pull {name} --file {files[0] if files else 'FILE'}",
        )
    home = load().home
    with json_out() if as_json else contextlib.nullcontext() as out, progress(quiet=as_json) as tell:
        if out is None:
            people(stderr=True).print(f"Downloading {wanted} from {model.repo}", style="dim")
        held = downloads.pull(model, wanted, home, tell)
        if out is not None:
            out.write({"name": held.name, "path": str(held.path), "size": held.size, "sha256": held.note.sha256})
            return
    people().print(f"{held.name} is here, its checksum is right.\nUse it: oaken models use {held.name}")


@group.command()
def use(
    name: Annotated[str, typer.Argument(metavar="NAME|PATH", help="A model on disk, a GGUF file, or embedded.")],
    family: FamilyOption = "",
    allow: AllowOption = False,
    as_json: JsonOption = False,
) -> None:
    """Choose the model that writes from now on. OAKEN_MODEL, where it is set, goes before this choice."""
    from rag.model.facts import facts
    from rag.model.memory import free_memory
    from rag.model.store import in_units
    from rag.settings import load
    from ui import model_rows

    settings = load()
    with json_out() if as_json else contextlib.nullcontext() as out:
        path = model_rows.choose(settings, name, allow=allow, family=family)
        variable = model_rows.overridden(settings, path)
        needs, free = facts(path).need(settings.context), free_memory()
        if out is not None:
            out.write({"path": str(path), "overridden_by": variable, "need": needs, "fits": needs <= free})
            return
    console = people()
    console.print(f"From now on {one_line(path.name)} writes.")
    if needs > free:
        console.print(f"It needs about {in_units(needs)}, and {in_units(free)} are free now.", style="yellow")
    if variable:
        console.print(f"{variable} is set and goes before this choice: unset {variable}", style="yellow")


@group.command()
def add(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A GGUF file of yours.")],
    copy: Annotated[bool, typer.Option("--copy", help="Copy it rather than link to it.")] = False,
    allow: AllowOption = False,
    as_json: JsonOption = False,
) -> None:
    """Take a GGUF file of yours among the models."""
    from rag.model import store
    from rag.settings import load

    with json_out() if as_json else contextlib.nullcontext() as out, progress(quiet=as_json) as tell:
        held = store.add(path, load().home, copy=copy, allow=allow, tell=tell)
        if out is not None:
            out.write({"name": held.name, "path": str(held.path), "verified": held.note.verified})
            return
    people().print(f"{one_line(held.name)} is among the models.\nUse it: oaken models use {one_line(held.name)}")


@group.command()
def remove(name: NameArgument, as_json: JsonOption = False) -> None:
    """Delete a downloaded model; of one that was added by link, only the link."""
    from rag.model import store
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
    people().print(f"removed {one_line(gone.name)}")
    if was_used:
        people().print("It was the one in use: the embedded model writes from now on.")


@group.command("show")
def show_model(
    name: Annotated[str, typer.Argument(metavar="NAME|PATH", help="A model, or a GGUF file.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show a model: its family and why, window, languages, license, and the memory it needs. Without a name, the one in
    use."""
    from rag.settings import load
    from ui import model_rows, show_models

    with json_out() if as_json else contextlib.nullcontext() as out:
        told = model_rows.portrait(load(), name)
        if out is not None:
            out.write(told)
            return
    people().print(show_models.portrait(told))


@group.command()
def tune(
    name: Annotated[str, typer.Argument(metavar="NAME|PATH", help="A model on disk, or a GGUF file.")] = "",
    forget: Annotated[bool, typer.Option("--forget", help="Go back to the engine's own settings.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Find by measurement how a model runs fastest here, and remember it. Takes minutes; without a name, for the one in
    use."""
    from rag.model import tune as tuning
    from rag.settings import load
    from ui import model_rows, show_models

    settings = load()
    folder = settings.home / "models"
    with json_out() if as_json else contextlib.nullcontext() as out:
        path = model_rows.on_disk(settings, name)
        if forget:
            had = tuning.forget(path, folder)
            if out is not None:
                out.write({"forgotten": had})
                return
            people().print("Forgotten." if had else "Nothing was measured for it.")
            return
        console = people(stderr=True)

        def tell(trial: tuning.Trial) -> None:
            if not as_json:
                console.print(show_models.trial(trial))

        if not as_json:
            console.print(
                f"Measuring {one_line(path.name)}: each setting beside the best so far, in turns.", style="dim"
            )
        found = tuning.tune(path, folder, tell=tell)
        if out is not None:
            out.write(model_rows.tuned_json(found))
            return
    people().print(show_models.tuned(path.name, found))


@contextlib.contextmanager
def progress(*, quiet: bool) -> Iterator[Tell | None]:
    """A bar on standard error for what is downloaded, copied or checked; None where that is not a terminal."""
    console = people(stderr=True)
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
