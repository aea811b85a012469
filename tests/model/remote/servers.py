"""A server, and what it said."""

from __future__ import annotations

from typing import Any

from rag.model.remote.client import RemoteModel
from rag.types import GenerationEnd, Prompt, Sampling, Turn
from tests.model.chat_server import Server

KEY = "a-key-of-ours"
TURNS = (Turn("system", "Answer shortly."), Turn("user", "What is the capital of France?"))


def prompt_of(model: RemoteModel, turns: tuple[Turn, ...] = TURNS) -> Prompt:
    return Prompt(turns, model.encode(turns), model.card.window, 32)


def said(model: RemoteModel, sampling: Sampling | None = None) -> tuple[str, GenerationEnd]:
    pieces: list[str] = []
    stream = model.stream(prompt_of(model), sampling or Sampling(max_tokens=32))
    while True:
        try:
            pieces.append(next(stream))
        except StopIteration as stop:
            return "".join(pieces), stop.value


def connect(server: Server, **options: Any) -> RemoteModel:
    return RemoteModel.connect(server.root, read=1.0, **options)
