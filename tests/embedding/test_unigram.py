"""Tokens without SentencePiece are those of SentencePiece."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.embedding import tokenizers as module
from rag.embedding.tokenizers import SentencePieceTokenizer

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def loaded(tokenizer: SentencePieceTokenizer) -> Any:
    return module._processor(tokenizer._path)


@settings(deadline=None)
@given(st.lists(st.text(max_size=60), max_size=4))
@example(["~" * 3000, "x" * 100, "漢字仮名" * 200])
def test_both_ways_split_any_text_alike(tokenizer: SentencePieceTokenizer, loaded: Any, texts: list[str]) -> None:
    """Two ways of splitting may be equally likely ("xxxx"): then either will do."""
    little = tokenizer._small_tokenizer
    for mine, theirs in zip(map(little.encode, texts), loaded.encode(texts), strict=True):
        if mine != theirs:
            scores = [sum(map(loaded.get_score, ids)) for ids in (mine, theirs)]
            assert len(mine) == len(theirs) and scores[0] == pytest.approx(scores[1], abs=1e-2)
