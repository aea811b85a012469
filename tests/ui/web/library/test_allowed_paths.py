"""What may be added by its path: anything on one's own machine, only what lies in named folders where others come."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rag.errors import UsageError
from ui.web.library.allowed_paths import Folders, allowed_folders, allowed_path, confined
from ui.web.server.launcher import FOLDERS_VARIABLE


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Two folders that are named, and what lies beside them."""
    root = tmp_path.resolve()
    for name in ("one/a/b.txt", "two/c.txt", "beside/secret.txt", "one-more/d.txt"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("words")
    (root / "one" / "out").symlink_to(root / "beside")
    (root / "one" / "out.txt").symlink_to(root / "beside" / "secret.txt")
    (root / "one" / "over").symlink_to(root / "two")
    (root / "one" / "loop").symlink_to(root / "one" / "loop")
    (root / "beside" / "in").symlink_to(root / "one")
    return root


def folders(tree: Path) -> tuple[Path, ...]:
    return (tree / "one", tree / "two")


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("{tree}/one", "one"),
        ("{tree}/one/", "one"),
        ("{tree}/one/a/../a/b.txt", "one/a/b.txt"),
        ("{tree}/two/c.txt", "two/c.txt"),
        ("a/b.txt", "one/a/b.txt"),  # a relative one begins in any of them
        ("c.txt", "two/c.txt"),
        (".", "one"),
        ("over/c.txt", "two/c.txt"),  # a link from one into another
        ("{tree}/beside/in/a", "one/a"),  # or from outside into one
        ("{tree}/beside/../one/a", "one/a"),
    ],
)
def test_what_lies_in_a_named_folder_may_be_added(tree: Path, given: str, found: str) -> None:
    assert allowed_path(given.format(tree=tree), folders(tree)) == tree / found


@pytest.mark.parametrize(
    "given",
    [
        "/", "/etc/passwd", "..", "../beside/secret.txt", "{tree}", "{tree}/beside", "{tree}/beside/secret.txt",
        "{tree}/one-more/d.txt", "{tree}/one/../beside/secret.txt", "out", "out/secret.txt", "out.txt",
        "over/../beside", "over/c.txt", "{tree}/one/out/../beside", "/nowhere", "../nowhere", "out/nowhere", "~",
        "~/.ssh", "a\0b",
    ],
)  # fmt: skip
def test_what_lies_outside_is_refused_in_the_same_words_whether_it_is_there_or_not(tree: Path, given: str) -> None:
    with pytest.raises(UsageError) as caught:
        allowed_path(given.format(tree=tree), folders(tree)[:1])
    said = f"Only what lies in these folders can be added by its path: {tree}/one"
    assert (caught.value.message, caught.value.hint) == (said, "")


@pytest.mark.parametrize("given", ["nothing.txt", "{tree}/two/nothing", "loop/x", "~nobody-of-that-name/x", "x" * 5000])
def test_what_is_not_there_is_told_of_a_named_folder_only(tree: Path, given: str) -> None:
    with pytest.raises(UsageError, match="There is no file or folder") as caught:
        allowed_path(given.format(tree=tree), folders(tree))
    assert str(tree / "one") in caught.value.message or str(tree / "two") in caught.value.message


@pytest.mark.parametrize("given", ["/etc/passwd", "{tree}/one", "nothing", "."])
def test_without_a_named_folder_nothing_may_be_added(tree: Path, given: str) -> None:
    with pytest.raises(UsageError, match="Other computers can reach this page") as caught:
        allowed_path(given.format(tree=tree), ())
    assert "oaken ui --folder DIR" in caught.value.message


def test_on_one_s_own_machine_any_path_may_be_added(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    monkeypatch.setenv("HOME", str(tree))
    for given in ("beside/secret.txt", f"{tree}/beside/secret.txt", "~/beside/secret.txt"):
        assert allowed_path(given, None) == tree / "beside" / "secret.txt"
    assert allowed_path("one/out.txt", None) == tree / "one" / "out.txt"  # as it was named: ingest looks at links
    for given in ("nothing", "~nobody-of-that-name/x", "a\0b", "x" * 5000):
        with pytest.raises(UsageError, match="There is no file or folder"):
            allowed_path(given, None)


@pytest.mark.parametrize(
    ("told", "expected"),
    [(None, None), ("", None), ("[]", ()), (json.dumps(["/a", "/b c"]), (Path("/a"), Path("/b c")))],
)
def test_the_folders_are_told_by_a_variable(
    told: str | None, expected: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(FOLDERS_VARIABLE, raising=False)
    if told is not None:
        monkeypatch.setenv(FOLDERS_VARIABLE, told)
    assert allowed_folders() == expected
    assert os.environ.get(FOLDERS_VARIABLE) == told


def beginning() -> None:
    """What is drawn where nothing was added yet, on either page."""
    from ui.web.library import add_files, page

    add_files.first_steps()
    page._empty()


@pytest.mark.parametrize(("named", "offered"), [("", True), ("[]", False), ('["/papers"]', True)])
def test_a_path_is_asked_for_only_where_one_may_be_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str, offered: bool
) -> None:
    monkeypatch.setenv("OAKEN_HOME", str(tmp_path))
    monkeypatch.setenv(FOLDERS_VARIABLE, named)
    page = AppTest.from_function(beginning, default_timeout=30).run()
    said = " ".join(each.proto.body for each in page.get("html"))
    assert not page.exception and "This library is empty. Drop files above" in said
    assert said.count("or enter a folder path") == (2 if offered else 0)


def test_what_waited_is_looked_at_again_when_its_turn_comes(tree: Path) -> None:
    """Another ingest may take long, and who can write to a named folder puts a link into it meanwhile."""
    path, own = allowed_path("a", folders(tree)), (tree / "beside" / "in" / "uploads",)
    (tree / "one" / "uploads").mkdir()
    for named in (folders(tree), ()):
        uploaded, within = confined([tree / "one" / "uploads"], named, own, ["/papers", "/papers"])
        assert uploaded == [tree / "one" / "uploads"]
        assert within == (*named, tree / "one" / "uploads", Path("/papers"))
    assert confined([path], folders(tree), own, ())[0] == [path]
    path.rename(tree / "one" / "before")
    path.symlink_to(tree / "beside")
    with pytest.raises(UsageError, match="Only what lies in these folders"):
        confined([path], folders(tree), own, ())
    assert confined([path], None, own, ()) == ([path], None)
