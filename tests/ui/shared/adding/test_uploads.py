from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ui.shared.adding import uploads
from ui.shared.adding.uploads import DroppedFile, UploadRefusedError, keep, safe_name
from ui.web.server.launcher import UPLOAD_MB

HOSTILE = [
    "../../etc/passwd", "/etc/passwd", "C:\\Windows\\win.ini", "\\\\host\\share\\a.txt", "a/../../b.txt", "a\x00b.txt",
    "CON.txt", "nul", ".hidden", "a\u202etxt.exe", "x" * 300 + ".pdf", "привет.txt", "año 2024.md", "a\nb.txt",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_in_the_folder(name: str, tmp_path: Path) -> None:
    kept = keep([DroppedFile(name, b"words")], tmp_path)
    inside = list((tmp_path / uploads.UPLOADS_FOLDER).iterdir())
    assert [*kept.paths] == inside
    assert all(path.is_file() and not path.name.startswith(".") for path in inside)
    assert len(inside) + len(kept.refused) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [uploads.UPLOADS_FOLDER]


@example("a/../../b.txt")
@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_any_name_is_one_part_of_a_path_or_refused(name: str) -> None:
    try:
        safe = safe_name(name)
    except UploadRefusedError:
        return
    assert Path(safe).name == safe
    assert safe not in (".", "..")
    assert len(safe.encode()) <= 200


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", b"MZ\x90", "not a PDF"),
        ("a.docx", b"hello", "another type of file"),
        ("a.txt", b"a\x00b", "not text"),
        ("...", b"x", "name"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_with_the_reason(
    name: str, content: bytes, reason: str, tmp_path: Path
) -> None:
    kept = keep([DroppedFile(name, content)], tmp_path)
    assert kept.paths == ()
    assert kept.refused[0][0] == name
    assert reason in kept.refused[0][1]


def test_the_page_says_the_same_limit() -> None:
    assert UPLOAD_MB * 2**20 == uploads.MAX_UPLOAD_BYTES


def test_the_size_limit_holds_on_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_UPLOAD_BYTES", 10)
    kept = keep([DroppedFile("a.txt", b"x" * 11), DroppedFile("b.txt", b"x" * 10)], tmp_path, by_path=True)
    assert [path.name for path in kept.paths] == ["b.txt"]
    assert "larger than" in kept.refused[0][1] and "by its path" in kept.refused[0][1]
    kept = keep([DroppedFile("a.txt", b"x" * 11)], tmp_path)
    assert "larger than" in kept.refused[0][1] and "path" not in kept.refused[0][1]


def test_a_second_drop_replaces_and_two_of_a_name_in_one_drop_are_both_kept(tmp_path: Path) -> None:
    keep([DroppedFile("a.txt", b"one")], tmp_path)
    kept = keep([DroppedFile("a.txt", b"two"), DroppedFile("x/a.txt", b"three")], tmp_path)
    assert [path.name for path in kept.paths] == ["a.txt", "a (2).txt"]
    assert [path.read_bytes() for path in kept.paths] == [b"two", b"three"]
    assert (kept.paths[0].stat().st_mode & 0o777) == 0o600


def test_a_link_in_the_place_of_a_copy_is_not_followed(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside.txt", tmp_path / uploads.UPLOADS_FOLDER
    outside.write_text("mine")
    folder.mkdir()
    (folder / "a.txt").symlink_to(outside)
    keep([DroppedFile("a.txt", b"words")], tmp_path)
    assert outside.read_text() == "mine"
