"""Extractive reader: reads a question and a sentence together, and scores where the short answer begins and ends.

The encoder is multilingual-e5-small as it comes with the installation, with a low-rank correction to each matrix of its
last layers (LoRA, Hu et al. 2021) and two scores per token, both trained by
``benchmarks/quality/train_span_reader.py`` and stored in
``span_reader.npz``. Does not decide whether its span is worth showing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import regex
from numpy.typing import NDArray

from rag.embedding.bert import BertEncoder, EncoderLayer, Floats, Linear
from rag.embedding.graph import GRAPH_FILE, write_graph
from rag.embedding.packed_e5 import read_packed
from rag.embedding.prepare import Notify, fingerprint, prepared, rebuild_damaged
from rag.embedding.registry import E5, weights_of
from rag.embedding.session import open_session, products_overflow
from rag.embedding.tokenizers import SentencePieceTokenizer, Tokenizer, write_sentencepiece
from rag.interfaces import SpanScores
from rag.text.scripts import IDEOGRAPHIC

ADAPTERS = Path(__file__).with_name("span_reader.npz")
MATRICES = ("query", "key", "value", "attended", "inner", "outer")  # of a layer, as bert.EncoderLayer names them
PREPARED_NAME = "span-reader"  # of its prepared folder
QUESTION_TOKENS, ALL_TOKENS = 64, 200  # read of a question, and of both together
# Words, with what joins their parts ("13-year-old", "1,234.5", "O'Neill", "http://x.org"), single ideographs, and
# anything else sign by sign: where an answer may begin and end.
_SENTENCE_UNIT = regex.compile(
    rf"(?V1)[[{IDEOGRAPHIC}]&&\p{{L}}]\p{{M}}*|"
    rf"[[\p{{L}}\p{{M}}\p{{N}}_]--[{IDEOGRAPHIC}]]+"
    rf"(?:[.,:'’\-‐‑/@+·][[\p{{L}}\p{{M}}\p{{N}}_]--[{IDEOGRAPHIC}]]+)*|\S"
)
_UNIT_LEADS = (",", "x")  # what a unit without a space before it is split after, so that no piece begins with a space


def units(text: str) -> list[tuple[int, int]]:
    """Return the words and signs of a text as characters (start, end), in order; an answer begins and ends with one."""
    return [match.span() for match in _SENTENCE_UNIT.finditer(text)]


class PairTokenizer:
    """Question and sentence as one row of token ids, and the tokens of each unit of the sentence."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._bos, *_, self._eos = tokenizer.encode([""])[0]
        self._empty_ids = self._ids(_UNIT_LEADS[0])  # for a unit that normalisation removes
        self._cached_split = lru_cache(maxsize=8192)(self._split)

    def pair(self, question: str, sentence: str) -> tuple[list[int], list[tuple[int, int]], list[tuple[int, int]]]:
        """Return the ids; the units that fit, as characters of the sentence; the first and last token of each."""
        question_ids = [number for row in self._rows(question) for number in row][:QUESTION_TOKENS]
        ids = [self._bos, *question_ids, self._eos, self._eos]
        places = []
        for row in self._rows(sentence):
            if len(ids) + len(row) >= ALL_TOKENS:
                break
            places.append((len(ids), len(ids) + len(row) - 1))
            ids += row
        return [*ids, self._eos], units(sentence)[: len(places)], places

    @property
    def pad(self) -> int:
        """The id that pads shorter rows of a batch."""
        return self._tokenizer.pad

    def _rows(self, text: str) -> list[tuple[int, ...]]:
        return [self._cached_split(text[a:b], a == 0 or text[a - 1].isspace()) for a, b in units(text)]

    def _split(self, unit: str, spaced: bool) -> tuple[int, ...]:
        if spaced:
            return self._ids(unit) or self._empty_ids
        for lead in _UNIT_LEADS:
            ids, before = self._ids(lead + unit), self._ids(lead)
            if len(ids) > len(before) and ids[: len(before)] == before:
                return ids[len(before) :]
        return self._ids(unit) or self._empty_ids

    def _ids(self, text: str) -> tuple[int, ...]:
        return tuple(self._tokenizer.encode([text])[0][1:-1])


class OnnxSpanReader:
    """The reader as a graph. Thread-safe."""

    def __init__(self, tokenizer: PairTokenizer, session: Any) -> None:
        self._tokenizer = tokenizer
        self._session = session

    @classmethod
    def open(cls, models: Path, *, threads: int = 0, notify: Notify | None = None) -> OnnxSpanReader:
        """Open the reader under ``models``; it is prepared at its first use, which ``notify`` is told.

        Raises ModelNotFoundError where the embedder's package is not installed, ModelBrokenError.
        """
        weights = weights_of(E5.name)
        bits = 7 if products_overflow(models / "prepared") else 8
        mark = fingerprint(weights, f"{fingerprint(ADAPTERS)}.{bits}")
        folder = prepared(models, PREPARED_NAME, mark, lambda target: _build(weights, target, bits), notify)
        tokenizer = PairTokenizer(SentencePieceTokenizer.open(folder))
        return cls(tokenizer, open_session(folder / GRAPH_FILE, threads, hint=rebuild_damaged(folder)))

    def read(self, question: str, sentences: Sequence[str]) -> list[SpanScores]:
        """Return the scores of each sentence, in the order given."""
        if not sentences:
            return []
        rows = [self._tokenizer.pair(question, sentence) for sentence in sentences]
        ids = np.full((len(rows), max(len(row) for row, _, _ in rows)), self._tokenizer.pad, np.int64)
        mask = np.zeros_like(ids)
        for i, (row, _, _) in enumerate(rows):
            ids[i, : len(row)] = row
            mask[i, : len(row)] = 1
        scores: NDArray[np.float32] = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return [
            SpanScores(
                tuple(held),
                scores[i, [0, *(first for first, _ in places)], 0],
                scores[i, [0, *(last for _, last in places)], 1],
            )
            for i, (_, held, places) in enumerate(rows)
        ]


def corrected(model: BertEncoder, adapters: dict[str, NDArray[Any]]) -> BertEncoder:
    """Return the encoder with the low-rank corrections added to the matrices of its last layers."""
    count = len(adapters[f"{MATRICES[0]}.up"])
    last = tuple(_corrected(layer, i, adapters) for i, layer in enumerate(model.layers[-count:]))
    return replace(model, layers=(*model.layers[:-count], *last))


def _corrected(layer: EncoderLayer, number: int, adapters: dict[str, NDArray[Any]]) -> EncoderLayer:
    changed: dict[str, Any] = {}
    for name in MATRICES:
        linear: Linear = getattr(layer, name)
        down, up = (_floats(adapters, f"{name}.{side}", number) for side in ("down", "up"))
        changed[name] = Linear(linear.weight + up @ down, linear.bias)
    return replace(layer, **changed)


def _floats(adapters: dict[str, NDArray[Any]], name: str, number: int) -> Floats:
    """Return a factor of a correction, dequantised: bytes, and one scale for each rank."""
    scale = adapters[f"{name}.scale"][number].astype(np.float32)
    rows: Floats = adapters[name][number].astype(np.float32) * (scale[:, None] if name.endswith("down") else scale)
    return rows


def read_adapters(path: Path = ADAPTERS) -> dict[str, NDArray[Any]]:
    """Return the arrays of the file.

    ``query.down`` of shape (layers, rank, in) and ``query.up`` (layers, out, rank) in bytes with their scales (layers,
    rank), likewise the other matrices; ``head.weight`` (2, width) and ``head.bias``.
    """
    with np.load(path, allow_pickle=False) as held:
        return {name: held[name] for name in held.files}


def _build(weights: Path, folder: Path, bits: int) -> None:
    model, vocabulary = read_packed(weights)
    adapters = read_adapters()
    head = Linear(adapters["head.weight"].astype(np.float32), adapters["head.bias"].astype(np.float32))
    write_graph(corrected(model, adapters), folder, bits=bits, head=head)
    write_sentencepiece(vocabulary, folder)
