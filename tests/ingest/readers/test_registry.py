"""The table of readers: suffixes, signatures, and what no reader is for."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers import FOREIGN, READERS, UnreadableError, read, unsupported_kind


def test_every_suffix_has_a_module_that_reads() -> None:
    import importlib

    for suffix, reader in READERS.items():
        assert suffix == suffix.lower() and suffix.startswith(".")
        assert callable(importlib.import_module(reader.module).read)


def test_an_archive_of_another_kind_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "papers").write_bytes(b"Rar!\x1a\x07\0" + b"\0" * 90)
    with pytest.raises(UnreadableError, match="unpack it"):
        read(tmp_path / "papers")
    assert unsupported_kind(Path("papers.7Z")) == FOREIGN[".7z"]
    assert unsupported_kind(Path("papers.ZIP")) == ""
