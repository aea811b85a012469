"""What a follower remembers on disk: the change it has applied, whether it was closed cleanly, and where it lies.

A small JSON file beside the index, replaced atomically. A file that cannot be read counts as a follower that was
never built.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple


class LedgerVersion(NamedTuple):
    """A change of the ledger: its number, and what was drawn for it, by which another copy's is told from it."""

    number: int = 0
    token: str = ""


@dataclass(frozen=True, slots=True)
class FollowerState:
    """A follower's state. Generation 0 is a follower that was never built."""

    applied: int = 0
    clean: bool = False
    generation: int = 0  # grows with every write, so that other processes know when to reopen
    folder: str = ""  # where it lies: a rebuilt index has a folder (on a server: a collection) of its own
    token: str = ""  # of the change applied
    place: str = ""  # the server's address, "" for a folder of the library's; of the word index, its shape
    files: Mapping[str, list[int]] = field(default_factory=dict)  # size and CRC-32 of each when it was left clean

    @property
    def change(self) -> LedgerVersion:
        """The change that was applied."""
        return LedgerVersion(self.applied, self.token)


_FIELD_TYPES = [int, bool, int, str, str, str, dict]


class StateFile:
    """The file that holds a Mark."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> FollowerState:
        """The mark on disk; a blank one where it cannot be read."""
        try:
            mark = FollowerState(**json.loads(self._path.read_text()))
        except (OSError, ValueError, TypeError):
            return FollowerState()
        return (
            mark if [type(getattr(mark, name)) for name in FollowerState.__slots__] == _FIELD_TYPES else FollowerState()
        )

    def write(self, *, quiet: bool = False, **changes: Any) -> FollowerState:
        """Change the mark on disk. The generation grows by itself; ``quiet`` leaves it, for what readers need not
        know."""
        old = self.read()
        mark = replace(old, generation=old.generation + (not quiet), **changes)
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
