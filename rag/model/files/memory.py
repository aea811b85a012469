"""How much memory a model takes, and how much this machine has free. Estimates, made before anything is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_BUFFERS = 64 * 2**20  # bytes for the worker with Python and llama.cpp, whatever the model
_SHARE = 0.01  # of the weights: buffers as wide as they are
_ATTENTION = 4 * 128 * 1.2  # bytes of work for each head and token of the window: f32, 128 tokens at once; measured
_F16_BYTES = 2  # bytes of a cached value: f16


def need(weights: int, cache: int, window: int, work: int = 0) -> int:
    """Bytes that a model takes: ``weights`` bytes of file, ``cache`` bytes for each of ``window`` tokens, and ``work``,
    buffers. The weights count once: see ``mapped`` in :meth:`rag.model.local.client.LlamaCpp.load`. Kept beginnings of
    prompts come on top; they take what is free."""
    return round(weights * (1 + _SHARE)) + (cache + work) * window + _BUFFERS


def cache_bytes(metadata: Mapping[str, str]) -> int:
    """Bytes of cache that each token takes, from a GGUF's metadata; 0 where it does not tell the model's shape."""
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
    """Bytes of work buffers that each token of the window takes; 0 where the metadata does not tell."""
    return round(_number(metadata, "attention.head_count") * _ATTENTION)


def _number(metadata: Mapping[str, str], key: str) -> int:
    value = metadata.get(f"{metadata.get('general.architecture', '')}.{key}", "")
    return int(value) if value.isdecimal() else 0


def free_memory() -> int:
    """Bytes that a new process may take now: what the system has left, or what its control group leaves."""
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
    """Bytes of files kept in memory that the system gives up when it needs room."""
    rows = (line.split() for line in stat.read_text().splitlines())
    return next((int(value) for name, value in rows if name == "inactive_file"), 0)
