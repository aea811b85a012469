"""Measured settings of llama.cpp, stored in the models folder: one row per model, machine and build."""

from __future__ import annotations

import contextlib
import json
import platform
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rag.storage import private_folder, write_error, write_file

TUNING_FILE = "tuning.json"


@dataclass(frozen=True, slots=True)
class LoadSettings:
    """Settings to load a model with; 0 leaves them to the engine."""

    threads: int = 0
    batch: int = 0
    flash: bool = False
    cache_type: str = "f16"


def known(path: Path, models: Path | None) -> LoadSettings | None:
    """Return the measured settings for this model on this machine and build; None without a measurement."""
    if models is None:
        return None
    row = _read(models / TUNING_FILE).get(_key(path))
    try:
        return LoadSettings(**row["tuning"]) if row else None
    except (TypeError, KeyError):
        return None


def remember(path: Path, models: Path, tuning: LoadSettings) -> None:
    """Store these settings for this model, in the models folder."""
    rows = _read(models / TUNING_FILE)
    rows[_key(path)] = {"model": path.name, "tuning": asdict(tuning)}
    _write(models / TUNING_FILE, rows)


def forget(path: Path, models: Path) -> bool:
    """Return to the engine's own settings for this model; return whether any were stored."""
    rows = _read(models / TUNING_FILE)
    had = rows.pop(_key(path), None) is not None
    if had:
        _write(models / TUNING_FILE, rows)
    return had


def _key(path: Path) -> str:
    """Return the key of the model, the machine and the build of llama.cpp."""
    from importlib.metadata import version

    from rag.model.worker.engine import fingerprint
    from rag.model.worker.threads import cores

    machine = (platform.machine(), _processor(), cores(), version("llama-cpp-python"))
    return "|".join(map(str, (fingerprint(path), *machine)))


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def _read(path: Path) -> dict[str, Any]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return rows if isinstance(rows, dict) else {}


def _write(path: Path, rows: dict[str, Any]) -> None:
    try:
        private_folder(path.parent)
        write_file(path, json.dumps(rows, indent=1))
    except OSError as error:
        raise write_error(path, error) from error
