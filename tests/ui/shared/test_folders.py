"""Folders of ours have names."""

from __future__ import annotations

from pathlib import Path

from ui.shared.folders import folder_names, sample_folder


def test_folders_of_ours_have_names_and_a_person_s_own_stay_as_they_are(tmp_path: Path) -> None:
    name = folder_names(tmp_path)
    assert name(str(tmp_path / "uploads")) == "Dropped here"
    assert name(str(sample_folder() / "bakery")) == "Sample/bakery"
    assert name("/home/ana/uploads") == "/home/ana/uploads"
    assert name(f"{tmp_path / 'uploads'}2") == f"{tmp_path / 'uploads'}2"
