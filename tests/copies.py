"""Folders that take long to fill: filled once in a process, then copied or shared."""

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


def share_prepared(home: Path, models: Path) -> Path:
    """``home``, whose prepared models are those under ``models``: what one prepares in seconds is there for all."""
    (home / "models").mkdir(parents=True)
    (home / "models" / "prepared").symlink_to(models / "prepared")
    return home
