"""What the process of a peer is asked and prints; the standard library alone, as its environment lacks Oaken's.

``ingest FOLDER STORE EMBEDDER`` indexes a folder and prints an object. ``ask STORE EMBEDDER MODEL QUESTIONS`` prints
one for each question, with moments (seconds since the epoch): the caller knows when the process was started.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MAX_TOKENS = 96  # written for an answer, at temperature 0
CONTEXT = 4096  # tokens of the model's window: LangChain's own 512 is below what its prompts need


class Stages:
    """Wall and processor seconds of named stages."""

    def __init__(self) -> None:
        self.wall: dict[str, float] = {}
        self.processor: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add what happens within to the stage."""
        wall, processor = time.perf_counter(), time.process_time()
        yield
        self.wall[name] = self.wall.get(name, 0.0) + time.perf_counter() - wall
        self.processor[name] = self.processor.get(name, 0.0) + time.process_time() - processor

    def report(self, **facts: Any) -> dict[str, Any]:
        """Return the stages with other facts and the process's peak memory."""
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {"wall": self.wall, "processor": self.processor, "memory_mb": memory, **facts}


def serve(
    ingest: Callable[[Path, Path, str], Mapping[str, Any]],
    ask: Callable[[Path, str, str, list[str]], Iterable[Mapping[str, Any]]],
) -> None:
    """Do what the command line says, and print it as JSON lines."""
    if sys.argv[1] == "ingest":
        print(json.dumps(ingest(Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])), flush=True)
        return
    questions = json.loads(Path(sys.argv[5]).read_text(encoding="utf-8"))
    for row in ask(Path(sys.argv[2]), sys.argv[3], sys.argv[4], questions):
        print(json.dumps(row), flush=True)


def cut_share(tokenizer: Any, texts: list[str], limit: int) -> float:
    """Return the share of the texts' tokens beyond the embedder's limit: they never reach a vector."""
    lengths = [len(tokenizer(text, truncation=False, add_special_tokens=True)["input_ids"]) for text in texts]
    return sum(max(0, length - limit) for length in lengths) / max(1, sum(lengths))
