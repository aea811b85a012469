"""What a follower remembers on disk: the change it has applied, whether it was closed cleanly, and where it lies.

A small JSON file beside the index, replaced atomically. A file that cannot be read counts as a follower that was
never built.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Mark:
    """A follower's state. Generation 0 is a follower that was never built."""

    applied: int = 0
    clean: bool = False
    generation: int = 0  # grows with every write, so that other processes know when to reopen
    folder: str = ""  # where it lies: a rebuilt index has a folder of its own


class State:
    """The file that holds a Mark."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Mark:
        """The mark on disk; a blank one where it cannot be read."""
        try:
            mark = Mark(**json.loads(self._path.read_text()))
        except (OSError, ValueError, TypeError):
            return Mark()
        kinds = [type(value) for value in (mark.applied, mark.clean, mark.generation, mark.folder)]
        return mark if kinds == [int, bool, int, str] else Mark()

    def write(self, **changes: Any) -> Mark:
        """Change the mark on disk; the generation grows by itself."""
        old = self.read()
        mark = replace(old, generation=old.generation + 1, **changes)
        handle, scratch = tempfile.mkstemp(dir=self._path.parent, prefix=".state")
        try:
            with os.fdopen(handle, "w") as file:
                json.dump(asdict(mark), file)
                file.flush()
                os.fsync(file.fileno())
            Path(scratch).replace(self._path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(scratch).unlink()
            raise
        return mark
