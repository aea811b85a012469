"""The files of a library."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rag.errors import LibraryError
from rag.library.files import check_index_size
from rag.library.index.vectors import ChromaIndex
from rag.library.maintenance import health
from tests import faults

pytestmark = [pytest.mark.real, pytest.mark.slow]


def test_a_file_that_ran_away_is_not_opened(base: Path, tmp_path: Path) -> None:
    shutil.copytree(base, tmp_path / "copy")
    with faults.opened(tmp_path / "copy") as library:
        assert isinstance(library.chroma, ChromaIndex)
        links = next(library.chroma.folder().rglob("link_lists.bin"))
        with links.open("r+b") as file:
            file.truncate(1 << 40)  # a terabyte that takes no room: as a torn one grew
        with pytest.raises(LibraryError, match=r"link_lists\.bin has grown"):
            check_index_size(library.chroma.folder(), 80, 256)
        assert faults.wrong_answers(library) == []
        library.follow()
        assert all(check.ok for check in health.check(library)), health.check(library)
        assert not links.exists()
