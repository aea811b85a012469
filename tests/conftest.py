"""What rooms share: one folder of exported models for the session, so that the embedder is exported once."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

# A shell ignores Ctrl-C for what it starts in the background, and children inherit that: then none could be tested.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder that holds the exported embedder."""
    from rag.library.embedder import OnnxEmbedder

    folder = tmp_path_factory.mktemp("models")
    OnnxEmbedder.load(folder)
    return folder
