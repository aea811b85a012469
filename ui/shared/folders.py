"""Name where documents are, as the page shows it: copies that dropping made, the sample, and a person's own folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from pathlib import Path, PurePosixPath

from rag.settings import UPLOADS_FOLDER
from ui.shared.formatting import one_line
from ui.shared.i18n import tr


def sample_folder() -> Path:
    """Return the folder of the sample documents: in the installed package, or in the repository."""
    packed = Path(__file__).resolve().parents[1] / "sample"
    return packed if packed.is_dir() else packed.parents[1] / "data" / "library"


def folder_names(library: Path) -> Callable[[str], str]:
    """Return a function that names the folders of the documents of the library in that folder."""
    known = {
        Path(os.path.realpath(library / UPLOADS_FOLDER)).as_posix(): tr("Dropped here"),
        Path(os.path.realpath(sample_folder())).as_posix(): tr("Sample"),
    }

    def name(folder: str) -> str:
        for place, words in known.items():
            if folder == place or folder.startswith(f"{place}/"):
                return one_line(words + folder[len(place) :])
        return one_line(folder)

    return name


def place_names(roots: Collection[str], library: Path) -> Callable[[str], str]:
    """Return a function that names a folder by its place below the one of ``roots`` that was added: "papers/2024"."""
    names = root_names(sorted(set(roots)), library)

    def name(folder: str) -> str:
        within = [root for root in names if f"{folder.rstrip('/')}/".startswith(f"{root.rstrip('/')}/")]
        if not within:
            return one_line(folder)
        root = max(within, key=len)
        below = folder[len(root) :].strip("/")
        return one_line(f"{names[root].rstrip('/')}/{below}" if below else names[root])

    return name


def root_names(roots: Sequence[str], library: Path) -> dict[str, str]:
    """Name each root by the last part of its path; where two share it, by more parts."""
    known = folder_names(library)
    names: dict[str, str] = {}
    for root in roots:
        if (name := known(root)) != one_line(root):
            names[root] = name
            continue
        parts = PurePosixPath(root).parts
        others = [PurePosixPath(other).parts for other in roots if other != root]
        many = 1
        while many < len(parts) and any(other[-many:] == parts[-many:] for other in others):
            many += 1
        names[root] = "/".join(parts[-many:]).lstrip("/") or "/"
    return names
