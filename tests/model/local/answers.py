"""A question to a model, and its answer."""

from typing import Any

from rag.model.local.client import LlamaCpp
from rag.types import Prompt, Sampling, Turn

SHORT = Sampling(max_tokens=24)
LONG = Sampling(max_tokens=400)


def prompt(model: LlamaCpp, question: str, reserved: int = 160) -> Prompt:
    turns = (Turn("user", question),)
    return Prompt(turns, model.encode(turns), model.card.window, reserved)


def answer(model: LlamaCpp, question: str, sampling: Sampling = SHORT) -> str:
    return "".join(model.stream(prompt(model, question), sampling))


def ending(stream: Any) -> Any:
    while True:
        try:
            next(stream)
        except StopIteration as end:
            return end.value
