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


def test_unstructured_takes_no_file_that_no_reader_takes() -> None:
    """It would be the reader of last resort: there is nothing left for it but sound, video and signatures."""
    from ingest.readers.shared.unstructured_offline import prepare

    prepare()
    from unstructured.file_utils.model import FileType

    taken = {suffix for kind in FileType if kind.is_partitionable for suffix in kind._extensions}
    assert len(taken) > 40
    left = taken - READERS.keys()
    assert {str(FOREIGN.get(suffix, suffix)) for suffix in left} <= {
        "an audio file, and speech is not transcribed",
        "a video, and speech is not transcribed",
        "a signature or a key",
    }
