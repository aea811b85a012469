"""Export a sentence-transformers model to ONNX: ``python -m rag.library.export FOLDER TARGET``. Needs torch."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any


def export(folder: Path, target: Path) -> None:
    """Write the transformer of the model in ``folder``: token ids in, token vectors out. Atomic."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)[0].auto_model.eval()

    class TokenVectors(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model  # registers the weights; a closure would export them as loose constants

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            return self.model(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
            ).last_hidden_state

    ones = torch.ones((2, 8), dtype=torch.long)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch, torch.no_grad():
        written = Path(scratch) / "model.onnx"
        torch.onnx.export(
            TokenVectors(),
            (ones, ones, torch.zeros_like(ones)),
            str(written),
            input_names=names,
            output_names=["token_vectors"],
            dynamic_axes={name: {0: "batch", 1: "tokens"} for name in [*names, "token_vectors"]},
            opset_version=17,
            dynamo=False,  # the new exporter wants one more package and gives the same graph
        )
        if len(list(Path(scratch).iterdir())) > 1:  # over 2 GB the weights lie beside the graph, a file for each
            _gather(written, target)
        written.replace(target)


def _gather(written: Path, target: Path) -> None:
    """Put weights that lie beside a graph into one file beside the target, under a name of its own."""
    import onnx

    model = onnx.load(str(written))
    gathered = f"{target.stem}.weights"
    onnx.save_model(model, str(written), save_as_external_data=True, all_tensors_to_one_file=True, location=gathered)
    (written.parent / gathered).replace(target.parent / gathered)


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
