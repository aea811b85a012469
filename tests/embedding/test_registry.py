from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rag import factory
from rag.embedding import registry
from rag.embedding.reranker import CrossEncoderReranker
from rag.errors import ModelBrokenError, ModelNotFoundError, UsageError
from rag.interfaces import EmbedderCard
from rag.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[2]
TEXTS = ["the tram line opened in 1911", "паром ходит с 1974 года", "la línea abrió", "", "the " * 90]


def made(code: str, *arguments: str) -> str:
    """Run in a process of its own: torch and transformers stay out of this one, with their warnings."""
    prelude = "import sys, json\nfrom pathlib import Path\nfrom tests.embedding import tiny_models as tiny\n"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", prelude + code, *arguments],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder with one output and one with three."""
    folder = tmp_path_factory.mktemp("tiny")
    code = "folder = Path(sys.argv[1])\n"
    code += "tiny.write_reranker(folder / 'reranker'); tiny.write_reranker(folder / 'classes', labels=3)\n"
    made(code, str(folder))
    return folder


def test_the_default_is_the_multilingual_one_and_both_are_in_the_box(tmp_path: Path) -> None:
    assert registry.names(tmp_path) == ["multilingual-e5-small", "all-MiniLM-L6-v2"]
    assert factory.embedder_name(Settings(home=tmp_path), "new") == "multilingual-e5-small"
    assert registry.card_of(tmp_path, "all-MiniLM-L6-v2") == registry.MINILM


def test_an_embedder_that_is_not_known_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as unknown:
        factory.open_embedder(Settings(home=tmp_path, embedder="word2vec"))
    assert "multilingual-e5-small" in unknown.value.message and "oaken embedder add word2vec" in unknown.value.hint


def test_a_card_that_is_damaged_is_told(tmp_path: Path) -> None:
    folder = registry.added_folder(tmp_path, "mine")
    folder.mkdir(parents=True)
    for text in ("no card", "[]", '{"dimension": 4, "colour": "red"}'):
        (folder / "card.json").write_text(text)
        with pytest.raises(ModelBrokenError, match="cannot be read"):
            registry.card_of(tmp_path, "mine")


def test_an_old_library_goes_on_with_its_own_embedder(tmp_path: Path) -> None:
    from rag.library.library import Library

    Library.open(tmp_path / "libraries" / "old", registry.MINILM).close()
    settings = Settings(home=tmp_path)
    assert factory.embedder_name(settings, "old") == "all-MiniLM-L6-v2"
    with factory.open_library(settings, "old") as library:
        assert library.embedder == registry.MINILM


def test_languages_that_an_embedder_knows_little_of() -> None:
    assert registry.weak_languages(registry.MINILM, {"en": 90, "ru": 10}) == ["ru"]
    assert registry.weak_languages(registry.MINILM, {"en": 100}) == []
    assert registry.weak_languages(registry.MINILM, {"en": 1000, "ru": 1}) == []  # one stray chunk
    assert registry.weak_languages(registry.E5, {"ru": 10, "tr": 3}) == []
    assert registry.weak_languages(registry.MINILM, {}) == registry.weak_languages(registry.MINILM, {"": 5}) == []


def test_nearness_counts_from_the_floor() -> None:
    card = EmbedderCard("x", 2, 8, floor=0.7)
    assert card.normalized_similarity(0.7) == card.normalized_similarity(0.1) == 0.0
    assert card.normalized_similarity(1.0) == 1.0 and card.normalized_similarity(0.85) == pytest.approx(0.5)


@pytest.mark.slow
@pytest.mark.real
def test_a_reranker_gives_a_share_for_each_text(tiny: Path) -> None:
    code = (
        "from rag.embedding.reranker import CrossEncoderReranker\n"
        "model = CrossEncoderReranker.load(Path(sys.argv[1]), threads=1)\n"
        "one = model.score('when did the tram line opened', ['the tram line opened', 'паром ходит', 'x'])\n"
        "same = model.score('when did the tram line opened', ['the tram line opened'])\n"
        "assert one.shape == (3,) and ((0 <= one) & (one <= 1)).all() and abs(one[0] - same[0]) < 1e-5\n"
        "assert len(set(one.tolist())) > 1 and model.score('x', []).shape == (0,) and model.name == 'reranker'\n"
    )
    made(code, str(tiny / "reranker"))
    code = (
        "from rag.errors import ModelBrokenError\nfrom rag.embedding.reranker import CrossEncoderReranker\n"
        "try:\n    CrossEncoderReranker.load(Path(sys.argv[1]))\n"
        "except ModelBrokenError as error:\n    print(error.message)\n"
    )
    assert "3 classes" in made(code, str(tiny / "classes"))


def test_a_reranker_without_torch_names_the_pip_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.json").write_text("{}")
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ModelNotFoundError, match="needs PyTorch") as caught:
        CrossEncoderReranker.load(tmp_path)
    assert "pip install sentence-transformers" in caught.value.hint


def test_what_the_default_would_serve_better() -> None:
    outdone, languages = registry.default_is_better, {"en": 10}
    assert outdone(registry.MINILM, languages) and not outdone(registry.E5, languages)
    mine = EmbedderCard("mine", 2, 8, trust={"en": 1.0, "": 0.2})
    assert not outdone(mine, languages) and outdone(mine, {"en": 10, "fi": 5})


def test_a_reranker_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError):
        CrossEncoderReranker.load(tmp_path)
    with pytest.raises(ModelNotFoundError):
        factory.open_reranker(Settings(home=tmp_path, reranker=str(tmp_path / "none")))
    assert factory.open_reranker(Settings(home=tmp_path)) is None
