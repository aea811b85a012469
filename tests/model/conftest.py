"""Model files: the embedded one, loaded once for a module, and small ones of random weights written on the spot."""

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from rag.model.catalog import find_model
from rag.model.llama import LlamaCpp
from rag.settings import Settings

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, BYTE = 1, 2, 3, 4, 6  # token types as a GGUF writes them
WIDTH, HIDDEN, HEADS, WINDOW = 32, 64, 2, 256
WORDS = ["</", "</s", "s>", "<|", "|>", "▁the", "th", "he", "the", "▁river", "ri", "ver", "river", "▁a", "▁t", "▁ri"]


@pytest.fixture(scope="session")
def embedded() -> Path:
    return find_model(Settings(home=Path()))


@pytest.fixture(scope="module")
def model(embedded: Path) -> Iterator[LlamaCpp]:
    with LlamaCpp.load(embedded, context=1024, threads=1) as loaded:
        yield loaded


@pytest.fixture
def write_gguf(tmp_path: Path) -> Callable[..., Path]:
    """Writes a llama of one layer: SentencePiece vocabulary, ``markers`` in it as tokens of type ``kind``."""

    def write(markers: tuple[str, ...], kind: int = USER_DEFINED, name: str = "tiny", template: str = "") -> Path:
        letters = sorted({*"abcdefghijklmnopqrstuvwxyz<>|/_ABCпривет¡é▁", "▁"})
        tokens = ["<unk>", "<s>", "</s>", *(f"<0x{n:02X}>" for n in range(256)), *letters, *WORDS, *markers]
        types = [UNKNOWN, CONTROL, CONTROL] + [BYTE] * 256
        types += [NORMAL] * (len(letters) + len(WORDS)) + [kind] * len(markers)
        scores = [-float(max(0, 40 - len(token))) for token in tokens]
        keys: list[tuple[str, object]] = [
            ("general.architecture", "llama"), ("general.name", name), ("llama.context_length", WINDOW),
            ("llama.embedding_length", WIDTH), ("llama.block_count", 1), ("llama.feed_forward_length", HIDDEN),
            ("llama.attention.head_count", HEADS), ("llama.attention.layer_norm_rms_epsilon", 1e-5),
            ("llama.rope.dimension_count", WIDTH // HEADS), ("tokenizer.ggml.model", "llama"),
            ("tokenizer.ggml.tokens", tokens), ("tokenizer.ggml.scores", scores),
            ("tokenizer.ggml.token_type", types), ("tokenizer.ggml.bos_token_id", 1),
            ("tokenizer.ggml.eos_token_id", 2), ("tokenizer.ggml.unknown_token_id", 0),
        ]  # fmt: skip
        if template:
            keys.append(("tokenizer.chat_template", template))
        shapes = {
            "token_embd.weight": (len(tokens), WIDTH), "output_norm.weight": (WIDTH,),
            "output.weight": (len(tokens), WIDTH), "blk.0.attn_norm.weight": (WIDTH,),
            "blk.0.attn_q.weight": (WIDTH, WIDTH), "blk.0.attn_k.weight": (WIDTH, WIDTH),
            "blk.0.attn_v.weight": (WIDTH, WIDTH), "blk.0.attn_output.weight": (WIDTH, WIDTH),
            "blk.0.ffn_norm.weight": (WIDTH,), "blk.0.ffn_gate.weight": (HIDDEN, WIDTH),
            "blk.0.ffn_up.weight": (HIDDEN, WIDTH), "blk.0.ffn_down.weight": (WIDTH, HIDDEN),
        }  # fmt: skip
        random = np.random.default_rng(7)
        infos, data = b"", b""
        for tensor, shape in shapes.items():
            infos += _string(tensor) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape[::-1])
            infos += struct.pack("<IQ", 0, len(data))
            data += random.normal(size=shape).astype("<f4").tobytes()
            data += bytes(-len(data) % 32)
        head = b"GGUF" + struct.pack("<IQQ", 3, len(shapes), len(keys))
        head += b"".join(_string(key) + _value(value) for key, value in keys) + infos
        path = tmp_path / f"{name}.gguf"
        path.write_bytes(head + bytes(-len(head) % 32) + data)
        return path

    return write


def _string(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def _value(value: object) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", 8) + _string(value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    assert isinstance(value, list)
    if isinstance(value[0], str):
        return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(_string, value))
    kind, form = (6, "f") if isinstance(value[0], float) else (5, "i")
    return struct.pack("<IIQ", 9, kind, len(value)) + struct.pack(f"<{len(value)}{form}", *value)
