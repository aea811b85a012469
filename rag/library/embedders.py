"""The embedders that Oaken knows by name: their cards, where they lie, how they are fetched and loaded.

all-MiniLM-L6-v2 comes with the installation; the others are fetched from a hub when a person asks for it, and never
otherwise. Whatever the model, onnxruntime runs it (embedder.py).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import ModelBroken, ModelMissing, UsageError
from rag.interfaces import EmbedderCard
from rag.library.embedder import EMBEDDED, WEIGHTS, OnnxEmbedder

Pooling = str  # "mean" or "cls"

_WIDELY = {"en": 1.0, "es": 1.0, "ru": 1.0, "": 0.8}  # as published (MIRACL, XQuAD); measure: benchmarks.trust


@dataclass(frozen=True, slots=True)
class Offer:
    """An embedder that can be had: its card, where a hub keeps it, and what it asks of a machine."""

    card: EmbedderCard
    repository: str
    pooling: Pooling
    megabytes: int  # to download
    licence: str


OFFERS: Mapping[str, Offer] = {
    offer.card.name: offer
    for offer in (
        Offer(
            # Similarities of E5 lie between .7 and 1: temperature .01 in training.
            EmbedderCard("multilingual-e5-small", 384, 512, "query: ", "passage: ", _WIDELY, floor=0.7),
            "intfloat/multilingual-e5-small",
            "mean",
            490,
            "MIT",
        ),
        Offer(
            EmbedderCard("bge-m3", 1024, 1024, trust=_WIDELY, floor=0.3),
            "BAAI/bge-m3",
            "cls",
            2290,
            "MIT",
        ),
    )
}
_CONFIGURATION = ("config.json", "modules.json", "sentence_bert_config.json", "config_sentence_transformers.json")
_TOKENIZER = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "sentencepiece.bpe.model",
    "vocab.txt",
)


def names() -> list[str]:
    """All embedders by name, the embedded one first."""
    return [EMBEDDED.name, *OFFERS]


def card_of(name: str) -> EmbedderCard:
    """What is known of an embedder before it is loaded. Raises UsageError for a name that is not known."""
    if name == EMBEDDED.name:
        return EMBEDDED
    if name in OFFERS:
        return OFFERS[name].card
    raise UsageError(f"There is no embedder {name!r}. There are: {', '.join(names())}.", "unset OAKEN_EMBEDDER")


def folder_of(models: Path, name: str) -> Path:
    """Where a fetched embedder lies under the models folder, whether or not it is there."""
    return models / "embedders" / name


def present(models: Path, name: str) -> bool:
    """Whether an embedder can be loaded without fetching anything."""
    return name == EMBEDDED.name or (folder_of(models, name) / "config.json").exists()


def load(models: Path, name: str, *, threads: int = 0) -> OnnxEmbedder:
    """The embedder of that name; its first use prepares it. Raises UsageError, ModelMissing or ModelBroken."""
    card = card_of(name)
    if name == EMBEDDED.name:
        return OnnxEmbedder.load(models, threads=threads)
    folder = folder_of(models, name)
    if not present(models, name):
        raise ModelMissing(
            f"The embedder {name} is not on this machine ({OFFERS[name].megabytes:,} MB).",
            f"Fetch it with: oaken embedder pull {name}",
        )
    check(folder, card, OFFERS[name].pooling)
    return OnnxEmbedder.open(folder, card, models, pooling=OFFERS[name].pooling, threads=threads)


def check(folder: Path, card: EmbedderCard, pooling: Pooling) -> None:
    """Compare a model's own files with its card: another model under the same name would give vectors that fit
    nothing. Raises ModelBroken."""
    hint = f"Fetch it anew: oaken embedder pull {card.name}"
    try:
        config = _json(folder / "config.json")
        dimension = int(config["hidden_size"])
        pooled = _json(folder / "1_Pooling" / "config.json")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelBroken(f"The embedder in {folder} is not whole: {error}.", hint) from error
    if dimension != card.dimension:
        raise ModelBroken(f"The embedder in {folder} gives {dimension} numbers, not {card.dimension}.", hint)
    declared = "cls" if pooled.get("pooling_mode_cls_token") else "mean"
    if declared != pooling:
        raise ModelBroken(f"The embedder in {folder} pools by {declared}, not {pooling}.", hint)
    if not any((folder / name).exists() for name in WEIGHTS) or not (folder / "tokenizer.json").exists():
        raise ModelBroken(f"The embedder in {folder} is not whole: weights or tokenizer are missing.", hint)


def _json(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise ValueError(f"{path.name} is no object")
    return found


def pull(models: Path, name: str) -> Path:
    """Fetch an embedder from the hub; where it lies. What is half fetched is gone on with the next time.

    Raises UsageError for a name that is not known or needs no fetching, ModelMissing where the hub cannot be reached
    or does not have it, ModelBroken where what came is not the model.
    """
    card = card_of(name)
    if name == EMBEDDED.name:
        raise UsageError(f"{name} comes with the installation.", "oaken doctor")
    import httpx2
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    folder = folder_of(models, name)
    part = folder.with_name(f"{name}.part")
    repository = OFFERS[name].repository
    hub = HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None)
    try:
        wanted = _wanted(hub.list_repo_files(repository))
        hub.snapshot_download(repository, local_dir=part, allow_patterns=wanted, token=False)
    except (HfHubHTTPError, LocalEntryNotFoundError, httpx2.HTTPError, OSError) as error:
        raise ModelMissing(
            f"{repository} could not be fetched from the hub: {str(error).strip().splitlines()[0]}",
            "See that the network is there, then again: oaken embedder pull " + name,
        ) from error
    try:
        check(part, card, OFFERS[name].pooling)
    except ModelBroken:
        shutil.rmtree(part, ignore_errors=True)
        raise
    shutil.rmtree(part / ".cache", ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)
    return folder


def _wanted(files: Collection[str]) -> list[str]:
    """Of a repository's files those that are needed: configuration, tokenizer, pooling, and one form of the weights."""
    weights = next((name for name in WEIGHTS if name in files), None)
    small = [name for name in (*_CONFIGURATION, *_TOKENIZER) if name in files]
    folders = [name for name in files if name.endswith("/config.json") and name[0].isdigit()]
    return [*small, *folders, *([weights] if weights else [])]


def better_for(languages: Mapping[str, int], card: EmbedderCard) -> tuple[list[str], str]:
    """Languages of a library (with its chunks in each) that the embedder knows little of, and the name of one that
    knows them; ([], "") where there is nothing to gain."""
    total = sum(languages.values())
    weak = [code for code, n in languages.items() if code and n >= 0.02 * total and card.trust_in(code) < _WEAK]
    if not weak:
        return [], ""
    best = next((o.card.name for o in OFFERS.values() if all(o.card.trust_in(code) >= _WEAK for code in weak)), "")
    return (sorted(weak), best) if best and best != card.name else ([], "")


_WEAK = 0.5  # trust below which a language is taken as not known
