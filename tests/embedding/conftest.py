"""Fixtures shared by the tests of embedders."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rag.embedding import registry
from rag.embedding.tokenizers import SentencePieceTokenizer
from tests.embedding.added_models import REPOSITORY, SAID


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small models, XLM-R with mean pooling and BERT with its first token, and the vectors that
    sentence-transformers gives. Made in a process of its own: torch stays out of this one."""
    folder = tmp_path_factory.mktemp("tiny")
    code = (
        "import sys, json, numpy\nfrom pathlib import Path\nfrom tests.embedding import tiny_models as tiny\n"
        "from sentence_transformers import SentenceTransformer\n"
        "folder = Path(sys.argv[1]); texts = json.loads(sys.argv[2])\n"
        "for name, kind, dimension, pooling in (('e5', 'xlm-roberta', 48, 'mean'), ('bge', 'bert', 64, 'cls')):\n"
        "    tiny.write_embedder(folder / name, dimension=dimension, pooling=pooling, architecture=kind)\n"
        "    model = SentenceTransformer(str(folder / name), device='cpu', local_files_only=True)\n"
        "    for kind, prefix in (('q', 'query: '), ('d', 'passage: '), ('n', '')):\n"
        "        given = [prefix + text for text in texts]\n"
        "        numpy.save(folder / f'{name}-{kind}.npy', model.encode(given, normalize_embeddings=True))\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", code, str(folder), json.dumps(SAID)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    prompts = {"prompts": {"query": "query: ", "document": "passage: "}}
    (folder / "e5" / "config_sentence_transformers.json").write_text(json.dumps(prompts))
    return folder


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    return monkeypatch


@pytest.fixture(scope="module")
def tokenizer(models: Path) -> SentencePieceTokenizer:
    registry.load(models, registry.E5.name)
    return SentencePieceTokenizer.open(next((models / "prepared").glob("multilingual*")))
