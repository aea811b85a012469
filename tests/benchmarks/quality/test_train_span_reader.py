"""Training runs for a step of each part, and what it writes is what the reader reads."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from rag.embedding.span_reader import ADAPTERS

pytestmark = [pytest.mark.real, pytest.mark.bench]


def test_it_writes_corrections_of_the_shipped_shapes(
    evaluation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from benchmarks.quality import train_span_reader  # brings torch, which would take seconds from every tier

    text = "The mill of Anna Berg was built in 1820. It grinds rye."
    asked = [{"id": "1", "question": "Who owned the mill?", "answers": [{"text": "Anna Berg", "answer_start": 12}]}]
    article = {"title": "Mill", "paragraphs": [{"context": text, "qas": asked}]}
    (tmp_path / "shifts.json").write_text(json.dumps({"data": [article]}), encoding="utf-8")
    out = tmp_path / "corrections.npz"
    arguments = [str(evaluation), str(tmp_path / "shifts.json"), "--out", str(out), "--steps", "1", "1"]
    monkeypatch.setattr("sys.argv", ["train", *arguments])
    train_span_reader.main()
    with np.load(out) as written, np.load(ADAPTERS) as shipped:
        assert {name: written[name].shape for name in written} == {name: shipped[name].shape for name in shipped}
