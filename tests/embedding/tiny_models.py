"""Tiny random models of the real architectures, laid out as sentence-transformers does it, and a hub on loopback."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

WORDS = "the tram line opened in when did паром ходит с года la línea abrió query passage : . ? 1911 1974".split()


def write_embedder(folder: Path, *, dimension: int, pooling: str, architecture: str = "xlm-roberta") -> Path:
    """An XLM-R or BERT model of two layers with random weights."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaModel

    folder.mkdir(parents=True)
    torch.manual_seed(3)
    bert = architecture == "bert"
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] if bert else ["<s>", "<pad>", "</s>", "<unk>"]
    start, end = ("[CLS]", "[SEP]") if bert else ("<s>", "</s>")
    pad, unknown = ("[PAD]", "[UNK]") if bert else ("<pad>", "<unk>")
    vocabulary = {word: i for i, word in enumerate([*special, *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=unknown))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{start} $A {end}",
        pair=f"{start} $A {end} $B {end}",
        special_tokens=[(start, vocabulary[start]), (end, vocabulary[end])],
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=pad, unk_token=unknown, cls_token=start, sep_token=end,
        bos_token=start, eos_token=end, model_max_length=64,
    ).save_pretrained(str(folder))  # fmt: skip
    shape = {
        "vocab_size": len(vocabulary), "hidden_size": dimension, "num_hidden_layers": 2, "num_attention_heads": 4,
        "intermediate_size": 32, "max_position_embeddings": 80, "pad_token_id": vocabulary[pad],
    }  # fmt: skip
    model = BertModel(BertConfig(**shape)) if bert else XLMRobertaModel(XLMRobertaConfig(type_vocab_size=1, **shape))
    model.save_pretrained(str(folder))
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 64, "do_lower_case": False}))
    (folder / "1_Pooling").mkdir()
    pooled = {
        "word_embedding_dimension": dimension,
        "pooling_mode_cls_token": pooling == "cls",
        "pooling_mode_mean_tokens": pooling == "mean",
    }
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooled))
    (folder / "README.md").write_text("not needed")
    return folder


def write_reranker(folder: Path, *, labels: int = 1) -> Path:
    """A BERT cross-encoder with random weights."""
    from transformers import BertConfig, BertForSequenceClassification

    write_embedder(folder, dimension=16, pooling="mean", architecture="bert")
    for name in ("modules.json", "sentence_bert_config.json"):
        (folder / name).unlink()
    shape = {
        "vocab_size": len(WORDS) + 4, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4,
        "intermediate_size": 32, "max_position_embeddings": 80, "num_labels": labels,
    }  # fmt: skip
    BertForSequenceClassification(BertConfig(**shape)).save_pretrained(str(folder))
    return folder


@contextmanager
def hub(
    repository: str, folder: Path, *, breaks: dict[str, int] | None = None, sha256: str = ""
) -> Iterator[tuple[str, list[str]]]:
    """A hub on loopback that has one repository: its address, and the files that were fetched ("name from 100" where
    a download went on). Of a file in ``breaks`` only so many bytes come, until it is taken out of there; ``sha256`` is
    said of the weights instead of the truth."""
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    commit = hashlib.sha1(repository.encode()).hexdigest()
    fetched: list[str] = []

    class Hub(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.answer(body=False)

        def do_GET(self) -> None:
            self.answer(body=True)

        def answer(self, *, body: bool) -> None:
            path = unquote(self.path.split("?")[0])
            name = path.split("/resolve/")[-1].split("/", 1)[-1] if "/resolve/" in path else ""
            if path.startswith(f"/api/models/{repository}"):
                siblings = [{"rfilename": each} for each in files]
                tree = [{"type": "file", "path": k, "size": len(v), "oid": "0" * 40} for k, v in files.items()]
                found = tree if "/tree/" in path else {"id": repository, "sha": commit, "siblings": siblings}
                self.send(json.dumps(found).encode(), "application/json", body)
            elif path.startswith(f"/{repository}/resolve/") and name in files:
                begun = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").partition("-")[0])
                if body:
                    fetched.append(f"{name} from {begun}" if begun else name)
                self.send(files[name], "application/octet-stream", body, name, begun)
            else:
                self.send_response(404)
                self.send_header("X-Error-Code", "EntryNotFound" if "/resolve/" in path else "RepoNotFound")
                self.send_header("Content-Length", "0")
                self.end_headers()

        def send(self, content: bytes, kind: str, body: bool, name: str = "", begun: int = 0) -> None:
            weights = name.endswith(".safetensors")
            digest = hashlib.sha256(content).hexdigest() if weights else hashlib.sha1(content).hexdigest()
            rest = content[begun:]
            self.send_response(206 if begun else 200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(rest)))
            self.send_header("ETag", f'"{sha256 if weights and sha256 else digest}"')
            self.send_header("X-Repo-Commit", commit)
            self.end_headers()
            if body:
                self.wfile.write(rest[: max(0, (breaks or {}).get(name, len(content)) - begun)])

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", fetched
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
