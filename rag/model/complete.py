"""Text completion, code included: after a prefix, or between a prefix and a suffix where the model supports it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Protocol, runtime_checkable

from rag.errors import ModelBrokenError, ModelBusyError, ModelError, ModelNotFoundError, UsageError
from rag.interfaces import ChatModel
from rag.messages import Message
from rag.types import GenerationEnd, Sampling

_TRUNCATION_SHARE = 0.8  # a text that is too long is cut to this share and tried again


@runtime_checkable
class _Completes(Protocol):
    """The methods of a model that completes text beside chatting."""

    def encode_text(self, text: str) -> tuple[int, ...]: ...

    def encode_gap(self, before: str, after: str) -> tuple[int, ...]: ...

    def stream_between(
        self, before: str, after: str, tokens: tuple[int, ...], sampling: Sampling
    ) -> Generator[str, None, GenerationEnd]: ...


def complete(model: ChatModel, before: str, after: str, sampling: Sampling) -> Generator[str, None, GenerationEnd]:
    """Yield what the model writes between the two texts; with nothing ``after``, what follows the first.

    Texts longer than the window keep the parts next to the gap. Raises UsageError where the model, or its server, does
    not fill gaps, and where both texts are empty; ModelError as the model does.
    """
    card = model.card
    if not isinstance(model, _Completes):
        raise UsageError(
            Message("{card} is a chat model: it cannot continue a text.", card=card.name), "oaken models use embedded"
        )
    if not before and not after:
        raise UsageError(Message("There is no text to continue."), Message("Give the text before the gap."))
    window = card.window
    limit = min(sampling.max_tokens, window // 2)
    while True:
        tokens = _gap(model, before, after) if after else model.encode_text(before)
        if len(tokens) + limit <= window or not before + after:
            break
        # Three quarters of the room are for the text before the gap.
        share = _TRUNCATION_SHARE * min(1.0, (window - limit) / len(tokens) + 0.1)
        if len(after) * 3 > len(before):
            after = after[: int(len(after) * share)]
        else:
            before = before[len(before) - int(len(before) * share) :]
    return model.stream_between(before, after, tokens, replace(sampling, max_tokens=limit))


def _gap(model: _Completes, before: str, after: str) -> tuple[int, ...]:
    try:
        return model.encode_gap(before, after)
    except (ModelBrokenError, ModelBusyError, ModelNotFoundError):
        raise
    except ModelError as error:  # it was asked for what it cannot do: no fault of the model
        raise UsageError(
            error.message, Message("Leave out the text after the gap, or: oaken models use NAME-OF-A-CODE-MODEL")
        ) from error
