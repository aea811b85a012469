"""What is passed over."""

from __future__ import annotations

from pathlib import Path

from tests.ingest.doubles import MemoryLibrary
from tests.ingest.runs import outcomes, run


def test_what_is_passed_over_from_now_on_goes_and_comes_back(papers: Path) -> None:
    library = MemoryLibrary()
    run(papers, into=library)
    (papers / ".oakenignore").write_text("sub/\n")
    assert len(run(papers, into=library, keep_missing=True)[0].gone) == 2
    (papers / ".oakenignore").unlink()
    assert outcomes(run(papers, into=library)[0])["c.txt"] == "indexed"


def test_a_hidden_file_that_was_named_stays(papers: Path) -> None:
    (papers / ".diary.txt").write_text("A diary of the mill.")
    library = MemoryLibrary()
    run(papers / ".diary.txt", into=library)
    assert run(papers, into=library)[0].removed == 0 and len(library.content()) == 4
