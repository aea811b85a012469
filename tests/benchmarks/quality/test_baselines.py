"""How the baselines that Oaken is compared with cut a library's documents."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.quality.baselines import OVERLAP, SIZE, cut
from ingest.pipeline import ingest
from rag.evaluation.baselines import quote_baseline
from rag.evaluation.evaluate import judge
from rag.evaluation.questions import LabelledQuestion
from rag.library.library import Library
from tests.doubles import BagEmbedder


@pytest.mark.parametrize("sentences", [1, 10, 120])
def test_pieces_cover_a_document_with_what_they_share(sentences: int, tmp_path: Path) -> None:
    text = " ".join(f"Boat {number} lies at the quay." for number in range(sentences))
    (tmp_path / "boats.txt").write_text(text, encoding="utf-8")
    embedder = BagEmbedder()
    with Library.open(tmp_path / "library", embedder.card) as library:
        ingest([tmp_path / "boats.txt"], library, embedder)
        pieces = cut(library)
        document = library.document(pieces[0].document_id)
        assert document is not None
        assert all(document.text[each.start : each.start + SIZE] == each.text for each in pieces)
        assert pieces[-1].start + len(pieces[-1].text) == len(document.text)
        for one, other in pairwise(pieces):
            assert one.start + len(one.text) - other.start == OVERLAP
        last = f"Boat {sentences - 1} lies"
        question = LabelledQuestion("1", "en", "Where?", (last,), "boats.txt", "fact")
        assert judge(question, quote_baseline(question, pieces[-1:]), library).quoted
        assert not judge(question, quote_baseline(question, []), library).quoted
