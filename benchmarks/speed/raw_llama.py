"""Call llama.cpp's own functions and nothing else, as llama-bench does: the yardstick, in a process of its own.

    python -m benchmarks.speed.raw_llama MODEL THREADS [BATCH [FLASH]]

Each line of standard input is {"prompt": tokens, "tokens": how many}; each answer {"prompt": [wall, processor seconds],
"tokens": likewise}. Without BATCH and FLASH, llama.cpp's defaults (512 at once, flash attention as it sees fit).
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import time
from typing import Any


def load(path: str, threads: int, batch: int = 0, flash: int = -1, context: int = 1024) -> tuple[Any, Any]:
    """Return a context and its model."""
    import llama_cpp

    silence = llama_cpp.llama_log_callback(lambda *_: None)
    llama_cpp.llama_log_set(silence, None)
    load.keep = silence  # type: ignore[attr-defined]
    llama_cpp.llama_backend_init()
    model = llama_cpp.llama_model_load_from_file(path.encode(), llama_cpp.llama_model_default_params())
    params = llama_cpp.llama_context_default_params()
    params.n_ctx, params.n_threads, params.n_threads_batch = context, threads, threads
    params.flash_attn_type, params.no_perf = flash, True
    if batch:
        params.n_batch = params.n_ubatch = batch
    return llama_cpp.llama_init_from_model(model, params), model


def decode(context: Any, tokens: list[int]) -> None:
    """Evaluate the tokens; raise RuntimeError where llama.cpp fails."""
    import llama_cpp

    data = (llama_cpp.llama_token * len(tokens))(*tokens)
    if llama_cpp.llama_decode(context, llama_cpp.llama_batch_get_one(data, len(tokens))):
        raise RuntimeError("llama_decode failed")


def seconds() -> tuple[float, float]:
    """Return wall and processor seconds."""
    times = os.times()
    return time.perf_counter(), times.user + times.system


def since(before: tuple[float, float]) -> list[float]:
    """Return the wall and processor seconds since then."""
    return [now - then for now, then in zip(seconds(), before, strict=True)]


def main() -> None:
    """Answer each line of standard input."""
    import llama_cpp

    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    path, *numbers = sys.argv[1:]
    context, _ = load(path, *map(int, numbers))
    memory = llama_cpp.llama_get_memory(context)
    batch = llama_cpp.llama_n_ubatch(context)
    for line in sys.stdin:
        asked = json.loads(line)
        prompt = asked["prompt"]
        llama_cpp.llama_memory_clear(memory, False)
        begun = seconds()
        for at in range(0, len(prompt), batch):
            decode(context, prompt[at : at + batch])
        ctypes.cast(llama_cpp.llama_get_logits_ith(context, -1), ctypes.c_void_p)
        read = since(begun)
        begun = seconds()
        for token in prompt[: asked["tokens"]]:
            decode(context, [token])
        print(json.dumps({"prompt": read, "tokens": since(begun)}), file=replies, flush=True)


if __name__ == "__main__":
    main()
