"""A model in parts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from rag.model.files.known_models import KnownModel, ModelFile

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
