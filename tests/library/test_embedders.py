from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag import parts
from rag.errors import ModelBroken, ModelMissing, UsageError
from rag.interfaces import EmbedderCard
from rag.library import embedders
from rag.library.embedder import EMBEDDED, OnnxEmbedder
from rag.library.reranker import CrossEncoderReranker
from rag.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[2]
TEXTS = ["the tram line opened in 1911", "паром ходит с 1974 года", "la línea abrió", "", "the " * 90]


def made(code: str, *arguments: str) -> str:
    """Run in a process of its own: torch and transformers stay out of this one, with their warnings."""
    prelude = "import sys, json\nfrom pathlib import Path\nfrom tests.library import tiny_models as tiny\n"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", prelude + code, *arguments],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """e5, bge and reranker: small models of their architectures, and the vectors that sentence-transformers gives."""
    folder = tmp_path_factory.mktemp("tiny")
    code = (
        "import numpy\nfrom sentence_transformers import SentenceTransformer\n"
        "folder = Path(sys.argv[1]); texts = json.loads(sys.argv[2])\n"
        "for name, dimension, pooling in (('e5', 384, 'mean'), ('bge', 1024, 'cls')):\n"
        "    tiny.write_embedder(folder / name, dimension=dimension, pooling=pooling)\n"
        "    model = SentenceTransformer(str(folder / name), device='cpu', local_files_only=True)\n"
        "    for kind, prefix in (('q', 'query: '), ('d', 'passage: ' if name == 'e5' else ''), ('n', '')):\n"
        "        given = [prefix + text for text in texts]\n"
        "        numpy.save(folder / f'{name}-{kind}.npy', model.encode(given, normalize_embeddings=True))\n"
        "tiny.write_reranker(folder / 'reranker'); tiny.write_reranker(folder / 'classes', labels=3)\n"
    )
    made(code, str(folder), json.dumps(TEXTS))
    return folder


def installed(models: Path, name: str, source: Path) -> None:
    target = embedders.folder_of(models, name)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(source)


@pytest.mark.real
def test_e5_puts_its_prefixes_before_and_gives_the_reference_vectors(tiny: Path, tmp_path: Path) -> None:
    installed(tmp_path / "models", "multilingual-e5-small", tiny / "e5")
    embedder = parts.open_embedder(Settings(home=tmp_path), "multilingual-e5-small")
    short = replace(embedder.card, max_tokens=64)  # what the tiny model reads
    embedder = OnnxEmbedder.open(tiny / "e5", short, tmp_path / "models")
    np.testing.assert_allclose(embedder.embed_documents(TEXTS), np.load(tiny / "e5-d.npy"), atol=1e-5)
    np.testing.assert_allclose([embedder.embed_query(t) for t in TEXTS], np.load(tiny / "e5-q.npy"), atol=1e-5)
    assert embedder.count("the tram") == 4


@pytest.mark.real
def test_bge_pools_by_its_first_token_and_takes_no_prefix(tiny: Path, tmp_path: Path) -> None:
    installed(tmp_path / "models", "bge-m3", tiny / "bge")
    card = replace(parts.open_embedder(Settings(home=tmp_path), "bge-m3").card, max_tokens=64)
    embedder = OnnxEmbedder.open(tiny / "bge", card, tmp_path / "models", pooling="cls")
    np.testing.assert_allclose(embedder.embed_documents(TEXTS), np.load(tiny / "bge-n.npy"), atol=1e-5)
    np.testing.assert_allclose([embedder.embed_query(t) for t in TEXTS], np.load(tiny / "bge-n.npy"), atol=1e-5)


def test_an_embedder_that_is_not_here_says_how_to_fetch_it(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing) as raised:
        parts.open_embedder(Settings(home=tmp_path), "bge-m3")
    assert "oaken embedder pull bge-m3" in raised.value.hint
    with pytest.raises(UsageError) as unknown:
        parts.open_embedder(Settings(home=tmp_path, embedder="word2vec"))
    assert EMBEDDED.name in unknown.value.message and "bge-m3" in unknown.value.message


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "source", "said"), [("bge-m3", "e5", "384 numbers"), ("multilingual-e5-small", "bge", "1024 numbers")]
)
def test_another_model_under_that_name_is_refused(
    name: str, source: str, said: str, tiny: Path, tmp_path: Path
) -> None:
    installed(tmp_path / "models", name, tiny / source)
    with pytest.raises(ModelBroken) as raised:
        parts.open_embedder(Settings(home=tmp_path), name)
    assert said in raised.value.message and "pull" in raised.value.hint


@pytest.mark.real
def test_a_model_that_is_not_whole_is_refused(tiny: Path, tmp_path: Path) -> None:
    folder = tmp_path / "e5"
    folder.mkdir()
    card = embedders.card_of("multilingual-e5-small")
    with pytest.raises(ModelBroken):
        embedders.check(folder, card, "mean")
    for path in (tiny / "e5").rglob("*.json"):
        target = folder / path.relative_to(tiny / "e5")
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes())
    with pytest.raises(ModelBroken) as raised:  # no weights
        embedders.check(folder, card, "mean")
    assert "weights" in raised.value.message
    with pytest.raises(ModelBroken) as pooled:
        embedders.check(folder, card, "cls")
    assert "mean" in pooled.value.message


@pytest.mark.real
def test_pull_fetches_what_is_needed_and_no_more(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.library.tiny_models import hub

    with hub("intfloat/multilingual-e5-small", tiny / "e5") as (address, fetched):
        monkeypatch.setenv("HF_ENDPOINT", address)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        folder = embedders.pull(tmp_path / "models", "multilingual-e5-small")
        assert embedders.present(tmp_path / "models", "multilingual-e5-small")
        assert "model.safetensors" in fetched and "1_Pooling/config.json" in fetched and "README.md" not in fetched
        assert (folder / "model.safetensors").read_bytes() == (tiny / "e5" / "model.safetensors").read_bytes()
        with pytest.raises(ModelMissing) as raised:  # this hub has only the one
            embedders.pull(tmp_path / "models", "bge-m3")
        assert "BAAI/bge-m3" in raised.value.message
    with hub("BAAI/bge-m3", tiny / "e5") as (address, _):  # not what the card says
        monkeypatch.setenv("HF_ENDPOINT", address)
        with pytest.raises(ModelBroken):
            embedders.pull(tmp_path / "models", "bge-m3")
        assert not embedders.present(tmp_path / "models", "bge-m3")


def test_pull_without_a_hub_and_of_what_needs_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelMissing):
        embedders.pull(tmp_path, "bge-m3")
    with pytest.raises(UsageError):
        embedders.pull(tmp_path, EMBEDDED.name)
    with pytest.raises(UsageError):
        embedders.pull(tmp_path, "word2vec")


def test_another_embedder_is_offered_where_it_would_help() -> None:
    assert embedders.better_for({"en": 90, "ru": 10}, EMBEDDED) == (["ru"], "multilingual-e5-small")
    assert embedders.better_for({"en": 100}, EMBEDDED) == ([], "")
    assert embedders.better_for({"en": 1000, "ru": 1}, EMBEDDED) == ([], "")  # one stray chunk
    assert embedders.better_for({"ru": 10}, embedders.card_of("bge-m3")) == ([], "")
    assert embedders.better_for({}, EMBEDDED) == embedders.better_for({"": 5}, EMBEDDED) == ([], "")


def test_nearness_counts_from_the_floor() -> None:
    card = EmbedderCard("x", 2, 8, floor=0.7)
    assert card.nearness(0.7) == card.nearness(0.1) == 0.0
    assert card.nearness(1.0) == 1.0 and card.nearness(0.85) == pytest.approx(0.5)


@pytest.mark.real
def test_a_reranker_gives_a_share_for_each_text(tiny: Path) -> None:
    code = (
        "from rag.library.reranker import CrossEncoderReranker\n"
        "model = CrossEncoderReranker.load(Path(sys.argv[1]), threads=1)\n"
        "one = model.score('when did the tram line opened', ['the tram line opened', 'паром ходит', 'x'])\n"
        "same = model.score('when did the tram line opened', ['the tram line opened'])\n"
        "assert one.shape == (3,) and ((0 <= one) & (one <= 1)).all() and abs(one[0] - same[0]) < 1e-5\n"
        "assert len(set(one.tolist())) > 1 and model.score('x', []).shape == (0,) and model.name == 'reranker'\n"
    )
    made(code, str(tiny / "reranker"))
    code = (
        "from rag.errors import ModelBroken\nfrom rag.library.reranker import CrossEncoderReranker\n"
        "try:\n    CrossEncoderReranker.load(Path(sys.argv[1]))\n"
        "except ModelBroken as error:\n    print(error.message)\n"
    )
    assert "3 classes" in made(code, str(tiny / "classes"))


def test_a_reranker_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        CrossEncoderReranker.load(tmp_path)
    with pytest.raises(ModelMissing):
        parts.open_reranker(Settings(home=tmp_path, reranker=str(tmp_path / "none")))
    assert parts.open_reranker(Settings(home=tmp_path)) is None
