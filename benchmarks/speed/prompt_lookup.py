"""Try prompt lookup, which Oaken does not use: ``python -m benchmarks.speed.prompt_lookup [--model PATH]``.

Tokens are guessed from the prompt and checked several at a time by llama.cpp's own calls. Is the greedy text the same,
and is it written sooner?
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np

from benchmarks.results import benchmark_parser, parse_options, publish
from benchmarks.shared.local_models import SOURCES, model_file, prompt_of
from benchmarks.speed.raw_llama import decode, load
from rag.model.local.client import LlamaCpp
from rag.types import Turn

QUESTIONS = ("When does the ferry cross?", "What was opened in 1911?", "Who pays two crowns?", "Repeat the text.")
TOKENS, BATCH = 48, 128
COLUMNS = {
    "answers": "",
    "the same text": "",
    "speed, of without": ".2f",
    "slowest": ".2f",
    "fastest": ".2f",
    "passes, of without": ".2f",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Write every answer without and with guesses, print a row."""
    parser = benchmark_parser("benchmarks.speed.prompt_lookup", __doc__)
    parser.add_argument("--model", default="", help="a GGUF file (default: the embedded model)")
    parser.add_argument("--answers", type=int, default=12)
    parser.add_argument("--draft", type=int, default=4, help="tokens guessed at once")
    options = parse_options(parser, arguments)
    same, ratios, fewer = 0, [], []
    with model_file(options.model) as path:
        writer = Writer(path)
        for prompt in prompts(path, options.answers):
            text, seconds, passes = writer.write(prompt, 0)
            guessed, seconds_then, passes_then = writer.write(prompt, options.draft)
            same += text == guessed
            ratios.append(seconds / seconds_then)
            fewer.append(passes_then / passes)
    cells = (len(ratios), same, statistics.median(ratios), min(ratios), max(ratios), statistics.median(fewer))
    row = dict(zip(COLUMNS, cells, strict=True))
    publish(options, "prompt_lookup", "Prompt lookup: in processor seconds", COLUMNS, [row])


def prompts(path: Path, number: int) -> list[tuple[int, ...]]:
    """Return so many prompts as tokens."""
    system = Turn("system", "Answer in one sentence. Copy the words that answer.")
    texts = [f"{SOURCES[n % 3]}\n\n{QUESTIONS[n % len(QUESTIONS)]}" for n in range(number)]
    with LlamaCpp.load(path, context=1024, threads=1) as model:
        return [tuple(prompt_of(model, system, Turn("user", text)).tokens) for text in texts]


class Writer:
    """Writes greedily by llama.cpp's own calls."""

    def __init__(self, path: Path) -> None:
        self._context, self._model = load(str(path), 1, BATCH, 0)
        self._vocabulary: Any = llama_cpp.llama_model_get_vocab(self._model)
        self._size = llama_cpp.llama_vocab_n_tokens(self._vocabulary)
        self._memory: Any = llama_cpp.llama_get_memory(self._context)

    def write(self, prompt: tuple[int, ...], draft: int) -> tuple[list[int], float, int]:
        """Return the tokens, the processor seconds and the passes, with so many tokens guessed at once (0: none)."""
        llama_cpp.llama_memory_clear(self._memory, False)
        for at in range(0, len(prompt), BATCH):
            decode(self._context, list(prompt[at : at + BATCH]))
        out, passes = [self._best(-1)], 0
        begun = time.process_time()
        while len(out) < TOKENS and not self._ends(out[-1]):
            passes += 1
            out += self._next(out[-1], guess([*prompt, *out], draft))
        return out[:TOKENS], time.process_time() - begun, passes

    def _next(self, last: int, drafted: list[int]) -> list[int]:
        """Evaluate the last token and the guesses; return the tokens that are right, up to one that ends the text."""
        if not drafted:
            decode(self._context, [last])
            return [self._best(-1)]
        rows = self._check([last, *drafted])
        good = next((n for n, token in enumerate(drafted) if rows[n] != token), len(drafted))
        end = llama_cpp.llama_memory_seq_pos_max(self._memory, 0)
        llama_cpp.llama_memory_seq_rm(self._memory, 0, end - (len(drafted) - good) + 1, -1)
        found = [*drafted[:good], rows[good]]
        stop = next((n for n, token in enumerate(found, 1) if self._ends(token)), len(found))
        return found[:stop]

    def _check(self, tokens: list[int]) -> list[int]:
        """Evaluate the tokens at once; return the likeliest next token after each."""
        batch = llama_cpp.llama_batch_init(len(tokens), 0, 1)
        past = llama_cpp.llama_memory_seq_pos_max(self._memory, 0) + 1
        batch.n_tokens = len(tokens)
        for n, token in enumerate(tokens):
            batch.token[n], batch.pos[n], batch.n_seq_id[n], batch.logits[n] = token, past + n, 1, 1
            batch.seq_id[n][0] = 0
        if llama_cpp.llama_decode(self._context, batch):
            raise RuntimeError("llama_decode failed")
        llama_cpp.llama_batch_free(batch)
        return [self._best(n) for n in range(len(tokens))]

    def _best(self, row: int) -> int:
        logits: Any = llama_cpp.llama_get_logits_ith(self._context, row)
        return int(np.argmax(np.ctypeslib.as_array(logits, (self._size,))))

    def _ends(self, token: int) -> bool:
        return bool(llama_cpp.llama_vocab_is_eog(self._vocabulary, token))


def guess(seen: list[int], draft: int) -> list[int]:
    """Return what followed the last two tokens where they were seen before."""
    tail = seen[-2:]
    at = next((n for n in range(len(seen) - 3, -1, -1) if seen[n : n + 2] == tail), -1)
    return seen[at + 2 : at + 2 + draft] if at >= 0 else []


if __name__ == "__main__":
    main()
