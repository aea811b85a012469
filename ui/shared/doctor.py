"""Check that everything is in place: versions, models, where the libraries are, each ledger against its indexes."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import OakenError
from rag.factory import database_state, find_library, link_libraries
from rag.messages import Message, marked, some_names
from rag.no_reports import onnxruntime_leftovers, remove_onnxruntime_leftovers
from rag.settings import LEDGER_FILE, Settings, library_names

if TYPE_CHECKING:
    from rag.library.maintenance.health import HealthCheck

PARTS = ("chromadb", "llama-cpp-python", "onnxruntime", "streamlit", "tantivy", "unstructured")
OPTIONAL = ("sentence-transformers", "torch")  # for oaken embedder add and the re-ranker


def examine(settings: Settings, library: str | None, *, repair: bool = False) -> list[HealthCheck]:
    """Run all checks: of one ``library``, or of each that exists.

    ``repair`` first rebuilds their indexes and damaged embedding models, and removes the reports that onnxruntime has
    queued. Raises LibraryNotFoundError where the library does not exist.
    """
    if library is not None:
        find_library(settings, library)
    database = list(_database(settings))
    names = [library] if library is not None else library_names(settings.home)
    found = machine(settings, names, repair=repair) + database
    for name in names:
        found += _library(settings, name, repair)
    return found


def machine(settings: Settings, names: list[str], *, repair: bool = False) -> list[HealthCheck]:
    """Check the program's parts, the models, and the home with the libraries of these names.

    ``repair`` rebuilds damaged embedding models, and removes the reports that onnxruntime has queued.
    """
    return [*_versions(), *_models(settings, repair), _home(settings.home, names), *_reports(repair)]


def _database(settings: Settings) -> Iterator[HealthCheck]:
    """Link the libraries of the settings' database, where they name one, and yield a check on that."""
    if not settings.ledger_url:
        return
    name = marked("ledger database")
    try:
        link_libraries(settings)
        server, shown, count = database_state(settings)
        said = Message(
            "{database}, PostgreSQL {version}, {count} libraries", database=shown, version=server, count=count
        )
        yield _check(name, True, said)
    except OakenError as error:
        yield _check(name, False, error.text)


def checks_json(checks: list[HealthCheck]) -> dict[str, Any]:
    """Return the JSON shape that scripts rely on (``oaken doctor --json``)."""
    rows = [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in checks]
    return {"healthy": all(check.ok for check in checks), "checks": rows}


def _check(name: str, ok: bool, detail: str) -> HealthCheck:
    from rag.library.maintenance.health import HealthCheck

    return HealthCheck(name, ok, detail)


def version(part: str) -> str:
    """Return the installed version of a distribution, or ""."""
    try:
        return metadata.version(part)
    except metadata.PackageNotFoundError:
        return ""


def _versions() -> Iterator[HealthCheck]:
    yield _check("Python", True, f"{platform.python_version()}, {platform.system()} {platform.machine()}")
    yield _check("oaken", True, version("oaken") or Message("run from its source folder"))
    for part in PARTS:
        found = version(part)
        yield _check(part, bool(found), found or Message("not installed: pip install {part}", part=part))
    for part in OPTIONAL:
        if found := version(part):
            yield _check(part, True, found)


def _models(settings: Settings, repair: bool) -> Iterator[HealthCheck]:
    from rag.embedding.registry import DEFAULT_EMBEDDER, weights_of
    from rag.model.files.check import check_gguf
    from rag.model.files.resolve import find_model

    try:
        yield _check(marked("embedding model"), True, f"{DEFAULT_EMBEDDER.name}; {weights_of(DEFAULT_EMBEDDER.name)}")
    except OakenError as error:
        yield _check(marked("embedding model"), False, error.text)
    yield _prepared(settings.home / "models", repair)
    if settings.model_url:
        yield _server(settings)
        return
    try:
        path = find_model(settings)
        check_gguf(path)
        yield _check(marked("language model"), True, str(path))
    except OakenError as error:
        yield _check(marked("language model"), False, error.text)


def _prepared(models: Path, repair: bool) -> HealthCheck:
    """Check every file that embedders run from against its SHA-256."""
    from rag.embedding.prepare import damaged_files, rebuild_damaged
    from rag.embedding.registry import BUILT_IN, embedder_names, folders_of, load, readd_command

    name, whole, made = marked("embedding model files"), 0, []
    for embedder in embedder_names(models):
        for folder in folders_of(models, embedder):
            harmed = damaged_files(folder)
            if not harmed:
                whole += 1
                continue
            built_in = embedder in BUILT_IN
            hint = rebuild_damaged(folder) if built_in else readd_command(models, embedder)
            if not (repair and built_in):
                return _check(
                    name,
                    False,
                    Message(
                        "{embedder} is damaged ({harmed}). {hint}",
                        embedder=embedder,
                        harmed=", ".join(harmed),
                        hint=hint,
                    ),
                )
            shutil.rmtree(folder, ignore_errors=True)
            try:
                load(models, embedder)
            except OakenError as error:
                return _check(name, False, error.text)
            made.append(embedder)
    if made:
        return _check(name, True, Message("rebuilt: {names}", names=", ".join(made)))
    return _check(
        name,
        True,
        Message("{whole} prepared, each file as it was made", whole=whole) if whole else Message("none prepared yet"),
    )


def _server(settings: Settings) -> HealthCheck:
    from rag.model.remote.client import RemoteModel

    try:
        with RemoteModel.connect(settings.model_url, key=settings.model_key, name=settings.model_name) as model:
            counted = Message("counts tokens") if model.counts else Message("does not count tokens: they are estimated")
            return _check(
                marked("language model"),
                True,
                Message("{model} at {place}, which {what}", model=model.card.name, place=model.card.path, what=counted),
            )
    except OakenError as error:
        return _check(marked("language model"), False, error.text)


def _home(home: Path, names: list[str]) -> HealthCheck:
    nearest = next(folder for folder in (home, *home.parents) if folder.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        return _check(
            marked("home"),
            False,
            Message("{home} cannot be written; choose another: export OAKEN_HOME=FOLDER", home=home),
        )
    contents = (
        Message("libraries: {names}", names=some_names(names))
        if names
        else Message("no library yet; make one: oaken ingest FOLDER")
    )
    return _check(marked("home"), True, Message("{home}; {held}", home=home, held=contents))


def _reports(repair: bool) -> Iterator[HealthCheck]:
    """Yield a check where onnxruntime has left reports to its vendor; Oaken's early versions did not turn them off."""
    name = marked("onnxruntime's reports")
    if repair and (gone := remove_onnxruntime_leftovers()):
        yield _check(name, True, Message("removed: {paths}", paths=", ".join(map(str, gone))))
    if left := onnxruntime_leftovers():
        yield _check(
            name,
            True,
            Message(
                "{folder} holds a device id and reports, of an earlier Oaken or of another program. Oaken sends none. "
                "Remove them: oaken doctor --repair",
                folder=left[0].parent,
            ),
        )


def _library(settings: Settings, name: str, repair: bool) -> Iterator[HealthCheck]:
    from rag.factory import open_library
    from rag.library.maintenance import health
    from ui.shared.embedder_offer import offer

    try:
        if repair:
            yield from _salvage(settings, name)
        with open_library(settings, name) as library:
            if repair:
                library.repair()
            checks = health.check(library)
            better = offer(settings, library)
    except OakenError as error:
        yield _check(Message("library {name}", name=name), False, error.text)
        return
    if better is not None:
        yield _check(Message("{name}: embedder", name=name), True, better.sentence)
    damaged = any(not check.ok for check in checks)
    for check in checks:
        detail = check.detail
        if damaged and not check.ok and not repair:
            detail = Message("{detail}. Rebuild it: oaken doctor --repair --library {name}", detail=detail, name=name)
        yield _check(Message("{name}: {check}", name=name, check=Message(check.name)), check.ok, detail)


def _salvage(settings: Settings, name: str) -> Iterator[HealthCheck]:
    """Rebuild a damaged ledger from what can be read of it, before any index follows it, and yield a check on that."""
    from rag.embedding.registry import DEFAULT_EMBEDDER
    from rag.factory import embedder_card
    from rag.library.maintenance.salvage import is_damaged, salvage

    folder = find_library(settings, name)
    if is_damaged(folder / LEDGER_FILE):
        card = (
            embedder_card(settings, settings.embedder or DEFAULT_EMBEDDER.name) or DEFAULT_EMBEDDER
        )  # where the ledger cannot say any more
        done = salvage(folder, card)
        lost = (
            Message("{lost} are read again by the next ingest", lost=done.lost)
            if done.lost
            else Message("none was lost")
        )
        detail = Message(
            "it was damaged: {saved} documents were saved, {lost}; the original is kept: {aside}",
            saved=done.saved,
            lost=lost,
            aside=done.original,
        )
        yield _check(f"{name}: damaged ledger", True, detail)
