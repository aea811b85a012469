"""Settings to implementations: the one place that chooses them. Heavy libraries are imported when one is opened."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import EmbedderMismatchError, LibraryError
from rag.interfaces import ChatModel, Embedder, EmbedderCard, Reranker, SpanReader
from rag.messages import Message
from rag.settings import (
    DEFAULT_LIBRARY,
    LEDGER_FILE,
    Settings,
    existing_library,
    holds_library,
    library_folder,
    library_names,
    names_of,
)

if TYPE_CHECKING:
    from rag.library.library import Library
    from rag.library.reader import LibraryReader
    from rag.model.local.client import LlamaCpp
    from rag.model.remote.client import RemoteModel


def open_embedder(settings: Settings, name: str = "", *, notify: Callable[[str], None] | None = None) -> Embedder:
    """Return the embedder of that name; without one, that of the settings. ``notify`` is called if it must be prepared.

    Raises UsageError for an unknown name, ModelNotFoundError or ModelBrokenError.
    """
    from rag.embedding import registry

    wanted = name or settings.embedder or registry.DEFAULT_EMBEDDER.name
    return registry.load(settings.home / "models", wanted, threads=settings.threads, notify=notify)


def embedder_name(settings: Settings, library: str) -> str:
    """Return the name of a library's embedder; for a library that does not exist yet, that of the settings.

    Raises UsageError for a bad name of a library, LibraryError where its ledger cannot be read.
    """
    from rag.embedding.registry import DEFAULT_EMBEDDER
    from rag.library.db.ledger import remembered

    path = library_folder(settings.home, library) / LEDGER_FILE
    return remembered(path) or settings.embedder or DEFAULT_EMBEDDER.name


def libraries_with(settings: Settings, embedder: str) -> list[str]:
    """Return the names of libraries embedded with it; one whose ledger cannot be read is left out."""
    from rag.library.db.ledger import remembered

    found = []
    for name in library_names(settings.home):
        with contextlib.suppress(LibraryError):
            if remembered(library_folder(settings.home, name) / LEDGER_FILE) == embedder:
                found.append(name)
    return found


def embedder_card(settings: Settings, name: str) -> EmbedderCard | None:
    """Return the card of an embedder that is not loaded; None for an unknown one."""
    from rag.embedding.registry import card_of, embedder_names

    models = settings.home / "models"
    return card_of(models, name) if name in embedder_names(models) else None


def open_library(settings: Settings, name: str, *, create: bool = False) -> Library:
    """Open the library of that name, with its own embedder.

    Raises LibraryNotFoundError unless ``create``, EmbedderMismatchError where its embedder is not known here,
    LibraryError.
    """
    from rag.library.library import Library

    folder = new_library(settings, name) if create else find_library(settings, name)
    wanted = embedder_name(settings, name)
    card = embedder_card(settings, wanted)
    if card is None and holds_library(folder):
        option = "" if name == DEFAULT_LIBRARY else f" --library {name}"
        raise EmbedderMismatchError(
            Message("The library {name!r} was embedded with {held}, which is not known here.", name=name, held=wanted),
            Message("Embed it again: oaken reembed{option}", option=option),
        )
    return Library.open(folder, card or open_embedder(settings, wanted).card, chroma_url=settings.chroma_url)


def open_reader(settings: Settings, names: str) -> LibraryReader:
    """Open one library, or several to be asked together: their names with commas between, "home,work".

    Raises UsageError for libraries of different embedders, and all that :func:`open_library` raises.
    """
    from rag.library.library_group import LibraryGroup

    wanted = names_of(names)
    if len(wanted) == 1:
        return open_library(settings, wanted[0])
    with contextlib.ExitStack() as opened:
        libraries = [opened.enter_context(contextlib.closing(open_library(settings, each))) for each in wanted]
        group = LibraryGroup(libraries)
        opened.pop_all()
    return group


def find_library(settings: Settings, name: str) -> Path:
    """Return the folder of an existing library: of this home, or of the settings' database.

    Raises LibraryNotFoundError, which says how to create one; LibraryError where it, or the database, is gone.
    """
    if settings.ledger_url and not holds_library(library_folder(settings.home, name)):
        link_libraries(settings)
    folder = existing_library(settings.home, name)
    if not (folder / LEDGER_FILE).exists():
        from rag.library.shared import require_held

        require_held(settings, folder)
    return folder


def link_libraries(settings: Settings) -> None:
    """Give every library of the settings' database a folder in this home. Raises LibraryError."""
    if settings.ledger_url:
        from rag.library import shared

        shared.link_libraries(settings)


def database_state(settings: Settings) -> tuple[str, str, int]:
    """Return the settings' database: its server's version, its name, and its libraries. Raises LibraryError."""
    from rag.library.shared import database_state as state

    return state(settings)


def new_library(settings: Settings, name: str) -> Path:
    """Return the folder of a library that is to be, in the settings' database where they name one.

    One that exists stays where it is. Raises LibraryError where the database cannot be reached.
    """
    if not settings.ledger_url:
        return library_folder(settings.home, name)
    from rag.library.shared import link_new_library

    return link_new_library(settings, name)


def open_reranker(settings: Settings) -> Reranker | None:
    """Return the re-ranker that the settings name, or None. Raises ModelNotFoundError or ModelBrokenError."""
    if not settings.reranker:
        return None
    from rag.embedding.reranker import CrossEncoderReranker

    return CrossEncoderReranker.load(Path(settings.reranker).expanduser(), threads=settings.threads)


def open_span_reader(settings: Settings, *, notify: Callable[[str], None] | None = None) -> SpanReader:
    """Return the extractive reader; ``notify`` is called if it must be prepared.

    Raises ModelNotFoundError or ModelBrokenError.
    """
    from rag.embedding.span_reader import OnnxSpanReader

    return OnnxSpanReader.open(settings.home / "models", threads=settings.threads, notify=notify)


class ModelLoader:
    """Loads the chat model at the first call, once, whatever the number of threads."""

    def __init__(self, path: Path | None, settings: Settings, batch: int = 0) -> None:
        self._path = path  # None: the settings name a server
        self._batch = batch
        self._settings = settings
        self._lock = threading.Lock()
        self._model: LlamaCpp | RemoteModel | None = None

    def __call__(self) -> ChatModel:
        """Return the loaded model, or the server's. Raises ModelBrokenError, ModelError."""
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model

    def _load(self) -> LlamaCpp | RemoteModel:
        s = self._settings
        if self._path is None:
            from rag.model.remote.client import RemoteModel

            return RemoteModel.connect(s.model_url, key=s.model_key, name=s.model_name, context=s.context)
        from rag.model.local.client import LlamaCpp

        return LlamaCpp.load(
            self._path,
            context=s.context,
            threads=s.threads,
            family=s.family,
            batch=self._batch,
            models=s.home / "models",
        )

    def close(self) -> None:
        """End the model's process, where there is one."""
        with self._lock:
            if self._model is not None:
                self._model.close()
                self._model = None


def model_loader(settings: Settings, batch: int = 0) -> ModelLoader:
    """Find the model's file and check its header now; load it later. A server is contacted later too.

    ``batch`` is how many tokens of a prompt are evaluated at once, 0 as tuned. Raises ModelNotFoundError or
    ModelBrokenError; UsageError for an invalid server address.
    """
    from rag.model.files.check import check_gguf
    from rag.model.files.resolve import find_model

    if settings.model_url:
        from rag.model.remote.client import server_root

        server_root(settings.model_url)
        return ModelLoader(None, settings)
    path = find_model(settings)
    check_gguf(path)
    return ModelLoader(path, settings, batch)
