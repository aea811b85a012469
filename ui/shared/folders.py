"""Name where documents are, as the page shows it: copies that dropping made, the sample, and a person's own folders."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

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
