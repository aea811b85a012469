"""Against ids that the original tokenizer.json of multilingual-e5-small gives (by the ``tokenizers`` library)."""

from __future__ import annotations

import gzip
import json
import shutil
import unicodedata
from pathlib import Path

import pytest

from rag.embedding import tokenizers as module
from rag.embedding.tokenizers import FileTokenizer, SentencePieceTokenizer, open_tokenizer, tokenizer_files
from rag.embedding.unigram import PIECES_FILE
from rag.errors import ModelBrokenError

pytestmark = pytest.mark.real


GOLD = Path(__file__).parent / "data" / "original_tokens.json.gz"


@pytest.mark.parametrize("little", [0, 10**9], ids=["by SentencePiece", "by the mapped vocabulary"])
def test_ids_are_those_of_the_original(
    tokenizer: SentencePieceTokenizer, little: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SENTENCEPIECE_FROM_CHARS", little)
    monkeypatch.setattr(tokenizer, "_loaded", None)
    rows = json.loads(gzip.decompress(GOLD.read_bytes()))
    assert len(rows) >= 3000
    assert sum(unicodedata.normalize("NFC", text) != text for text, _ in rows) > 100  # as macOS writes names
    found = tokenizer.encode([text for text, _ in rows])
    assert [text for (text, ids), mine in zip(rows, found, strict=True) if ids != mine] == []


def test_control_tokens_in_a_text_stay_text(tokenizer: SentencePieceTokenizer) -> None:
    for text in ("</s>", "<s> a <pad>", "<mask>", "<unk>"):
        assert not {0, 1, 2, 250001} & set(tokenizer.encode([text])[0][1:-1])


def test_sentencepiece_is_loaded_when_there_is_more_to_split(models: Path) -> None:
    fresh = SentencePieceTokenizer.open(next((models / "prepared").glob("multilingual*")))
    fresh.encode(["When did the tram open?"])
    assert fresh._loaded is None
    fresh.encode(["mill " * 5000])
    assert fresh._loaded is not None


def test_each_text_is_split_alone(tokenizer: SentencePieceTokenizer, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a list, SentencePiece starts threads: 40 microseconds, and a chunker asks for thousands of short texts."""

    class Loaded:
        def encode(self, text: str) -> list[int]:
            assert isinstance(text, str)
            return [7]

    monkeypatch.setattr(tokenizer, "_loaded", Loaded())
    assert [row[1:-1] for row in tokenizer.encode(["a", "b"])] == [[7], [7]]


def test_copies_of_its_files_are_a_tokenizer(models: Path, tmp_path: Path) -> None:
    folder = next((models / "prepared").glob("multilingual*"))
    for file in tokenizer_files(folder):
        shutil.copy(file, tmp_path)
    texts = ["When did the tram open?", "mill " * 5000]
    assert open_tokenizer(tmp_path).encode(texts) == open_tokenizer(folder).encode(texts)


def test_a_file_that_is_not_a_tokenizer_is_reported(tmp_path: Path) -> None:
    for name in (module.SPECIAL_FILE, module.SENTENCEPIECE_FILE, PIECES_FILE, "tokenizer.json"):
        (tmp_path / name).write_bytes(b"no tokenizer")
    with pytest.raises(ModelBrokenError, match="cannot be read"):
        FileTokenizer.open(tmp_path / "tokenizer.json")
    with pytest.raises(ModelBrokenError, match="cannot be read"):
        SentencePieceTokenizer.open(tmp_path)
    with pytest.raises(ModelBrokenError, match="cannot be read"):
        module._processor(tmp_path / module.SENTENCEPIECE_FILE)
