"""What is passed over: by default the files of tools, and what ``.oakenignore`` files say, in the words of .gitignore.

A pattern holds in the folder of its file and below; the deepest file that has a say decides. ``!`` takes back what is
passed over by default too. A path that a person gives by name is never passed over.
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
# bford.info/cachedir), an environment of Python packages, one of our own libraries.
_MARKER_FILES = ("CACHEDIR.TAG", "pyvenv.cfg", "ledger.sqlite")


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """What holds in one folder: the patterns of the ``.oakenignore`` files from the given folder down to this one."""

    specs: tuple[tuple[str, GitIgnoreSpec], ...] = ()  # (folder of the file, relative, "" or "…/"; patterns)

    def below(self, folder: str, location: Path) -> IgnoreRules:
        """The rules of a folder within: ``folder`` is relative to the one that was given, ``location`` absolute."""
        lines = _lines(location / IGNORE_FILE)
        return IgnoreRules((*self.specs, (f"{folder}/" if folder else "", _spec(lines)))) if lines else self

    def ignored(self, path: str) -> bool | None:
        """Whether a path, relative to the given folder (a folder's ends in ``/``), is passed over by pattern; None
        where no pattern has a say."""
        for folder, spec in reversed(self.specs):
            said = spec.check_file(path[len(folder) :]).include
            if said is not None:
                return said
        return None


def is_tool_file(name: str, *, is_folder: bool) -> bool:
    """Whether a file or folder of that name is passed over by default."""
    return name[0] == "." or (name in _IGNORED_FOLDERS if is_folder else _FILES.fullmatch(name) is not None)


def is_marked(names: set[str]) -> bool:
    """Whether a folder that holds files of these names is passed over by default."""
    return not names.isdisjoint(_MARKER_FILES)


def _spec(lines: list[str]) -> GitIgnoreSpec:
    """The patterns of these lines; one that makes no sense is left out, as git does."""
    from pathspec import GitIgnoreSpec
    from pathspec.patterns.gitignore import GitIgnorePatternError

    patterns: list[Any] = []
    for line in lines:
        with contextlib.suppress(GitIgnorePatternError):
            patterns += GitIgnoreSpec.from_lines([line]).patterns
    return GitIgnoreSpec(patterns)


def _lines(path: Path) -> list[str]:
    """The lines of an ``.oakenignore``; none where there is no such file, or it cannot be read."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_IGNORE_FILE_BYTES:
            return []
        return path.read_text(encoding="utf-8-sig", errors="surrogateescape").splitlines()
    except OSError:
        return []
