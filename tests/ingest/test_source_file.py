"""A file that was swapped for a link after it was found is not read, and neither is one below a folder that was."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest import pipeline, source_file
from ingest.discover import FoundFile, discover
from ingest.parse import Parser
from ingest.source_file import open_below, open_found, open_named
from rag.types import Outcome
from tests.doubles import BagEmbedder
from tests.ingest.doubles import MemoryLibrary

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
SECRET = "The key of the safe is 1934."


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """A folder with two files, one of them in a folder within; a secret lies beside it."""
    (tmp_path / "papers" / "sub").mkdir(parents=True)
    (tmp_path / "papers" / "mill.txt").write_text("The mill grinds rye.")
    (tmp_path / "papers" / "sub" / "ferry.txt").write_text("A ferry leaves at noon.")
    (tmp_path / "secret").mkdir()
    for name in ("mill.txt", "ferry.txt"):
        (tmp_path / "secret" / name).write_text(SECRET)
    return tmp_path / "papers"


def swap_file(papers: Path) -> None:
    (papers / "mill.txt").unlink()
    (papers / "mill.txt").symlink_to(papers.parent / "secret" / "mill.txt")


def swap_folder(papers: Path) -> None:
    (papers / "sub").rename(papers.parent / "before")
    (papers / "sub").symlink_to(papers.parent / "secret")


def swap_for_a_pipe(papers: Path) -> None:
    (papers / "mill.txt").unlink()
    os.mkfifo(papers / "mill.txt")


SWAPS = {"mill.txt": swap_file, "sub/ferry.txt": swap_folder}


@pytest.fixture(params=[True, False], ids=["stepwise", "compared"])
def stepwise(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[bool]:
    """Both ways to open a file: the second one is for systems that lack the first."""
    monkeypatch.setattr(source_file, "_STEPWISE", request.param)
    yield request.param


@pytest.mark.parametrize("path", SWAPS)
def test_a_link_that_took_a_place_since_is_not_followed(papers: Path, path: str) -> None:
    found = {each.path: each for each in discover([papers])}
    with open_found(found[path]) as file:
        assert SECRET not in file.read().decode()
    SWAPS[path](papers)
    with pytest.raises(OSError, match="a link has taken its place"):
        open_found(found[path])


def test_where_steps_are_not_possible_a_swapped_file_is_found_too(papers: Path, stepwise: bool) -> None:
    (found,) = (each for each in discover([papers]) if each.path == "mill.txt")
    with open_found(found) as file:
        assert file.read() == b"The mill grinds rye."
    swap_file(papers)
    with pytest.raises(OSError, match="a link has taken its place"):
        open_found(found)


def test_a_pipe_in_its_place_is_not_waited_for(papers: Path) -> None:
    (found,) = (each for each in discover([papers]) if each.path == "mill.txt")
    swap_for_a_pipe(papers)
    with pytest.raises(OSError, match="not a regular file"):
        open_found(found)


def test_links_within_the_folder_and_those_that_a_person_names_are_followed(papers: Path) -> None:
    (papers / "link.txt").symlink_to("sub/ferry.txt")
    (papers / "named.txt").symlink_to(papers.parent / "secret" / "mill.txt")
    found = {each.path: each for each in discover([papers])}
    assert found["named.txt"].problem is Outcome.UNSUPPORTED
    with open_found(found["link.txt"]) as file:
        assert file.read() == b"A ferry leaves at noon."
    (named,) = discover([papers / "named.txt"])
    with open_found(named) as file:
        assert file.read().decode() == SECRET
    with open_named(papers / "named.txt") as file:
        assert file.read().decode() == SECRET
    (papers / "sub" / "ferry.txt").unlink()
    (papers / "sub" / "ferry.txt").symlink_to(papers.parent / "secret" / "ferry.txt")
    with pytest.raises(OSError, match="a link has taken its place"):
        open_found(found["link.txt"])


@pytest.mark.parametrize("given", ["papers", "papers/mill.txt", "papers/named.txt"])
def test_where_only_some_folders_may_be_read_no_link_leads_elsewhere(papers: Path, given: str) -> None:
    """Not one that a person named either, nor one in the place of the folder that was."""
    real = papers.resolve()
    (papers / "named.txt").symlink_to(papers.parent / "secret" / "mill.txt")
    found = [replace(each, within=(str(real),)) for each in discover([papers.parent / given]) if each.problem is None]
    for each in found:
        if each.path == "named.txt":
            with pytest.raises(OSError, match="a link has taken its place"):
                open_found(each)
            continue
        with open_found(each) as file:
            assert SECRET not in file.read().decode()
        with pytest.raises(OSError, match="a link has taken its place"):
            open_found(replace(each, within=(str(real / "other"),)))
    (papers.parent / "secret" / "sub").mkdir()
    for name in ("sub/ferry.txt", "named.txt"):
        (papers.parent / "secret" / name).write_text(SECRET)
    papers.rename(papers.parent / "before")
    papers.symlink_to(papers.parent / "secret")
    for each in found:
        with pytest.raises(OSError, match="a link has taken its place"):
            open_found(replace(each, within=(str(papers.parent / "before"),)))


@pytest.mark.parametrize("path", SWAPS)
def test_a_document_that_is_read_again_is_not_read_through_a_link_either(papers: Path, path: str) -> None:
    library = MemoryLibrary()
    pipeline.ingest([papers], library, BagEmbedder())
    SWAPS[path](papers)
    chosen = [record.id for record in library.records() if record.path == path]
    for more in ({"read_again": chosen}, {"retry_incomplete": True}):
        pipeline.ingest([], library, BagEmbedder(), **more)
        assert SECRET not in str(library.content())


def test_a_run_within_folders_reads_nothing_beside_them(papers: Path) -> None:
    library = MemoryLibrary()
    with Parser(60) as parser:
        report = pipeline.ingest(
            [papers, papers.parent / "secret"], library, BagEmbedder(), parser=parser, within=[papers.resolve()]
        )
    outcomes = {Path(row.source).parent.name: row.outcome for row in report.outcomes}
    assert outcomes == {"papers": Outcome.INDEXED, "sub": Outcome.INDEXED, "secret": Outcome.FAILED}


@pytest.mark.parametrize(
    "path", ["../secret/mill.txt", "sub/../../secret/mill.txt", "/etc/passwd", "sub//ferry.txt", ""]
)
def test_a_path_that_leads_out_is_none(papers: Path, path: str) -> None:
    with pytest.raises(OSError):
        open_below(str(papers), path)


@pytest.mark.parametrize("path", SWAPS)
def test_a_run_reads_the_file_that_it_looked_at_or_none(
    papers: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The swap comes after the look and before the reading, as an attacker would have it."""

    def found_and_swapped(paths: object) -> Iterator[FoundFile]:
        yield from list(discover([papers]))
        SWAPS[path](papers)

    monkeypatch.setattr(pipeline, "discover", found_and_swapped)
    library = MemoryLibrary()
    with Parser(60) as parser:
        report = pipeline.ingest([papers], library, BagEmbedder(), parser=parser)
    assert all(SECRET not in text for texts in library.content().values() for text in texts)
    (swapped,) = (each for each in report.outcomes if each.source.endswith(path))
    assert swapped.outcome is Outcome.FAILED and "a link has taken its place" in swapped.reason


def test_what_is_hashed_is_what_is_read(papers: Path) -> None:
    """The worker gets a copy of the open file: whatever happens to its name meanwhile."""
    with open_named(papers / "mill.txt") as source, Parser(60) as parser:
        swap_file(papers)
        assert source.read() == b"The mill grinds rye."
        source.seek(0)
        parsed = parser.parse(papers / "mill.txt", source=source)
        assert parsed.document is not None and parsed.document.text == "The mill grinds rye."


@pytest.mark.parametrize("again", [lambda folder: [], lambda folder: [folder]])
def test_a_document_whose_place_is_a_link_that_leads_out_is_not_read_again(
    papers: Path, again: Callable[[Path], list[Path]]
) -> None:
    library = MemoryLibrary()
    with Parser(60) as parser:
        pipeline.ingest([papers], library, BagEmbedder(), parser=parser)
    swap_folder(papers)
    with Parser(60) as parser:
        pipeline.ingest(
            again(papers), library, BagEmbedder(), parser=parser, read_again=[each.id for each in library.records()]
        )
    assert all(SECRET not in text for texts in library.content().values() for text in texts)
