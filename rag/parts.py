"""Settings to parts: the one place that chooses implementations. Heavy libraries are imported when a part is opened."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from rag.interfaces import ChatModel, Embedder
from rag.settings import Settings, existing_library, library_folder

if TYPE_CHECKING:
    from rag.library.library import Library
    from rag.model.llama import LlamaCpp


def open_embedder(settings: Settings) -> Embedder:
    """The embedder of the settings. Raises ModelMissing or ModelBroken."""
    from rag.library.embedder import OnnxEmbedder

    return OnnxEmbedder.load(settings.home / "models", threads=settings.threads)


def open_library(settings: Settings, name: str, *, create: bool = False) -> Library:
    """The library of that name. Raises LibraryMissing unless ``create``, EmbedderMismatch, LibraryError."""
    from rag.library.embedder import EMBEDDED
    from rag.library.library import Library

    folder = library_folder(settings.home, name) if create else existing_library(settings.home, name)
    return Library.open(folder, EMBEDDED)


class ModelLoader:
    """Loads the chat model when it is first called, once, whatever the number of threads."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self._path = path
        self._settings = settings
        self._lock = threading.Lock()
        self._model: LlamaCpp | None = None

    def __call__(self) -> ChatModel:
        """The loaded model. Raises ModelBroken."""
        from rag.model.llama import LlamaCpp

        with self._lock:
            if self._model is None:
                s = self._settings
                self._model = LlamaCpp.load(self._path, context=s.context, threads=s.threads, family=s.family)
            return self._model

    def close(self) -> None:
        """End the model's process, where there is one."""
        with self._lock:
            if self._model is not None:
                self._model.close()
                self._model = None


def model_loader(settings: Settings) -> ModelLoader:
    """Find the model's file and look at its header now; load it later. Raises ModelMissing or ModelBroken."""
    from rag.model.catalog import check_gguf, find_model

    path = find_model(settings)
    check_gguf(path)
    return ModelLoader(path, settings)
