"""What is passed over."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.ignore import IGNORE_FILE, MAX_IGNORE_FILE_BYTES, IgnoreRules, is_marked, is_tool_file
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


def rules_of(folder: Path, text: str) -> IgnoreRules:
    (folder / IGNORE_FILE).write_text(text)
    return IgnoreRules().below("", folder)


@pytest.mark.parametrize(
    ("name", "is_folder", "ignored"),
    [
        (".git", True, True),
        (".env", False, True),
        ("node_modules", True, True),
        ("node_modules", False, False),
        ("Thumbs.db", False, True),
        ("letter.txt~", False, True),
        ("~$letter.docx", False, True),
        ("film.CRDOWNLOAD", False, True),
        ("notes.txt", False, False),
        ("library", True, False),
    ],
)
def test_files_of_tools_are_recognised_by_their_names(name: str, is_folder: bool, ignored: bool) -> None:
    assert is_tool_file(name, is_folder=is_folder) is ignored


def test_a_programs_own_folder_is_recognised_by_a_file_in_it() -> None:
    assert is_marked({"CACHEDIR.TAG", "a.txt"}) and is_marked({"ledger.sqlite"})
    assert not is_marked({"a.txt"}) and not is_marked(set())


def test_the_deepest_file_with_a_pattern_decides(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    top = rules_of(tmp_path, "*.log\nsub/old/\n")
    (tmp_path / "sub" / IGNORE_FILE).write_text("!keep.log\n")
    below = top.below("sub", tmp_path / "sub")
    assert top.ignored("a.log") is True and top.ignored("a.txt") is None and top.ignored("sub/old/") is True
    assert below.ignored("sub/keep.log") is False and below.ignored("sub/b.log") is True


def test_an_invalid_pattern_is_left_out_and_the_others_hold(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, "!\n# remark\n\n*.tmp2\n")
    assert rules.ignored("a.tmp2") is True and rules.ignored("remark") is None


def test_a_file_that_is_too_large_or_missing_or_a_folder_says_nothing(tmp_path: Path) -> None:
    assert IgnoreRules().below("", tmp_path) == IgnoreRules()
    (tmp_path / IGNORE_FILE).write_text("*.log\n" + "#" * MAX_IGNORE_FILE_BYTES)
    assert IgnoreRules().below("", tmp_path) == IgnoreRules()
    (tmp_path / "sub" / IGNORE_FILE).mkdir(parents=True)
    assert IgnoreRules().below("sub", tmp_path / "sub") == IgnoreRules()


@given(st.text(min_size=1, max_size=40))
def test_without_patterns_no_path_is_ignored(path: str) -> None:
    assert IgnoreRules().ignored(path) is None
