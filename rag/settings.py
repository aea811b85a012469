"""Settings as plain data, where things lie on disk, and the ``OAKEN_…`` variables that override them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rag.errors import LibraryMissing, UsageError

DEFAULT_LIBRARY = "default"
LEDGER_FILE = "ledger.sqlite"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a person may set; each field is read from ``OAKEN_<FIELD>`` by :func:`load`."""

    home: Path
    model: str = ""  # path of a GGUF file; "" is the embedded model
    family: str = ""  # prompt family; "" finds it from the GGUF
    context: int = 2048  # tokens of the window, answer included
    threads: int = 0  # 0 is as many as there are processors
    passages: int = 6  # passages retrieved for a question
    max_tokens: int = 160  # length of the prose


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment. Raises UsageError for a number that is none."""
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

    return Settings(
        home=home,
        model=env.get("OAKEN_MODEL", ""),
        family=env.get("OAKEN_FAMILY", ""),
        context=number("OAKEN_CONTEXT", 2048, 256),
        threads=number("OAKEN_THREADS", 0, 0),
        passages=number("OAKEN_PASSAGES", 6, 1),
        max_tokens=number("OAKEN_MAX_TOKENS", 160, 1),
    )


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
    """The folder of a library that exists. Raises LibraryMissing, which says how to make one."""
    folder = library_folder(home, name)
    if not (folder / LEDGER_FILE).exists():
        names = [other for other in library_names(home) if other != name]
        known = f" There are: {', '.join(names)}." if names else ""
        option = "" if name == DEFAULT_LIBRARY else f" --library {name}"
        raise LibraryMissing(f"There is no library {name!r} yet.{known}", f"Make it with: oaken ingest FOLDER{option}")
    return folder
