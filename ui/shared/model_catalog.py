"""List the models for the command line and the page: the known ones, what is on disk, what fits, what is in use."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rag.errors import ModelError, OakenError, UsageError
from rag.interfaces import MANY
from rag.messages import Message
from rag.model.files.describe import ModelFileInfo, facts
from rag.model.files.known_models import EMBEDDED, MODELS, KnownModel, known
from rag.model.files.memory import bytes_needed, free_memory
from rag.model.files.resolve import embedded_model, find_model
from rag.model.files.store import ACCEPT_OPTION, FileNote, StoredFile, find_stored, note_by_checksum, stored
from rag.model.local.tuning import TuningResult
from rag.settings import Settings, load, remember

EMBEDDED_NAMES = ("embedded", EMBEDDED)


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One model or one file of it; "" and 0 are what is not known, None is what cannot be judged."""

    name: str  # what use, remove and show take; for a model that is not here, what pull takes
    family: str
    parameters: str
    license: str
    languages: tuple[str, ...]
    context: int  # tokens
    origin: str
    repo: str
    file: str
    size: int  # bytes
    need: int  # bytes of memory with the window of the settings
    fits: bool | None  # in the memory that is free now
    path: str  # "" where it is not on disk
    current: bool
    verified: bool
    note: str
    terms: str  # where the terms of use stand that have to be accepted; "" under an open licence
    package: str  # the distribution that it comes in, rather than from a repository
    measured: Mapping[str, float]  # by language: share of gold answers in supported prose, as measured
    writes_more: bool  # offered for the languages that it writes


@dataclass(frozen=True, slots=True)
class ModelCatalog:
    """All rows, and what they were judged by."""

    rows: tuple[ModelRow, ...]
    free: int  # bytes of memory
    window: int  # tokens
    current: str  # what writes answers: a file's path, or a server's address
    problem: str = ""  # why that cannot be used, a sentence


def listing(settings: Settings, free: int | None = None) -> ModelCatalog:
    """Return the known models with what is on disk, then files of other models; reads file headers only."""
    free = free_memory() if free is None else free
    current, problem = settings.model_url, ""
    chosen: Path | None = None
    if not current:
        try:
            chosen = find_model(settings)
            current = str(chosen)
        except OakenError as error:
            current, problem = settings.model, error.text
    stored_files = stored(settings.home)
    judge = _ModelJudge(settings.context, free, chosen)
    rows: list[ModelRow] = []
    for model in MODELS:
        files = [each for each in stored_files if each.note.model == model.name]
        if model.name == EMBEDDED:
            rows.append(judge.embedded(model))
        elif files:
            rows += [judge.stored(each, model) for each in files]
        else:
            rows.append(judge.offered(model))
    rows += [judge.stored(each, None) for each in stored_files if not each.note.model]
    if chosen is not None and not any(row.current for row in rows):
        rows.append(judge.stored(StoredFile(str(chosen), chosen, chosen.stat().st_size, FileNote()), None))
    return ModelCatalog(tuple(rows), free, settings.context, current, problem)


def language_list(languages: Sequence[str], *, most: int = 4) -> str:
    """Return languages as codes, shortened: "en es ru +10"; a plus without a number where the maker names no more."""
    named = [each for each in languages if each != MANY]
    if len(named) <= most and MANY not in languages:
        return " ".join(named)
    shown = named[: most - 1]
    more = len(named) - len(shown)
    return " ".join([*shown, f"+{more or ''}"])


def marks(measured: Mapping[str, float]) -> str:
    """Return the scores that a model was measured at: "en 53%, es 48%"; "" where it was not measured."""
    return ", ".join(f"{language} {share:.0%}" for language, share in measured.items())


def listing_json(found: ModelCatalog) -> dict[str, Any]:
    """Return the JSON shape that scripts rely on (``oaken models --json``)."""
    rows = [{**asdict(row), "languages": list(row.languages), "on_disk": bool(row.path)} for row in found.rows]
    return {
        "models": rows,
        "free_bytes": found.free,
        "window": found.window,
        "current": found.current,
        "problem": found.problem,
    }


def is_here(settings: Settings, name: str) -> bool:
    """Tell whether a name stands for a file on this machine."""
    if name.lower() in EMBEDDED_NAMES or Path(name).expanduser().is_file():
        return True
    stored_file = find_stored(settings.home, name)
    return stored_file is not None and stored_file.exists


def choose(settings: Settings, name: str, *, allow: bool = False, accepted: bool = False, family: str = "") -> Path:
    """Remember a model for every command: the embedded one, one of the store, or a file by its path.

    Its header is looked at first, and a file outside the store needs a checksum that the table knows, or ``allow``,
    and ``accepted`` terms where it comes under some: what lies in the store was vouched for when it came there.
    Raises UsageError, ModelNotFoundError or ModelBrokenError.
    """
    if name.lower() in EMBEDDED_NAMES:
        path = embedded_model()
        remember(settings.home, model="", family=family)
        return path
    stored_file = find_stored(settings.home, name)
    path = Path(name).expanduser().absolute() if stored_file is None else stored_file.path
    if stored_file is None and not path.exists():
        model = known(name)
        terms = f" {ACCEPT_OPTION}" if model is not None and model.terms else ""
        hint = Message("Download one: oaken models use NAME --pull (oaken models: which)")
        if model is not None and model.files:
            hint = Message("Download it: oaken models use {name} --pull{terms}", name=model.name, terms=terms)
        raise UsageError(Message("There is no model {name!r} on this machine.", name=name), hint)
    info = facts(path, family)
    if not info.family:
        raise UsageError(
            info.why, Message("Name its prompt family: oaken models use {name} --family chatml", name=name)
        )
    if stored_file is None:
        note_by_checksum(path, allow=allow, accepted=accepted)
    remember(settings.home, model=str(path), family=family)  # whole: the folder one is in may have that name too
    return path


def overridden(settings: Settings, path: Path) -> str:
    """Return the name of the environment variable that overrides a remembered choice, or ""."""
    now = load()
    if now.model_url:
        return "OAKEN_MODEL_URL"
    with contextlib.suppress(OakenError):
        if find_model(now) == path:
            return ""
    return "OAKEN_MODEL" if settings.home == now.home else ""


class _ModelJudge:
    """Makes rows for one window, one amount of free memory and one model in use."""

    def __init__(self, window: int, free: int, chosen: Path | None) -> None:
        self._window = window
        self._free = free
        self._chosen = chosen

    def offered(self, model: KnownModel) -> ModelRow:
        offer = model.files[0] if model.files else None
        size = offer.size if offer else 0
        wanted = bytes_needed(size, model.cache, min(self._window, model.context)) if size else 0
        return _row(
            model,
            file=offer.file if offer else "",
            size=size,
            need=wanted,
            fits=wanted <= self._free if wanted else None,
            note=model.note,
        )

    def embedded(self, model: KnownModel) -> ModelRow:
        try:
            return self._row_of_file(model, model.name, embedded_model(), model.note, verified=True)
        except ModelError as error:
            return _row(model, note=error.text)

    def stored(self, file: StoredFile, model: KnownModel | None) -> ModelRow:
        try:
            return self._row_of_file(
                model, file.name, file.path, model.note if model else "", verified=file.note.verified
            )
        except ModelError as error:
            return _row(model, name=file.name, file=file.path.name, path=str(file.path), note=error.message)

    def _row_of_file(self, model: KnownModel | None, name: str, path: Path, note: str, *, verified: bool) -> ModelRow:
        info = facts(path)
        wanted = info.need(self._window)
        return _row(
            model,
            info,
            name=name,
            file=path.name,
            size=info.size,
            need=wanted,
            fits=wanted <= self._free,
            path=str(path),
            current=self._chosen is not None and self._chosen.samefile(path),
            verified=verified,
            note=note,
        )


def _row(model: KnownModel | None, info: ModelFileInfo | None = None, **fields: Any) -> ModelRow:
    """Return a row from the table of known models; what the file's header says goes before it."""
    known: dict[str, Any] = {
        "name": model.name if model else "",
        "family": (info.family if info else "") or (model.family if model else ""),
        "parameters": f"{model.parameters:g}B" if model and model.parameters else "",
        "license": (info.license if info else "") or (model.license if model else ""),
        "languages": (model.languages if model else ()) or (info.languages if info else ()),
        "context": (info.context if info else 0) or (model.context if model else 0),
        "origin": model.origin if model else "",
        "repo": model.repo if model else "",
        "file": "",
        "size": 0,
        "need": 0,
        "fits": None,
        "path": "",
        "current": False,
        "verified": False,
        "note": "",
        "terms": model.terms if model else "",
        "package": model.package if model else "",
        "measured": dict(model.measured) if model else {},
        "writes_more": model.writes_more if model else False,
    }
    if info and not known["parameters"]:
        known["parameters"] = info.parameters
    return ModelRow(**(known | fields))


def model_details_json(settings: Settings, name: str = "") -> dict[str, Any]:
    """Return all that is known of one model (``oaken models show``): of the table, of a file, or of the one in use.

    Raises UsageError for an unknown name, ModelNotFoundError or ModelBrokenError for a file that is no model.
    """
    free = free_memory()
    stored_file = find_stored(settings.home, name) if name else None
    model = known(name) or (
        known(stored_file.note.model) if stored_file is not None and stored_file.note.model else None
    )
    if not name:
        path: Path | None = find_model(settings)
    elif name.lower() in EMBEDDED_NAMES:
        path, model = embedded_model(), known(EMBEDDED)
    elif stored_file is not None:
        path = stored_file.path
    else:
        path = Path(name).expanduser() if Path(name).expanduser().exists() else None
    if path is None and model is None:
        raise UsageError(
            Message("{name!r} is neither a known model, nor one on disk, nor a file.", name=name),
            Message("See: oaken models"),
        )
    info = facts(path, settings.family if not name else "") if path is not None else None
    row = asdict(_row(model, info, name=name or (path.stem if path else ""), note=model.note if model else ""))
    files = [{"file": offer.file, "size": offer.size, "sha256": offer.sha256} for offer in model.files] if model else []
    for key in ("current", "verified", "fits", "size", "need", "file", "path"):
        row.pop(key)
    row |= {"languages": list(row["languages"]), "files": files, "window": settings.context, "free_bytes": free}
    if info is None:
        return row | {"on_disk": False}
    wanted = info.need(settings.context)
    return row | {
        "on_disk": True,
        "path": str(info.path),
        "size": info.size,
        "title": info.title,
        "architecture": info.architecture,
        "why": info.why,
        "template": info.template,
        "fills": info.fills,
        "need": wanted,
        "fits": wanted <= free,
        "sha256": stored_file.note.sha256 if stored_file else "",
        "verified": stored_file.note.verified if stored_file else False,
        "came_from": stored_file.note.origin if stored_file else "",
    }


def on_disk(settings: Settings, name: str) -> Path:
    """Return the file that a name or a path stands for; without one, the file of the model in use.

    Raises UsageError, ModelNotFoundError or ModelBrokenError.
    """
    if not name:
        return find_model(settings)
    if name.lower() in EMBEDDED_NAMES:
        return embedded_model()
    return find_model(replace(settings, model=name))


def tuned_json(found: TuningResult) -> dict[str, Any]:
    """Return the JSON shape that scripts rely on (``oaken models tune --json``); speeds in tokens a second.

    Trials are ratios.
    """
    trials = [
        {"name": each.name, "prompt": round(each.prompt, 3), "writing": round(each.writing, 3), "chosen": each.chosen}
        for each in found.trials
    ]
    speeds = {"prompt": round(found.prompt, 1), "writing": round(found.writing, 1)}
    return {"settings": asdict(found.tuning), "speed": speeds, "trials": trials, "busy": found.busy}
