"""Writes GGUF files of random weights: small ones for tests, and those shaped like a real model for benchmarks."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, BYTE = 1, 2, 3, 4, 6  # token types as a GGUF writes them
F32, Q4_0 = 0, 2  # ggml types
WIDTH, HIDDEN, HEADS, WINDOW = 32, 64, 2, 256
WORDS = ["</", "</s", "s>", "<|", "|>", "▁the", "th", "he", "the", "▁river", "ri", "ver", "river", "▁a", "▁t", "▁ri"]
MERGES = ["t h", "th e", "Ġ the", "r i", "v e", "ve r", "ri ver", "Ġ river", "< |", "| >"]
LETTERS = sorted({*"abcdefghijklmnopqrstuvwxyz<>|/_ABCпривет¡é▁"})
_PIECE = 4 * 2**20  # bytes written at once

Keys = Mapping[str, object]
Shapes = Mapping[str, tuple[tuple[int, ...], int]]  # name -> shape, rows first; type


def vocabulary(path: Path) -> Any:
    """The vocabulary of a file in this process, by llama.cpp's own reader: the oracle for what tokens are."""
    import llama_cpp
    from llama_cpp._internals import LlamaModel

    params = llama_cpp.llama_model_default_params()
    params.vocab_only = True
    return LlamaModel(path_model=str(path), params=params, verbose=False)


def controls(read: Any) -> dict[int, str]:
    """The tokens of such a vocabulary that no plain text may give, with their texts."""
    return {
        token: read.token_get_text(token) for token in range(read.n_vocab()) if read.token_get_attr(token) & (8 | 16)
    }


def write(path: Path, keys: Keys, shapes: Shapes, seed: int = 7) -> Path:
    """A GGUF with these keys and tensors of random numbers; a gigabyte takes seconds."""
    infos, at = b"", 0
    for name, (shape, kind) in shapes.items():
        infos += string(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape[::-1])
        infos += struct.pack("<IQ", kind, at)
        at += -(-_size(shape, kind) // 32) * 32
    head = b"GGUF" + struct.pack("<IQQ", 3, len(shapes), len(keys))
    head += b"".join(string(key) + value(each) for key, each in keys.items()) + infos
    rng = np.random.default_rng(seed)
    with path.open("wb") as file:
        file.write(head + bytes(-len(head) % 32))
        for shape, kind in shapes.values():
            for piece in _data(shape, kind, rng):
                file.write(piece)
            file.write(bytes(-_size(shape, kind) % 32))
    return path


def _size(shape: tuple[int, ...], kind: int) -> int:
    return prod(shape) * 4 if kind == F32 else prod(shape) // 32 * 18


def _data(shape: tuple[int, ...], kind: int, rng: np.random.Generator) -> Iterator[bytes]:
    if kind == F32:
        yield rng.normal(size=shape).astype("<f4").tobytes()
        return
    count = min(prod(shape) // 32, _PIECE // 18)
    blocks = np.empty(count, dtype=[("scale", "<f2"), ("values", "u1", 16)])
    blocks["scale"] = rng.uniform(0.5, 1.5, count) / (8 * shape[-1] ** 0.5)
    blocks["values"] = rng.integers(0, 256, (count, 16), dtype=np.uint8)
    piece, left = blocks.tobytes(), _size(shape, kind)
    while left:
        yield piece[:left]
        left -= min(left, len(piece))


def sentencepiece(markers: Sequence[str], kind: int = USER_DEFINED) -> dict[str, object]:
    """The keys of a vocabulary like Llama's: scores, byte tokens, ``<s>`` and ``</s>``."""
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{n:02X}>" for n in range(256)), *LETTERS, *WORDS, *markers]
    types = [UNKNOWN, CONTROL, CONTROL] + [BYTE] * 256
    types += [NORMAL] * (len(LETTERS) + len(WORDS)) + [kind] * len(markers)
    return {
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.scores": [-float(max(0, 40 - len(token))) for token in tokens],
        "tokenizer.ggml.token_type": types,
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.ggml.unknown_token_id": 0,
    }


def byte_pairs(markers: Sequence[str], kind: int = CONTROL, pre: str = "gpt-2") -> dict[str, object]:
    """The keys of a vocabulary like GPT-2's: bytes, merges, and ``<|endoftext|>`` for beginning and end."""
    markers = [marker for marker in markers if marker != "<|endoftext|>"]
    merged = ["".join(merge.split()) for merge in MERGES]
    tokens = ["<|endoftext|>", *_bytes(), *merged, *markers]
    types = [CONTROL] + [NORMAL] * (256 + len(merged)) + [kind] * len(markers)
    return {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": pre,
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": types,
        "tokenizer.ggml.merges": MERGES,
        "tokenizer.ggml.bos_token_id": 0,
        "tokenizer.ggml.eos_token_id": 0,
    }


def _bytes() -> list[str]:
    """GPT-2's letters for the 256 bytes: printable ones stand for themselves."""
    plain = {*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)}
    others = iter(range(256, 512))
    return [chr(byte) if byte in plain else chr(next(others)) for byte in range(256)]


def model(
    base: str,
    words: Keys,
    *,
    name: str = "tiny",
    layers: int = 1,
    width: int = WIDTH,
    hidden: int = HIDDEN,
    heads: int = HEADS,
    kv_heads: int = 0,
    window: int = WINDOW,
    kind: int = F32,
    more: Keys | None = None,
) -> tuple[dict[str, object], dict[str, tuple[tuple[int, ...], int]]]:
    """Keys and tensors of a model of the base "llama", "gptneox" or "falcon" with this vocabulary."""
    tokens = words["tokenizer.ggml.tokens"]
    assert isinstance(tokens, list)
    kv_heads = kv_heads or heads
    of_keys = width // heads * kv_heads
    eps = "layer_norm_rms_epsilon" if base == "llama" else "layer_norm_epsilon"
    keys: dict[str, object] = {
        "general.architecture": base,
        "general.name": name,
        f"{base}.context_length": window,
        f"{base}.embedding_length": width,
        f"{base}.block_count": layers,
        f"{base}.feed_forward_length": hidden,
        f"{base}.attention.head_count": heads,
        f"{base}.attention.head_count_kv": kv_heads,
        f"{base}.attention.{eps}": 1e-5,
        f"{base}.rope.dimension_count": width // heads,
        **({"gptneox.use_parallel_residual": True} if base == "gptneox" else {}),
        **words,
        **(more or {}),
    }
    shapes: dict[str, tuple[tuple[int, ...], int]] = {
        "token_embd.weight": ((len(tokens), width), kind),
        "output_norm.weight": ((width,), F32),
        "output.weight": ((len(tokens), width), kind),
    }
    biases = base != "llama"
    if biases:
        shapes["output_norm.bias"] = ((width,), F32)
    for layer in range(layers):
        inner: dict[str, tuple[tuple[int, ...], int]] = {"attn_norm.weight": ((width,), F32)}
        if base == "llama":
            inner |= {
                "attn_q.weight": ((width, width), kind),
                "attn_k.weight": ((of_keys, width), kind),
                "attn_v.weight": ((of_keys, width), kind),
                "ffn_norm.weight": ((width,), F32),
                "ffn_gate.weight": ((hidden, width), kind),
            }
        else:
            inner |= {"attn_norm.bias": ((width,), F32), "attn_qkv.weight": ((width + 2 * of_keys, width), kind)}
        if base == "gptneox":
            inner |= {
                "attn_qkv.bias": ((width + 2 * of_keys,), F32),
                "attn_output.bias": ((width,), F32),
                "ffn_norm.weight": ((width,), F32),
                "ffn_norm.bias": ((width,), F32),
                "ffn_up.bias": ((hidden,), F32),
                "ffn_down.bias": ((width,), F32),
            }
        inner |= {
            "attn_output.weight": ((width, width), kind),
            "ffn_up.weight": ((hidden, width), kind),
            "ffn_down.weight": ((width, hidden), kind),
        }
        shapes |= {f"blk.{layer}.{each}": shape for each, shape in inner.items()}
    return keys, shapes


def string(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def value(each: object) -> bytes:
    if isinstance(each, bool):
        return struct.pack("<IB", 7, each)
    if isinstance(each, str):
        return struct.pack("<I", 8) + string(each)
    if isinstance(each, int):
        return struct.pack("<II", 4, each)
    if isinstance(each, float):
        return struct.pack("<If", 6, each)
    assert isinstance(each, list)
    if isinstance(each[0], str):
        return struct.pack("<IIQ", 9, 8, len(each)) + b"".join(map(string, each))
    kind, form = (6, "f") if isinstance(each[0], float) else (5, "i")
    return struct.pack("<IIQ", 9, kind, len(each)) + struct.pack(f"<{len(each)}{form}", *each)


def damaged(whole: bytes, header: int, seed: int) -> tuple[str, bytes]:
    """What was done to a file, and the file after it: cut, bits flipped in its header, an absurd count in there."""
    rng = np.random.default_rng(seed)
    kind = ("cut", "flip", "count")[seed % 3]
    if kind == "cut":
        return kind, whole[: int(rng.integers(0, header if seed % 2 else len(whole)))]
    data = bytearray(whole)
    if kind == "flip":
        for bit in rng.integers(0, header * 8, size=int(rng.integers(1, 9))):
            data[bit // 8] ^= 1 << int(bit % 8)
    else:
        at = int(rng.choice([8, 16, *rng.integers(24, header - 8, size=3)]))
        huge = int(rng.choice([2**31 - 1, 2**32, 2**40, 2**62, 2**63 - 1]))
        data[at : at + 8] = struct.pack("<Q", huge)
    return kind, bytes(data)
