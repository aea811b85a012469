"""A model server as a person enters it: tried once, then used for every answer."""

from __future__ import annotations

import os

from rag.interfaces import ModelCard
from rag.model.remote.client import RemoteModel, server_root
from rag.settings import Settings, remember_server

_TRIAL_SECONDS = 20.0  # seconds that a trial waits for an answer


def with_scheme(address: str) -> str:
    """Return the address of a server with what people leave out: ``localhost:11434`` is ``http://localhost:11434``."""
    return f"http://{address}" if address and "://" not in address else address


def try_server(settings: Settings, url: str, *, key: str = "", name: str = "") -> ModelCard:
    """Connect to a server and return what it says of its model.

    Raises UsageError for an invalid address, ModelNotFoundError for a model that it lacks, ModelError where it does not
    answer as expected.
    """
    with RemoteModel.connect(url, key=key, name=name, context=settings.context, read=_TRIAL_SECONDS) as model:
        return model.card


def use_server(settings: Settings, url: str, *, key: str = "", name: str = "") -> str:
    """Remember a server for every command; return the variable that overrides it, or "". Raises UsageError."""
    server_root(url)
    remember_server(settings.home, url, key=key, name=name)
    return next((each for each in ("OAKEN_MODEL_URL", "OAKEN_MODEL") if os.environ.get(each)), "")
