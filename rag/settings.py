"""Settings as plain data, the folders on disk, and the ``OAKEN_…`` variables that override them.

What ``oaken config`` and ``oaken models use`` set lies in the home's ``settings.json``; a variable overrides it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rag.errors import LibraryNotFoundError, UsageError
from rag.messages import Message, some_names
from rag.storage import private_folder, write_error, write_file

DEFAULT_LIBRARY = "default"
LEDGER_FILE = "ledger.sqlite"
LEDGER_LINK = "ledger.json"  # in a library's folder in place of that file: its ledger is on a database server
CHATS_FILE = "chats.sqlite"
UPLOADS_FOLDER = "uploads"  # in a library's folder: copies of dropped files
WRITE_WAIT_SECONDS = 30.0  # seconds that a writer of a ledger waits for another one's transaction
REMEMBERED_FILE = "settings.json"
_MODEL_FIELDS = ("model", "family", "model_url", "model_key", "model_name")  # one choice, stored and replaced together
SETTABLE_FIELDS = (
    "embedder",
    "context",
    "threads",
    "passages",
    "max_tokens",
    "strict",
    "offline",
    "feedback",
    "reranker",
    "chroma_url",
    "ledger_url",
)
_REMEMBERED_FIELDS = (*_MODEL_FIELDS, *SETTABLE_FIELDS)  # the fields that it may hold


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a person may set; each field is read from ``OAKEN_<FIELD>`` by :func:`load`."""

    home: Path
    embedder: str = ""  # name of the embedder of new libraries; "" is the embedded one
    model: str = ""  # path of a GGUF file, or the name of one in the home; "" is the embedded model
    family: str = ""  # prompt family; "" detects it from the GGUF
    context: int = 2048  # tokens of the window, answer included
    threads: int = 0  # 0: one per physical core, fewer while other programs are busy
    passages: int = 6  # passages retrieved for a question
    max_tokens: int = 160  # length of the prose
    strict: bool = False  # sentences that no document supports are left out
    offline: bool = False  # no page and no model is fetched, not even when asked for
    feedback: bool = True  # ratings of answers move what they quoted, for like questions
    ledger_url: str = field(default="", repr=False)  # a PostgreSQL database for the ledgers of new libraries
    chroma_url: str = ""  # a Chroma server that replaces the one in the library's folder
    model_url: str = ""  # address of an OpenAI-compatible server that replaces a local model
    model_key: str = field(default="", repr=False)  # its key; never shown
    model_name: str = ""  # which of its models; "" is its only one, or its first
    reranker: str = ""  # folder of a cross-encoder that re-ranks the first passages; "" is none


def home_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Return the folder of everything that Oaken keeps."""
    env = os.environ if environ is None else environ
    if env.get("OAKEN_HOME"):
        return Path(env["OAKEN_HOME"]).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir("oaken"))


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings from the environment and the stored choices.

    Raises UsageError for an invalid number or switch.
    """
    env = os.environ if environ is None else environ
    place = home_folder(env)
    stored = remembered(place)

    def text(name: str) -> str:
        return env.get(name, "").strip() or stored.get(_field(name), "")

    def remedy(name: str) -> str:
        return f"unset {name}" if env.get(name, "").strip() else f"oaken config --unset {_field(name)}"

    def number(name: str, default: int, least: int) -> int:
        raw = text(name)
        if not raw:
            return default
        if not raw.isdecimal() or int(raw) < least:
            raise UsageError(
                Message(
                    "{name} must be a whole number of {least} or more, not {value!r}.",
                    name=name,
                    value=raw,
                    least=least,
                ),
                remedy(name),
            )
        return int(raw)

    # A remembered family belongs to the remembered model, and so does a remembered server.
    kept = {} if env.get("OAKEN_MODEL") else stored

    def switch(name: str, *, default: bool = False) -> bool:
        raw = text(name).lower()
        if raw not in ("", "0", "1", "false", "true", "no", "yes", "off", "on"):
            raise UsageError(Message("{name} must be 0 or 1, not {value!r}.", name=name, value=raw), remedy(name))
        return raw in ("1", "true", "yes", "on") if raw else default

    return Settings(
        home=place,
        embedder=text("OAKEN_EMBEDDER"),
        reranker=text("OAKEN_RERANKER"),
        model=env.get("OAKEN_MODEL") or kept.get("model", ""),
        family=env.get("OAKEN_FAMILY") or kept.get("family", ""),
        context=number("OAKEN_CONTEXT", 2048, 256),
        threads=number("OAKEN_THREADS", 0, 0),
        passages=number("OAKEN_PASSAGES", 6, 1),
        max_tokens=number("OAKEN_MAX_TOKENS", 160, 1),
        chroma_url=text("OAKEN_CHROMA_URL"),
        ledger_url=ledger_url(env),
        **_server(env, kept),
        strict=switch("OAKEN_STRICT"),
        offline=switch("OAKEN_OFFLINE"),
        feedback=switch("OAKEN_FEEDBACK", default=True),
    )


def require_online(what: str) -> None:
    """Raise UsageError where the setting ``offline`` forbids to fetch anything; ``what`` begins the sentence."""
    if load().offline:
        remedy = (
            Message("Run it without --offline, or: unset OAKEN_OFFLINE")
            if origin("offline") == "environment"
            else "oaken config --unset offline"
        )
        raise UsageError(Message("{what}: Oaken is set to be offline.", what=what), remedy)


def ledger_url(environ: Mapping[str, str] | None = None) -> str:
    """Return the database that new libraries are in, with its password; "" is a file in each library's folder."""
    env = os.environ if environ is None else environ
    return env.get("OAKEN_LEDGER_URL", "").strip() or remembered(home_folder(env)).get("ledger_url", "")


def _field(variable: str) -> str:
    return variable.removeprefix("OAKEN_").lower()


def origin(name: str, environ: Mapping[str, str] | None = None) -> str:
    """Return where the value of a setting comes from: "environment", "file" or "default"."""
    env = os.environ if environ is None else environ
    if env.get(f"OAKEN_{name.upper()}", "").strip():
        return "environment"
    is_set_aside = name in _MODEL_FIELDS and bool(env.get("OAKEN_MODEL"))  # as load() does
    return "file" if remembered(home_folder(env)).get(name) and not is_set_aside else "default"


def store(home: Path, name: str, value: str) -> None:
    """Store one of SETTABLE_FIELDS for every command; "" returns to the default.

    Raises UsageError for a value that cannot be, OakenError where the file cannot be written.
    """
    others = {key: kept for key, kept in remembered(home).items() if key != name}
    if value:
        try:
            load({"OAKEN_HOME": str(home), f"OAKEN_{name.upper()}": value})
        except UsageError as error:
            raise UsageError(error.message, f"oaken config {name} VALUE") from error
    _write(home, others | ({name: value} if value else {}))


def _server(env: Mapping[str, str], kept: Mapping[str, str]) -> dict[str, str]:
    """Return a model server's address, key and model: the remembered ones only where no variable names another."""
    given = {key: env.get(f"OAKEN_{key.upper()}", "").strip() for key in ("model_url", "model_key", "model_name")}
    if given["model_url"] or not kept.get("model_url"):
        return given
    return {key: value or kept.get(key, "") for key, value in given.items()}


def remembered(home: Path) -> dict[str, str]:
    """Return the stored choices that hold for every command: a model and its family, or a server, where one was made.

    Raises UsageError where the file is not what we wrote.
    """
    path = home / REMEMBERED_FILE
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(held, dict):
            raise ValueError("it holds no object")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(
            Message("{path} cannot be read: {why}.", path=path, why=error),
            Message("Delete it, and choose again: rm {path}", path=path),
        ) from error
    return {key: held[key] for key in _REMEMBERED_FIELDS if isinstance(held.get(key), str)}


def remember(home: Path, *, model: str, family: str = "") -> None:
    """Store the choice of a model; "" returns to the embedded one.

    The file is whole at any moment. Raises OakenError where it cannot be written.
    """
    _remember_model(home, {"model": model, "family": family})


def remember_server(home: Path, url: str, *, key: str = "", name: str = "") -> None:
    """Store the choice of a model server, with its key and which of its models. Raises as :func:`remember`."""
    _remember_model(home, {"model": "", "family": "", "model_url": url, "model_key": key, "model_name": name})


def _remember_model(home: Path, choice: Mapping[str, str]) -> None:
    others = {key: kept for key, kept in remembered(home).items() if key not in _MODEL_FIELDS}
    _write(home, {**others, **choice})


def _write(home: Path, choice: Mapping[str, str]) -> None:
    path = home / REMEMBERED_FILE
    try:
        private_folder(home)
        write_file(path, json.dumps(choice, ensure_ascii=False, indent=2))
    except OSError as error:
        raise write_error(path, error) from error


def names_of(libraries: str) -> list[str]:
    """Return the names in "home,work", each once; what holds none is one name."""
    return list(dict.fromkeys(filter(None, (each.strip() for each in libraries.split(","))))) or [libraries]


def library_folder(home: Path, name: str) -> Path:
    """Return the folder of the library of that name, whether or not it exists. Raises UsageError for a bad name."""
    if not re.fullmatch(r"\w[\w.-]{0,63}", name) or ".." in name:
        raise UsageError(
            Message(
                "{name!r} cannot be a library's name: use up to 64 letters and digits, - _ . among them, and no "
                "spaces.",
                name=name,
            ),
            "oaken list --library NAME",
        )
    return home / "libraries" / name


def holds_library(folder: Path) -> bool:
    """Tell whether a library is there: its ledger, or the link to it."""
    return (folder / LEDGER_FILE).exists() or (folder / LEDGER_LINK).exists()


def library_names(home: Path) -> list[str]:
    """Return the names of existing libraries, sorted."""
    return sorted(folder.name for folder in (home / "libraries").glob("*") if holds_library(folder))


def existing_library(home: Path, name: str) -> Path:
    """Return the folder of an existing library. Raises LibraryNotFoundError, which says how to create one."""
    folder = library_folder(home, name)
    if not holds_library(folder):
        names = [other for other in library_names(home) if other != name]
        known = Message(" Available: {names}.", names=some_names(names)) if names else ""
        option = "" if name == DEFAULT_LIBRARY else f" --library {name}"
        raise LibraryNotFoundError(
            Message("There is no library {name!r} yet.{known}", name=name, known=known),
            Message("Create it with: oaken ingest FOLDER{option}", option=option),
        )
    return folder
