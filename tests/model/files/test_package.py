"""A model that comes in parts, as Python packages: a made-up one, put together, checked, refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import ModelBrokenError, ModelError, ModelNotFoundError
from rag.model.files.package import assemble, is_installed
from rag.model.files.store import store_folder, stored
from tests.model.files.parts import FILE, Parts


def left(home: Path) -> list[str]:
    return sorted(path.name for path in store_folder(home).iterdir())


def test_the_parts_make_the_file_once(parts: Parts, home: Path) -> None:
    told: list[tuple[str, int, int]] = []
    held = assemble(parts.model, home, lambda *step: told.append(step))
    assert held.path.read_bytes() == parts.content
    assert held.note.verified and held.note.origin == "package made-up-gguf"
    assert {stage for stage, _, _ in told} == {"putting together", "checking"}
    assert all(total == len(parts.content) for _, _, total in told)
    assert left(home) == [FILE, f"{FILE}.json"]
    parts.path(2).unlink()  # the packages may go
    assert assemble(parts.model, home).path == held.path == stored(home)[0].path


def test_a_tenth_part_comes_after_the_second(parts: Parts, home: Path) -> None:
    for part in (1, 2, 3):
        parts.path(part).unlink()
    step = len(parts.content) // 12 + 1
    pieces = {f"{FILE}.part{n}": parts.content[n * step : (n + 1) * step] for n in range(12)}
    parts.install("made-up-gguf-part1", [], pieces)
    for part in (2, 3):
        parts.install(f"made-up-gguf-part{part}", [])
    assert assemble(parts.model, home).path.read_bytes() == parts.content


@pytest.mark.parametrize("kind", ["gone", "short", "changed", "unlisted"])
def test_what_is_not_the_file_is_refused_and_leaves_nothing(parts: Parts, home: Path, kind: str) -> None:
    path = parts.path(2)
    data = path.read_bytes()
    if kind == "gone":
        path.unlink()
    elif kind == "short":
        path.write_bytes(data[:-1])
    elif kind == "changed":
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    else:
        parts.install("made-up-gguf-part2", [])
    with pytest.raises(ModelBrokenError) as caught:
        assemble(parts.model, home)
    assert "pip install --force-reinstall made-up-gguf" in caught.value.hint
    assert not store_folder(home).exists() or left(home) == []


def test_a_package_that_is_not_installed_is_named(parts: Parts, home: Path) -> None:
    assert is_installed("made-up-gguf") and not is_installed("made-up-gguf-part9")
    parts.install("made-up-gguf", ["made-up-gguf-part1==1.0", "made-up-gguf-part9==1.0"])
    with pytest.raises(ModelNotFoundError, match="made-up-gguf-part9") as caught:
        assemble(parts.model, home)
    assert "oaken[gemma]" in caught.value.hint


def test_lack_of_space_is_reported_before_anything_is_written(
    parts: Parts, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 10}))
    with pytest.raises(ModelError, match="has 10 bytes left"):
        assemble(parts.model, home)
    assert left(home) == []


def test_a_stop_leaves_nothing(parts: Parts, home: Path) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        assemble(parts.model, home, stop)
    assert left(home) == []
