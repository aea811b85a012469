"""Whether everything is in place: versions, models, where the libraries lie, each ledger against its indexes."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import OakenError
from rag.settings import LEDGER_FILE, Settings, existing_library, library_names

if TYPE_CHECKING:
    from rag.library.maintenance.health import HealthCheck

PARTS = ("chromadb", "llama-cpp-python", "onnxruntime", "streamlit", "tantivy", "unstructured")
OPTIONAL = ("sentence-transformers", "torch")  # for oaken embedder add and the re-ranker


def examine(settings: Settings, library: str | None, *, repair: bool = False) -> list[HealthCheck]:
    """All checks; of one ``library``, or of each that exists. ``repair`` rebuilds their indexes, and what is damaged
    of the embedding models, first.

    Raises LibraryNotFoundError where the library asked for does not exist.
    """
    if library is not None:
        existing_library(settings.home, library)
    names = [library] if library is not None else library_names(settings.home)
    found = machine(settings, names, repair=repair)
    for name in names:
        found += _library(settings, name, repair)
    return found


def machine(settings: Settings, names: list[str], *, repair: bool = False) -> list[HealthCheck]:
    """The program's parts, the models, and the home with the libraries of these names. ``repair`` makes damaged
    embedding models again."""
    return [*_versions(), *_models(settings, repair), _home(settings.home, names)]


def checks_json(checks: list[HealthCheck]) -> dict[str, Any]:
    """The shape scripts rely on (``oaken doctor --json``)."""
    rows = [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in checks]
    return {"healthy": all(check.ok for check in checks), "checks": rows}


def _check(name: str, ok: bool, detail: str) -> HealthCheck:
    from rag.library.maintenance.health import HealthCheck

    return HealthCheck(name, ok, detail)


def version(part: str) -> str:
    """The installed version of a distribution, or ""."""
    try:
        return metadata.version(part)
    except metadata.PackageNotFoundError:
        return ""


def _versions() -> Iterator[HealthCheck]:
    yield _check("Python", True, f"{platform.python_version()}, {platform.system()} {platform.machine()}")
    yield _check("oaken", True, version("oaken") or "run from its source folder")
    for part in PARTS:
        found = version(part)
        yield _check(part, bool(found), found or f"not installed: pip install {part}")
    for part in OPTIONAL:
        if found := version(part):
            yield _check(part, True, found)


def _models(settings: Settings, repair: bool) -> Iterator[HealthCheck]:
    from rag.embedding.registry import DEFAULT, weights_of
    from rag.model.files.check import check_gguf
    from rag.model.files.resolve import find_model

    try:
        yield _check("embedding model", True, f"{DEFAULT.name}; {weights_of(DEFAULT.name)}")
    except OakenError as error:
        yield _check("embedding model", False, str(error))
    yield _prepared(settings.home / "models", repair)
    if settings.model_url:
        yield _server(settings)
        return
    try:
        path = find_model(settings)
        check_gguf(path)
        yield _check("language model", True, str(path))
    except OakenError as error:
        yield _check("language model", False, str(error))


def _prepared(models: Path, repair: bool) -> HealthCheck:
    """Every file that embedders are run from, against its SHA-256."""
    from rag.embedding.prepare import damaged_files, rebuild_damaged
    from rag.embedding.registry import BUILT_IN, folders_of, load, names, readd_command

    name, whole, made = "embedding model files", 0, []
    for embedder in names(models):
        for folder in folders_of(models, embedder):
            harmed = damaged_files(folder)
            if not harmed:
                whole += 1
                continue
            built_in = embedder in BUILT_IN
            hint = rebuild_damaged(folder) if built_in else readd_command(models, embedder)
            if not (repair and built_in):
                return _check(name, False, f"{embedder} is damaged ({', '.join(harmed)}). {hint}")
            shutil.rmtree(folder, ignore_errors=True)
            try:
                load(models, embedder)
            except OakenError as error:
                return _check(name, False, str(error))
            made.append(embedder)
    if made:
        return _check(name, True, f"rebuilt: {', '.join(made)}")
    return _check(name, True, f"{whole} prepared, each file as it was made" if whole else "none prepared yet")


def _server(settings: Settings) -> HealthCheck:
    from rag.model.remote.client import RemoteModel

    try:
        with RemoteModel.connect(settings.model_url, key=settings.model_key, name=settings.model_name) as model:
            counted = "counts tokens" if model.counts else "does not count tokens: they are estimated"
            return _check("language model", True, f"{model.card.name} at {model.card.path}, which {counted}")
    except OakenError as error:
        return _check("language model", False, str(error))


def _home(home: Path, names: list[str]) -> HealthCheck:
    nearest = next(folder for folder in (home, *home.parents) if folder.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        return _check("home", False, f"{home} cannot be written; choose another: export OAKEN_HOME=FOLDER")
    held = f"libraries: {', '.join(names)}" if names else "no library yet; make one: oaken ingest FOLDER"
    return _check("home", True, f"{home}; {held}")


def _library(settings: Settings, name: str, repair: bool) -> Iterator[HealthCheck]:
    from rag.factory import open_library
    from rag.library.maintenance import health
    from ui.shared.embedder_offer import offer

    try:
        if repair:
            yield from _save(settings, name)
        with open_library(settings, name) as library:
            if repair:
                library.repair()
            checks = health.check(library)
            better = offer(settings, library)
    except OakenError as error:
        yield _check(f"library {name}", False, str(error))
        return
    if better is not None:
        yield _check(f"{name}: embedder", True, better.sentence)
    damaged = any(not check.ok for check in checks)
    for check in checks:
        mend = f" Rebuild it: oaken doctor --repair --library {name}" if damaged and not check.ok and not repair else ""
        yield _check(f"{name}: {check.name}", check.ok, f"{check.detail}.{mend}" if mend else check.detail)


def _save(settings: Settings, name: str) -> Iterator[HealthCheck]:
    """A damaged ledger is rebuilt of what can be read of it, before anything follows it."""
    from rag.embedding.registry import DEFAULT
    from rag.factory import embedder_card
    from rag.library.maintenance.salvage import is_damaged, salvage

    folder = existing_library(settings.home, name)
    if is_damaged(folder / LEDGER_FILE):
        card = (
            embedder_card(settings, settings.embedder or DEFAULT.name) or DEFAULT
        )  # where the ledger cannot say any more
        done = salvage(folder, card)
        lost = f"{done.lost} are read again by the next ingest" if done.lost else "none was lost"
        detail = f"it was damaged: {done.saved} documents were saved, {lost}; the original is kept: {done.aside}"
        yield _check(f"{name}: damaged ledger", True, detail)
