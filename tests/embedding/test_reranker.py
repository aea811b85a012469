"""The re-ranker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rag import factory
from rag.embedding.reranker import CrossEncoderReranker
from rag.errors import ModelNotFoundError
from rag.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[2]


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


def test_a_reranker_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError):
        CrossEncoderReranker.load(tmp_path)
    with pytest.raises(ModelNotFoundError):
        factory.open_reranker(Settings(home=tmp_path, reranker=str(tmp_path / "none")))
    assert factory.open_reranker(Settings(home=tmp_path)) is None
