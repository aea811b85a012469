"""Model files to measure with, prompts for them, and llama.cpp's own calls in another process."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.model.files.resolve import find_model
from rag.model.local.client import LlamaCpp
from rag.model.local.queue import TokenStream
from rag.settings import Settings
from rag.types import GenerationEnd, Prompt, Sampling, Turn
from tests import ggufs

MARKERS = ("<|prompter|>", "<|assistant|>", "<|system|>")
SHAPES: dict[str, dict[str, Any]] = {
    "1B": {"layers": 22, "width": 2048, "hidden": 5632, "heads": 32, "kv_heads": 4, "window": 2048},
    "13B": {"layers": 40, "width": 5120, "hidden": 13824, "heads": 40, "window": 2048},
}
SOURCES = (
    "The ferry Aurora crosses the river at six every morning and carries forty passengers and nine cars. ",
    "The library on the north bank was opened in 1911 and holds 23,000 volumes, most of them in Russian. ",
    "In winter the bridge is closed to lorries, and the fee for cars is two crowns until the ice has gone. ",
)


@contextlib.contextmanager
def model_file(name: str) -> Iterator[Path]:
    """Yield the embedded model for "", a file for a path; for "1B" and "13B" random weights, deleted afterwards."""
    if name not in SHAPES:
        yield find_model(Settings(home=Path(), model=name))
        return
    with tempfile.TemporaryDirectory(prefix="oaken-bench-") as folder:
        words = ggufs.sentencepiece(MARKERS)
        for key, filler in (("tokens", "▁w{}"), ("scores", -50.0), ("token_type", ggufs.NORMAL)):
            row: Any = words[f"tokenizer.ggml.{key}"]
            row += [filler.format(n) if isinstance(filler, str) else filler for n in range(32_000 - len(row))]
        keys, shapes = ggufs.model("llama", words, name=f"oasst-{name}", kind=ggufs.Q4_0, **SHAPES[name])
        begun = time.perf_counter()
        path = ggufs.write(Path(folder) / f"oasst-random-{name}.gguf", keys, shapes)
        print(f"{path.name}: {path.stat().st_size / 1e9:.2f} GB written in {time.perf_counter() - begun:.0f} s")
        yield path


def complete(stream: TokenStream) -> tuple[str, GenerationEnd]:
    """Return the whole text of a stream, and how it ended."""
    text = ""
    while True:
        try:
            text += next(stream)
        except StopIteration as end:
            return text, end.value


def generate(model: LlamaCpp, prompt: Prompt, tokens: int) -> tuple[str, GenerationEnd]:
    """Return what the model writes in at most so many tokens, and how it ended."""
    return complete(model.stream(prompt, Sampling(max_tokens=tokens)))


def prompt_of(model: LlamaCpp, *turns: Turn) -> Prompt:
    """Return the turns as a prompt for the model."""
    return Prompt(turns, model.encode(turns), model.card.window, 0)


class RawCalls:
    """llama.cpp's own calls in another process: ``benchmarks.speed.raw_llama``."""

    def __init__(self, path: Path, threads: int, *settings: int) -> None:
        command = [sys.executable, "-m", "benchmarks.speed.raw_llama", str(path), str(threads), *map(str, settings)]
        self._popen = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, prompt: list[int], tokens: int) -> dict[str, list[float]]:
        """Return wall and processor seconds for reading the prompt and writing so many tokens."""
        assert self._popen.stdin is not None and self._popen.stdout is not None
        self._popen.stdin.write(json.dumps({"prompt": prompt, "tokens": tokens}) + "\n")
        self._popen.stdin.flush()
        reply: dict[str, list[float]] = json.loads(self._popen.stdout.readline())
        return reply

    def close(self) -> None:
        """End the process."""
        self._popen.communicate()

    def __enter__(self) -> RawCalls:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
