"""Train the reader of short answers: ``python -m benchmarks.quality.train_span_reader FOLDER SHIFTS.json``.

FOLDER holds ``xquad`` and ``squad2`` (see ``benchmarks.quality.quotes``), SHIFTS.json is SQuAD-shifts'
``new_wiki_v1.0.json``. Needs torch. First English alone, then all three languages,
with question and sentence in the same and in different ones. The encoder stays as it is; learned are a correction of
rank 16 to each matrix of its last six layers, and two scores for each token. What the layers before them make of an
example is kept. Articles of the dev and test sides are never learned from. One core takes about 15 minutes.
"""

from __future__ import annotations

import argparse
import math
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from benchmarks.shared.span_data import Asked, of_side, shifts, squads
from rag.embedding.bert import BertEncoder, Linear
from rag.embedding.packed_e5 import read_packed
from rag.embedding.registry import E5, weights_of
from rag.embedding.span_reader import ADAPTERS, MATRICES, PairTokenizer
from rag.embedding.tokenizers import SentencePieceTokenizer, write_sentencepiece

Pool = Callable[[], list["Example"]]
RANK, LAYERS = 16, 6
BATCH, RATE, WARM_UP = 16, 2e-3, 40
_FIRST_MARKED = 0.7  # how often the words that most people marked are taken, else any that some marked
_ENGLISH = 1.2  # English questions for each one in other languages, in the second part
_POOL = 20  # batches whose examples are sorted by length together


@dataclass(frozen=True, eq=False)
class Example:
    """A question and a sentence as tokens, with the first and last token of each unit, and the units that answer."""

    ids: list[int]
    places: list[tuple[int, int]]
    gold: list[tuple[int, int]]
    english: bool


def main() -> None:
    """Train, and write the corrections."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("shifts", type=Path)
    parser.add_argument("--out", type=Path, default=ADAPTERS)
    parser.add_argument("--steps", type=int, nargs=2, default=(850, 300), help="batches of English, of all")
    options = parser.parse_args()
    torch.manual_seed(0)
    bert, vocabulary = read_packed(weights_of(E5.name))
    with tempfile.TemporaryDirectory() as folder:
        write_sentencepiece(vocabulary, Path(folder))
        tokenizer = PairTokenizer(SentencePieceTokenizer.open(Path(folder)))
        rows = of_side([*squads(options.folder), *shifts(options.shifts)], "train")
        examples = [example for row in rows if (example := _example(row, tokenizer))]
    english = [each for each in examples if each.english]
    others = [each for each in examples if not each.english]
    print(f"{len(english)} in English, {len(others)} in or across other languages", flush=True)
    model = Encoder(bert)
    draw = random.Random(1)
    train(model, lambda: english, options.steps[0], RATE, draw)
    mixed = min(len(english), int(_ENGLISH * len(others)))
    train(model, lambda: others + draw.sample(english, mixed), options.steps[1], RATE / 2, draw)
    np.savez(options.out, **model.arrays())
    print(f"{options.out}: {options.out.stat().st_size} bytes")


def _example(row: Asked, tokenizer: PairTokenizer) -> Example | None:
    ids, held, places = tokenizer.pair(row.question, row.sentence)
    gold = []
    for start, end in row.spans:
        touched = [i for i, (a, b) in enumerate(held) if a < end and b > start]
        if touched and end <= held[-1][1]:
            gold.append((touched[0], touched[-1]))
    if row.spans and not gold:
        return None  # cut off
    return Example(ids, places, gold, row.language == row.asked_in == "en")


class Corrected(nn.Module):
    """A linear layer that stays as it is, and a correction of some rank that is learned."""

    def __init__(self, linear: Linear, rank: int) -> None:
        super().__init__()
        self.register_buffer("weight", torch.tensor(linear.weight).bfloat16())
        self.register_buffer("bias", torch.tensor(linear.bias).bfloat16())
        rows, columns = linear.weight.shape
        self.down = nn.Parameter(torch.randn(rank, columns) / math.sqrt(columns))
        self.up = nn.Parameter(torch.zeros(rows, rank))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Apply the layer and its correction."""
        plain = F.linear(x, self.weight, self.bias)
        if not len(self.down):
            return plain
        return plain + F.linear(F.linear(x, self.down.to(x.dtype)), self.up.to(x.dtype))


class Encoder(nn.Module):
    """The embedder's encoder in 16 bits with corrections, and a score for beginning and end at each token."""

    def __init__(self, bert: BertEncoder) -> None:
        super().__init__()
        self._bert = bert
        ranks = [0] * (len(bert.layers) - LAYERS) + [RANK] * LAYERS
        self._before: dict[Example, torch.Tensor] = {}  # what the layers without corrections make of an example
        self._scales = torch.tensor(bert.words.scales.astype(np.float32))
        self._bits = torch.tensor(bert.words.bits)
        self._positions, *self._norm = (torch.tensor(each).bfloat16() for each in (bert.positions, *bert.norm))
        self._norms = [
            [torch.tensor(each).bfloat16() for each in (*layer.attention_norm, *layer.output_norm)]
            for layer in bert.layers
        ]
        self.layers = nn.ModuleList(
            nn.ModuleDict({f"m_{name}": Corrected(getattr(layer, name), rank) for name in MATRICES})
            for layer, rank in zip(bert.layers, ranks, strict=True)
        )
        self.head = nn.Linear(bert.positions.shape[1], 2)
        with torch.no_grad():
            self.head.weight.mul_(0.1)

    def forward(self, batch: list[Example]) -> torch.Tensor:
        """Return the scores of each token, shape (batch, tokens, 2)."""
        rows = nn.utils.rnn.pad_sequence([self._low(each) for each in batch], batch_first=True)
        sizes = torch.tensor([len(each.ids) for each in batch])
        hidden = (torch.arange(rows.shape[1]) >= sizes[:, None]).bfloat16()[:, None, None, :] * -1e4
        return self.head(self._through(rows, hidden, -LAYERS, None).float())

    @torch.no_grad()
    def _low(self, example: Example) -> torch.Tensor:
        if example not in self._before:
            ids = torch.tensor([example.ids])
            words = ((self._bits[ids].float() - 8) * self._scales[ids][..., None]).flatten(2).bfloat16()
            x = self._normalized(words + self._positions[: ids.shape[1]], *self._norm)
            self._before[example] = self._through(x, None, None, -LAYERS)[0]
        return self._before[example]

    def _through(
        self, x: torch.Tensor, hidden: torch.Tensor | None, first: int | None, last: int | None
    ) -> torch.Tensor:
        for layer, norms in list(zip(self.layers, self._norms, strict=True))[first:last]:
            query, key, value = (self._by_head(layer[f"m_{name}"](x)) for name in MATRICES[:3])
            seen = F.scaled_dot_product_attention(query, key, value, attn_mask=hidden)
            x = self._normalized(x + layer["m_attended"](seen.transpose(1, 2).flatten(2)), *norms[:2])
            x = self._normalized(x + layer["m_outer"](F.gelu(layer["m_inner"](x))), *norms[2:])
        return x

    def _by_head(self, x: torch.Tensor) -> torch.Tensor:
        return x.unflatten(2, (self._bert.heads, -1)).transpose(1, 2)

    def _normalized(self, x: torch.Tensor, scale: torch.Tensor, shift: torch.Tensor) -> torch.Tensor:
        return F.layer_norm(x, x.shape[-1:], scale, shift, self._bert.epsilon)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return what :func:`rag.embedding.span_reader.read_adapters` reads."""
        made = {"head.weight": self.head.weight, "head.bias": self.head.bias}
        arrays = {name: each.detach().numpy().astype(np.float32) for name, each in made.items()}
        for name in MATRICES:
            for side, axis in (("down", 2), ("up", 1)):
                held = (
                    torch.stack([getattr(layer[f"m_{name}"], side) for layer in self.layers[-LAYERS:]]).detach().numpy()
                )
                scale = np.maximum(np.abs(held).max(axis=axis), 1e-8).astype(np.float32) / 127
                arrays[f"{name}.{side}.scale"] = scale
                arrays[f"{name}.{side}"] = np.rint(held / np.expand_dims(scale, axis)).astype(np.int8)
        return arrays


def train(model: Encoder, pool: Pool, steps: int, rate: float, draw: random.Random) -> None:
    """So many batches of the examples that ``pool`` gives for each round; the rate rises, then falls as a cosine."""
    learned = [each for each in model.parameters() if each.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=rate, weight_decay=0.01)
    started, mean = time.time(), 0.0
    for step, batch in zip(range(steps), _batches(pool, draw), strict=False):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1, (step + 1) / WARM_UP) * (1 + math.cos(math.pi * step / steps)) / 2
        loss = _loss(model, batch, draw)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        mean = 0.98 * mean + 0.02 * loss.item()
        if step % 50 == 49:
            print(f"{step + 1}: {mean / (1 - 0.98 ** (step + 1)):.3f}, {time.time() - started:.0f} s", flush=True)


def _batches(pool: Pool, draw: random.Random) -> Iterator[list[Example]]:
    while True:
        round_ = list(pool())
        draw.shuffle(round_)
        for at in range(0, len(round_), BATCH * _POOL):
            near = sorted(round_[at : at + BATCH * _POOL], key=lambda each: len(each.ids))
            batches = [near[i : i + BATCH] for i in range(0, len(near), BATCH)]
            draw.shuffle(batches)
            yield from batches


def _loss(model: Encoder, batch: list[Example], draw: random.Random) -> torch.Tensor:
    """Cross-entropy of beginning and end over the units, and over that there is no answer (the first token)."""
    losses = []
    for row, each in zip(model(batch), batch, strict=True):
        gold = (-1, -1)
        if each.gold:
            gold = each.gold[0] if draw.random() < _FIRST_MARKED else draw.choice(each.gold)
        for side in (0, 1):
            tokens = torch.tensor([0, *(place[side] for place in each.places)])
            losses.append(F.cross_entropy(row[tokens, side][None], torch.tensor([gold[side] + 1])))
    return torch.stack(losses).mean()


if __name__ == "__main__":
    main()
