"""Exports any sentence-transformers model to ONNX: ``python -m rag.embedding.export_onnx SOURCE TARGET``.

The one place that imports torch, in a process of its own. The whole model is exported, whatever it is made of
(transformer, pooling, dense layers): token ids in, one vector per text out. Beside the graph lie its tokenizer, its
card as the model's own files have it (dimension, tokens read, prefixes of questions and documents), and the vectors
that sentence-transformers gives for a few texts, by which the export is checked.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from rag.embedding.graph import GRAPH_FILE, WEIGHTS_FILE
from rag.text.languages import known_languages

CARD_FILE, REFERENCE_FILE = "card.json", "reference.json"
REFERENCE_TEXTS = (
    *(language.text.example for language in known_languages().values()),
    "THE FERRY Leaves At Noon.",
    "x",
    "A longer sentence, so that the others in the batch are filled up. " * 3,
)
_QUERY, _DOCUMENT = ("query", "question"), ("document", "passage", "corpus")  # names of prompts, first match


def export(source: Path, target: Path) -> None:
    """Write graph, weights, tokenizer and card of the model in ``source`` into the folder ``target``."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(source), device="cpu", local_files_only=True).eval()
    names = ["input_ids", "attention_mask"]
    if "token_type_ids" in model.tokenizer.model_input_names:
        names.append("token_type_ids")

    class Sentences(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model  # registers the weights; a closure would export them as loose constants

        def forward(self, *inputs: Any) -> Any:
            return self.model(dict(zip(names, inputs, strict=True)))["sentence_embedding"]

    ones = torch.ones((2, 8), dtype=torch.long)
    with torch.no_grad():
        torch.onnx.export(
            Sentences(),
            tuple(torch.zeros_like(ones) if name == "token_type_ids" else ones for name in names),
            str(target / GRAPH_FILE),
            input_names=names,
            output_names=["vectors"],
            dynamic_axes={name: {0: "batch", 1: "tokens"} for name in names} | {"vectors": {0: "batch"}},
            opset_version=17,
            dynamo=False,  # the new exporter wants one more package and gives the same graph
        )
    _gather(target)
    model.tokenizer.backend_tokenizer.save(str(target / "tokenizer.json"))
    card = {
        "dimension": model.get_sentence_embedding_dimension(),
        "max_tokens": min(int(model.max_seq_length or 512), 8192),
        "query_prefix": _prompt(model.prompts, _QUERY),
        "document_prefix": _prompt(model.prompts, _DOCUMENT),
    }
    (target / CARD_FILE).write_text(json.dumps(card, ensure_ascii=False), encoding="utf-8")
    vectors = model.encode(list(REFERENCE_TEXTS), prompt="", normalize_embeddings=True)
    (target / REFERENCE_FILE).write_text(json.dumps(vectors.tolist()), encoding="utf-8")


def _prompt(prompts: dict[str, str], names: tuple[str, ...]) -> str:
    return next((prompts[name] for name in names if prompts.get(name)), "")


def _gather(target: Path) -> None:
    """Put the weights into one file beside the graph, which onnxruntime memory-maps."""
    import onnx

    model = onnx.load(str(target / GRAPH_FILE))
    for path in target.iterdir():  # over 2 GB torch writes a file for each matrix
        path.unlink()
    onnx.save_model(
        model,
        str(target / GRAPH_FILE),
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location=WEIGHTS_FILE,
        size_threshold=1024,
    )


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
