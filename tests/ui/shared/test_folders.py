"""Folders of ours have names."""

from __future__ import annotations

from pathlib import Path

from ui.shared.folders import folder_names, place_names, sample_folder


def test_folders_of_ours_have_names_and_a_person_s_own_stay_as_they_are(tmp_path: Path) -> None:
    name = folder_names(tmp_path)
    assert name(str(tmp_path / "uploads")) == "Dropped here"
    assert name(str(sample_folder() / "bakery")) == "Sample/bakery"
    assert name("/home/ana/uploads") == "/home/ana/uploads"
    assert name(f"{tmp_path / 'uploads'}2") == f"{tmp_path / 'uploads'}2"


def test_a_folder_is_named_by_its_place_below_what_was_added(tmp_path: Path) -> None:
    uploads = str(tmp_path / "uploads")
    name = place_names(["/home/ana/papers", "/mnt/old/papers", "/mnt/notes", uploads], tmp_path)
    assert name("/home/ana/papers/2024/may") == "ana/papers/2024/may"
    assert name("/mnt/old/papers") == "old/papers"
    assert name("/mnt/notes/x") == "notes/x"
    assert name(uploads) == "Dropped here"
    assert name("/mnt/notes2") == "/mnt/notes2"
    assert place_names(["/"], tmp_path)("/etc") == "/etc"
