"""Ignored files: by default those of tools, and what ``.oakenignore`` files list, in the syntax of .gitignore.

A pattern applies in the folder of its file and below; the deepest file with a matching pattern decides. ``!``
re-includes what is ignored by default too. A path that a person gives by name is never ignored.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILE = ".oakenignore"
MAX_IGNORE_FILE_BYTES = 2**20  # bytes of an .oakenignore
_IGNORED_FOLDERS = frozenset(
    {"__pycache__", "node_modules", "site-packages", "CVS", "_darcs", "__MACOSX", "$RECYCLE.BIN"}
)
_FILES = re.compile(
    r"(?:Thumbs\.db|ehthumbs\.db|desktop\.ini|Icon\r|~\$.*|.*~|.*\.(?:py[co]|sw[op]|tmp|part|crdownload))",
    re.IGNORECASE,
)
# A folder that holds one of these was made by a program for itself: a cache that says so (the words of
# bford.info/cachedir), a virtual environment of Python, one of our own libraries.
_MARKER_FILES = ("CACHEDIR.TAG", "pyvenv.cfg", "ledger.sqlite")


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """The rules of one folder: the patterns of the ``.oakenignore`` files from the given folder down to this one."""

    specs: tuple[tuple[str, GitIgnoreSpec], ...] = ()  # (folder of the file, relative, "" or "…/"; patterns)

    def below(self, folder: str, location: Path) -> IgnoreRules:
        """Return the rules of a subfolder: ``folder`` is relative to the given one, ``location`` absolute."""
        lines = _lines(location / IGNORE_FILE)
        return IgnoreRules((*self.specs, (f"{folder}/" if folder else "", _spec(lines)))) if lines else self

    def ignored(self, path: str) -> bool | None:
        """Tell whether a pattern ignores a path; None where no pattern matches.

        The path is relative to the given folder; a folder's ends in ``/``.
        """
        for folder, spec in reversed(self.specs):
            included = spec.check_file(path[len(folder) :]).include
            if included is not None:
                return included
        return None


def is_tool_file(name: str, *, is_folder: bool) -> bool:
    """Tell whether a file or folder of that name is ignored by default."""
    return name[0] == "." or (name in _IGNORED_FOLDERS if is_folder else _FILES.fullmatch(name) is not None)


def is_marked(names: set[str]) -> bool:
    """Tell whether a folder that holds files of these names is ignored by default."""
    return not names.isdisjoint(_MARKER_FILES)


def _spec(lines: list[str]) -> GitIgnoreSpec:
    """Return the patterns of these lines; an invalid one is left out, as git does."""
    from pathspec import GitIgnoreSpec
    from pathspec.patterns.gitignore import GitIgnorePatternError

    patterns: list[Any] = []
    for line in lines:
        with contextlib.suppress(GitIgnorePatternError):
            patterns += GitIgnoreSpec.from_lines([line]).patterns
    return GitIgnoreSpec(patterns)


def _lines(path: Path) -> list[str]:
    """Return the lines of an ``.oakenignore``; none where there is no such file, or it cannot be read."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_IGNORE_FILE_BYTES:
            return []
        return path.read_text(encoding="utf-8-sig", errors="surrogateescape").splitlines()
    except OSError:
        return []
