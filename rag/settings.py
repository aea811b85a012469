"""Settings as plain data, where things lie on disk, and the ``OAKEN_…`` variables that override them.

What ``oaken models use`` remembers lies in the home's ``settings.json``; a variable goes before it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rag.errors import LibraryNotFoundError, UsageError

DEFAULT_LIBRARY = "default"
LEDGER_FILE = "ledger.sqlite"
CHATS_FILE = "chats.sqlite"
REMEMBERED_FILE = "settings.json"
_REMEMBERED_FIELDS = ("model", "family")  # the fields that it may hold


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a person may set; each field is read from ``OAKEN_<FIELD>`` by :func:`load`."""

    home: Path
    embedder: str = ""  # name of the embedder of new libraries; "" is the embedded one
    model: str = ""  # path of a GGUF file, or the name of one in the home; "" is the embedded model
    family: str = ""  # prompt family; "" finds it from the GGUF
    context: int = 2048  # tokens of the window, answer included
    threads: int = 0  # 0 is as many as there are processors
    passages: int = 6  # passages retrieved for a question
    max_tokens: int = 160  # length of the prose
    strict: bool = False  # sentences that no document supports are left out
    chroma_url: str = ""  # a Chroma server in place of the one in the library's folder
    model_url: str = ""  # address of an OpenAI-compatible server that writes in place of a local model
    model_key: str = field(default="", repr=False)  # its key; never shown
    model_name: str = ""  # which of its models; "" is its only one, or its first
    reranker: str = ""  # folder of a cross-encoder that reads the first passages again; "" is none


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment and from what was remembered. Raises UsageError for a number that is none, or a
    switch that is neither."""
    env = os.environ if environ is None else environ
    if env.get("OAKEN_HOME"):
        home = Path(env["OAKEN_HOME"]).expanduser()
    else:
        import platformdirs

        home = Path(platformdirs.user_data_dir("oaken"))

    def number(name: str, default: int, least: int) -> int:
        raw = env.get(name, "").strip()
        if not raw:
            return default
        if not raw.isdecimal() or int(raw) < least:
            raise UsageError(f"{name} is {raw!r}, not a whole number of {least} or more.", f"unset {name}")
        return int(raw)

    # A remembered family belongs to the remembered model.
    kept = {} if env.get("OAKEN_MODEL") else remembered(home)

    def switch(name: str) -> bool:
        raw = env.get(name, "").strip().lower()
        if raw not in ("", "0", "1", "false", "true", "no", "yes", "off", "on"):
            raise UsageError(f"{name} is {raw!r}, neither 1 nor 0.", f"unset {name}")
        return raw in ("1", "true", "yes", "on")

    return Settings(
        home=home,
        embedder=env.get("OAKEN_EMBEDDER", ""),
        reranker=env.get("OAKEN_RERANKER", ""),
        model=env.get("OAKEN_MODEL") or kept.get("model", ""),
        family=env.get("OAKEN_FAMILY") or kept.get("family", ""),
        context=number("OAKEN_CONTEXT", 2048, 256),
        threads=number("OAKEN_THREADS", 0, 0),
        passages=number("OAKEN_PASSAGES", 6, 1),
        max_tokens=number("OAKEN_MAX_TOKENS", 160, 1),
        chroma_url=env.get("OAKEN_CHROMA_URL", "").strip(),
        model_url=env.get("OAKEN_MODEL_URL", "").strip(),
        model_key=env.get("OAKEN_MODEL_KEY", "").strip(),
        model_name=env.get("OAKEN_MODEL_NAME", "").strip(),
        strict=switch("OAKEN_STRICT"),
    )


def remembered(home: Path) -> dict[str, str]:
    """What was chosen and is to hold for every command: ``model`` and ``family``, where they were.

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
        raise UsageError(f"{path} cannot be read: {error}.", f"Delete it, and choose again: rm {path}") from error
    return {key: held[key] for key in _REMEMBERED_FIELDS if isinstance(held.get(key), str)}


def remember(home: Path, *, model: str, family: str = "") -> None:
    """Keep the choice of a model; "" goes back to the embedded one. The file is whole at any moment."""
    home.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=home, prefix=f".{REMEMBERED_FILE}.")
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            json.dump({"model": model, "family": family}, file, ensure_ascii=False, indent=2)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(home / REMEMBERED_FILE)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def library_folder(home: Path, name: str) -> Path:
    """Where the library of that name lies, whether or not it exists. Raises UsageError for a bad name."""
    if not re.fullmatch(r"\w[\w.-]{0,63}", name) or ".." in name:
        raise UsageError(
            f"{name!r} is not a library's name: letters, digits, '-', '_' and '.', 64 at most.",
            "oaken list --library NAME",
        )
    return home / "libraries" / name


def library_names(home: Path) -> list[str]:
    """The libraries that exist, by name."""
    return sorted(path.parent.name for path in (home / "libraries").glob(f"*/{LEDGER_FILE}"))


def existing_library(home: Path, name: str) -> Path:
    """The folder of a library that exists. Raises LibraryNotFoundError, which says how to make one."""
    folder = library_folder(home, name)
    if not (folder / LEDGER_FILE).exists():
        names = [other for other in library_names(home) if other != name]
        known = f" There are: {', '.join(names)}." if names else ""
        option = "" if name == DEFAULT_LIBRARY else f" --library {name}"
        raise LibraryNotFoundError(
            f"There is no library {name!r} yet.{known}", f"Make it with: oaken ingest FOLDER{option}"
        )
    return folder
