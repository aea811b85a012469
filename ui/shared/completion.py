"""Open the model for plain text completion.

No conversation is held with it, so the file of a base model, which has no prompt family, is accepted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

from rag.factory import model_loader
from rag.interfaces import ChatModel
from rag.settings import Settings


@contextmanager
def opened(settings: Settings) -> Iterator[ChatModel]:
    """Open the model of the settings, loaded, and close it afterwards.

    Raises ModelNotFoundError, ModelBrokenError or ModelError.
    """
    from rag.model.files.describe import facts
    from rag.model.files.resolve import find_model

    if not settings.model_url and not facts(find_model(settings), settings.family).family:
        settings = replace(settings, family="chatml")  # any: no turn is ever written
    with closing(model_loader(settings)) as loader:
        yield loader()
