from __future__ import annotations

import threading
from pathlib import Path

import pytest

from rag.embedding.prepare import MANIFEST, damaged_files, fingerprint, prepared
from rag.errors import ModelBrokenError


def build(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"graph")
    (folder / "model.weights").write_bytes(b"weights")


def never(folder: Path) -> None:
    raise AssertionError("it is there already")


def test_it_is_prepared_once_with_a_notice_and_only_read_afterwards(tmp_path: Path) -> None:
    told: list[str] = []
    folder = prepared(tmp_path, "small", "12345678", build, told.append)
    assert folder == tmp_path / "prepared" / "small-12345678" and len(told) == 1 and "small" in told[0]
    assert sorted(path.name for path in folder.iterdir()) == [MANIFEST, "model.onnx", "model.weights"]
    assert all(path.stat().st_mode & 0o777 == 0o444 for path in folder.iterdir())
    assert prepared(tmp_path, "small", "12345678", never, told.append) == folder and len(told) == 1
    assert damaged_files(folder) == []


def test_what_is_damaged_is_found_by_size_at_once_and_by_checksum_when_asked(tmp_path: Path) -> None:
    folder = prepared(tmp_path, "small", "1", build)
    (folder / "model.weights").chmod(0o644)
    (folder / "model.weights").write_bytes(b"weighty")
    assert damaged_files(folder) == ["model.weights"]
    for harm in (lambda path: path.write_bytes(b"cut"), lambda path: path.unlink()):
        harm(folder / "model.weights")
        with pytest.raises(ModelBrokenError, match="damaged") as caught:
            prepared(tmp_path, "small", "1", never)
        assert str(folder) in caught.value.hint
    (folder / MANIFEST).chmod(0o644)
    (folder / MANIFEST).write_text("[]")
    with pytest.raises(ModelBrokenError, match="manifest"):
        prepared(tmp_path, "small", "1", never)


def test_a_build_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fails(folder: Path) -> None:
        (folder / "model.onnx").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(ModelBrokenError, match="No space left"):
        prepared(tmp_path, "small", "1", fails)
    assert list((tmp_path / "prepared").iterdir()) == []


def test_a_place_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "prepared").write_text("a file")
    with pytest.raises(ModelBrokenError, match="cannot be prepared") as caught:
        prepared(tmp_path, "small", "1", build)
    assert "OAKEN_HOME" in caught.value.hint


def test_two_that_prepare_at_once_get_the_same_folder(tmp_path: Path) -> None:
    meet = threading.Barrier(2, timeout=10)

    def slowly(folder: Path) -> None:
        build(folder)
        meet.wait()

    found: list[Path] = []
    both = [threading.Thread(target=lambda: found.append(prepared(tmp_path, "small", "1", slowly))) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert len(found) == 2 and found[0] == found[1] and damaged_files(found[0]) == []
    assert len(list((tmp_path / "prepared").iterdir())) == 1


def test_what_earlier_versions_exported_goes(tmp_path: Path) -> None:
    old, other = tmp_path / "small-0a1b2c3d.onnx", tmp_path / "smaller-0a1b2c3d.onnx"
    old.touch(), other.touch()
    prepared(tmp_path, "small", "1", build)
    assert not old.exists() and other.exists()


def test_the_fingerprint_changes_with_the_file_and_the_variant(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"a" * 70000), two.write_bytes(b"a" * 70001)
    assert len({fingerprint(one), fingerprint(two), fingerprint(one, "7")}) == 3
