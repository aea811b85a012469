"""Model files: the embedded one, loaded once for a module, and small ones of random weights written on the spot."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.model.files.resolve import find_model
from rag.model.local.client import LlamaCpp
from rag.settings import Settings
from tests import ggufs


@pytest.fixture(scope="session")
def embedded() -> Path:
    return find_model(Settings(home=Path()))


@pytest.fixture(scope="module")
def model(embedded: Path) -> Iterator[LlamaCpp]:
    with LlamaCpp.load(embedded, context=1024, threads=1) as loaded:
        yield loaded


@pytest.fixture
def write_gguf(tmp_path: Path) -> Callable[..., Path]:
    """Writes a model, of one layer unless told otherwise, with ``markers`` in its vocabulary as tokens of type
    ``kind``: a llama with SentencePiece's, or another base with GPT-2's."""

    def write(
        markers: tuple[str, ...],
        kind: int = ggufs.USER_DEFINED,
        name: str = "tiny",
        template: str = "",
        base: str = "llama",
        more: dict[str, object] | None = None,
        weights: int = ggufs.F32,
        **shape: int,
    ) -> Path:
        words = ggufs.sentencepiece(markers, kind) if base == "llama" else ggufs.byte_pairs(markers, kind)
        if template:
            words["tokenizer.chat_template"] = template
        keys, shapes = ggufs.model(base, words, name=name, more=more, kind=weights, **shape)
        return ggufs.write(tmp_path / f"{name}.gguf", keys, shapes)

    return write
