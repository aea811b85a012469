"""Against ids that the original tokenizer.json of multilingual-e5-small gives (by the ``tokenizers`` library)."""

from __future__ import annotations

import gzip
import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.embedding import registry
from rag.embedding.onnx import SENTENCEPIECE_FILE
from rag.embedding.tokenizers import FileTokenizer, SentencePieceTokenizer
from rag.errors import ModelBroken

pytestmark = pytest.mark.real
GOLD = Path(__file__).parent / "data" / "original_tokens.json.gz"


@pytest.fixture(scope="module")
def tokenizer(models: Path) -> SentencePieceTokenizer:
    registry.load(models, registry.E5.name)
    return SentencePieceTokenizer.open(next((models / "prepared").glob("multilingual*")) / SENTENCEPIECE_FILE)


def test_ids_are_those_of_the_original(tokenizer: SentencePieceTokenizer) -> None:
    rows = json.loads(gzip.decompress(GOLD.read_bytes()))
    assert len(rows) >= 3000
    assert sum(unicodedata.normalize("NFC", text) != text for text, _ in rows) > 100  # as macOS writes names
    found = tokenizer.encode([text for text, _ in rows])
    assert [text for (text, ids), mine in zip(rows, found, strict=True) if ids != mine] == []


def test_control_tokens_in_a_text_stay_text(tokenizer: SentencePieceTokenizer) -> None:
    for text in ("</s>", "<s> a <pad>", "<mask>", "<unk>"):
        assert not {0, 1, 2, 250001} & set(tokenizer.encode([text])[0][1:-1])


@given(st.lists(st.text(max_size=60), max_size=4))
def test_a_text_is_read_alike_alone_and_among_others(tokenizer: SentencePieceTokenizer, texts: list[str]) -> None:
    assert tokenizer.encode(texts) == [tokenizer.encode([text])[0] for text in texts]


def test_a_file_that_is_no_tokenizer_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "tokenizer"
    broken.write_bytes(b"no tokenizer")
    for kind in (SentencePieceTokenizer, FileTokenizer):
        with pytest.raises(ModelBroken, match="cannot be read"):
            kind.open(broken)
