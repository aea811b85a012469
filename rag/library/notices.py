"""Notices about a library that were shown and need not be repeated: a list of keys in a file of its folder.

Losing it costs a repeated sentence, so no lock is taken, and a folder that cannot be written is no error.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from rag.storage import write_file

NOTICES_FILE = "notices.json"


def was_shown(folder: Path, key: str) -> bool:
    """Tell whether this was shown for the library in ``folder``."""
    return key in _read(folder)


def remember_shown(folder: Path, key: str) -> None:
    """Record that it was shown."""
    shown = _read(folder)
    if key in shown or not folder.is_dir():
        return
    with contextlib.suppress(OSError):
        write_file(folder / NOTICES_FILE, json.dumps(sorted([*shown, key]), ensure_ascii=False))


def _read(folder: Path) -> list[str]:
    try:
        stored = json.loads((folder / NOTICES_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [each for each in stored if isinstance(each, str)] if isinstance(stored, list) else []
