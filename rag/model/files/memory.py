"""Estimates a model's memory use before it is loaded, and reads how much memory is free."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_BASE_BYTES = 64 * 2**20  # bytes for the worker with Python and llama.cpp, whatever the model
_WEIGHTS_SHARE = 0.01  # of the weights: buffers as wide as they are
_ATTENTION_BYTES = 4 * 128 * 1.2  # compute bytes per head and token of the window: f32, 128 tokens at once; measured
_F16_BYTES = 2  # of a cached value: f16


def bytes_needed(weights: int, cache: int, window: int, work: int = 0) -> int:
    """Return the bytes that a model takes.

    ``weights`` are the file's bytes, ``cache`` and ``work`` (buffers) the bytes per token of the ``window``. The
    weights count once: see ``mapped`` in :meth:`rag.model.local.client.LlamaCpp.load`. The prefix cache comes on top;
    it takes what is free.
    """
    return round(weights * (1 + _WEIGHTS_SHARE)) + (cache + work) * window + _BASE_BYTES


def cache_bytes(metadata: Mapping[str, str]) -> int:
    """Return the bytes of KV cache per token, from a GGUF's metadata; 0 where it lacks the model's shape."""
    layers, heads, width = (
        _number(metadata, key) for key in ("block_count", "attention.head_count", "embedding_length")
    )
    shared = _number(metadata, "attention.head_count_kv") or heads
    if not (layers and heads and width):
        return 0
    keys = _number(metadata, "attention.key_length") or width // heads
    values = _number(metadata, "attention.value_length") or width // heads
    return layers * shared * (keys + values) * _F16_BYTES


def work_bytes(metadata: Mapping[str, str]) -> int:
    """Return the bytes of compute buffers per token of the window; 0 where the metadata does not tell."""
    return round(_number(metadata, "attention.head_count") * _ATTENTION_BYTES)


def _number(metadata: Mapping[str, str], key: str) -> int:
    value = metadata.get(f"{metadata.get('general.architecture', '')}.{key}", "")
    return int(value) if value.isdecimal() else 0


def free_memory() -> int:
    """Return the bytes that a new process may take now: what the system or its control group has left."""
    import psutil

    free = int(psutil.virtual_memory().available)
    group = Path("/sys/fs/cgroup")
    try:
        limit = (group / "memory.max").read_text().strip()
        used = int((group / "memory.current").read_text()) - _reclaimable(group / "memory.stat")
    except (OSError, ValueError):
        return free
    return min(free, max(0, int(limit) - used)) if limit.isdecimal() else free


def _reclaimable(stat: Path) -> int:
    """Return the bytes of cached files that the system gives up when it needs memory."""
    rows = (line.split() for line in stat.read_text().splitlines())
    return next((int(value) for name, value in rows if name == "inactive_file"), 0)
