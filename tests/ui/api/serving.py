"""A server of the API, the model behind it, and what is asked of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

TOKEN = "a-token-that-is-long-enough"
CHAT = {"model": "oaken", "messages": [{"role": "user", "content": "Who was the miller?"}]}
RAW = CHAT | {"model": "oaken-raw"}


class Loader:
    """Hands out one model; or raises."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.closed = False

    def __call__(self) -> Any:
        if isinstance(self.model, Exception):
            raise self.model
        return self.model

    def close(self) -> None:
        self.closed = True


Start = Callable[..., httpx.Client]


def events(response: httpx.Response) -> list[Any]:
    lines = [line.removeprefix("data: ") for line in response.text.splitlines() if line.startswith("data: ")]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


SAID = "The miller's name was Tobias Wren. He lived on the moon."
