"""A cross-encoder that reads the question and a passage together: better than comparing vectors, and much slower.

Off unless a person names one (``OAKEN_RERANKER``, a folder laid out by sentence-transformers). It is the one part of
the everyday path that imports torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelBrokenError, ModelNotFoundError
from rag.messages import Message

_RERANK_BATCH = 8


class CrossEncoderReranker:
    """A sentence-transformers CrossEncoder with one output, on the CPU."""

    def __init__(self, name: str, model: Any) -> None:
        self._name = name
        self._model = model

    @classmethod
    def load(cls, folder: Path, *, threads: int = 0) -> CrossEncoderReranker:
        """Load the model in ``folder``. Raises ModelNotFoundError or ModelBrokenError."""
        if not (folder / "config.json").exists():
            raise ModelNotFoundError(
                Message("There is no re-ranker in {folder}.", folder=folder),
                Message("Name the folder of a cross-encoder, or: unset OAKEN_RERANKER"),
            )
        try:
            import torch
            from sentence_transformers import CrossEncoder
        except ImportError as error:
            raise ModelNotFoundError(
                Message("A re-ranker needs PyTorch and sentence-transformers."),
                Message("Install them with: pip install sentence-transformers, or: unset OAKEN_RERANKER"),
            ) from error
        if threads:
            torch.set_num_threads(threads)
        try:
            model = CrossEncoder(str(folder), device="cpu", local_files_only=True)
        except Exception as error:  # transformers raises what its parts raise
            raise ModelBrokenError(
                Message("The re-ranker in {folder} cannot be loaded: {error}", folder=folder, error=error),
                Message("Fetch it again, or: unset OAKEN_RERANKER"),
            ) from error
        if model.num_labels != 1:
            raise ModelBrokenError(
                Message(
                    "The model in {folder} distinguishes {number} classes: it is not a re-ranker.",
                    folder=folder,
                    number=model.num_labels,
                ),
                "unset OAKEN_RERANKER",
            )
        return cls(folder.name, model)

    @property
    def name(self) -> str:
        """The folder's name."""
        return self._name

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return 0 to 1 for each text (the logistic of the model's output)."""
        if not texts:
            return np.empty(0, dtype=np.float32)
        import torch

        pairs = [(question, text) for text in texts]
        raw = self._model.predict(
            pairs,
            batch_size=_RERANK_BATCH,
            show_progress_bar=False,
            activation_fn=torch.nn.Sigmoid(),
            convert_to_numpy=True,
        )
        return np.asarray(raw, dtype=np.float32).reshape(len(texts))
