"""A model of sentence-transformers to ONNX, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from rag.embedding import add as module
from rag.embedding.export_onnx import REFERENCE_TEXTS
from rag.errors import ModelBrokenError
from rag.interfaces import EmbedderCard, Vectors
from tests.embedding.added_models import REPOSITORY

pytestmark = [pytest.mark.real, pytest.mark.slow]


def test_torch_stays_in_the_child(tiny: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from rag.embedding.add import add\n"
        "add(Path(sys.argv[1]), sys.argv[2])\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers'} & sys.modules.keys()))\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path), str(tiny / "bge")]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


class Turned:
    """An embedder whose vectors are turned by an angle, another one for a text that is alone."""

    def __init__(self, alone: float, batch: float) -> None:
        self.card = EmbedderCard("turned", 2, 8)
        self._alone, self._batch = alone, batch

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        angle = self._batch if len(texts) > 1 else self._alone
        return np.tile(np.array([np.cos(angle), np.sin(angle)], np.float32), (len(texts), 1))


@pytest.mark.parametrize(
    ("alone", "batch", "said"),
    [
        (np.nan, np.nan, "does not return vectors of 2 numbers"),
        (0.0, 0.5, "for the same text in a batch"),
        (0.5, 0.5, "other vectors here than in sentence-transformers"),
        (0.001, 0.0, ""),
    ],
)
def test_vectors_that_are_none_or_not_those_of_the_model_are_refused(alone: float, batch: float, said: str) -> None:
    reference = np.tile(np.array([1, 0], np.float32), (len(REFERENCE_TEXTS), 1))
    with pytest.raises(ModelBrokenError, match=said) if said else nullcontext():
        module._check_vectors(Turned(alone, batch), reference)  # type: ignore[arg-type]
