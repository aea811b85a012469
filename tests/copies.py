"""Folders that take long to fill: filled once in a process, copied for each test."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Hashable
from pathlib import Path

_FILLED: dict[Hashable, Path] = {}


def copied(folder: Path, key: Hashable, fill: Callable[[Path], object]) -> Path:
    """``folder``, a copy of what ``fill`` puts into the path it is given. ``fill`` is called once for each key."""
    if key not in _FILLED:
        place = Path(tempfile.mkdtemp(prefix="oaken-copies-"))
        atexit.register(shutil.rmtree, place, ignore_errors=True)
        fill(place / "filled")
        _FILLED[key] = place / "filled"
    shutil.copytree(_FILLED[key], folder, symlinks=True)
    return folder
