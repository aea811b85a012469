"""The report of a run, as scripts read it."""

from __future__ import annotations

import json
from pathlib import Path

from ingest.pipeline import ingest
from tests.ingest.doubles import BagEmbedder, MemoryLibrary


def test_the_report_has_the_shape_that_scripts_rely_on(
    folder: Path, library: MemoryLibrary, embedder: BagEmbedder
) -> None:
    told = json.loads(json.dumps(ingest([folder], library, embedder).to_json()))
    assert list(told) == ["outcomes", "totals", "note"]
    assert list(told["outcomes"][0]) == ["source", "outcome", "reason", "pages", "chunks", "seconds"]
    seconds = told["totals"].pop("seconds")
    assert seconds > 0
    assert told["totals"] == {"indexed": 2, "empty": 1, "unsupported": 1, "files": 4, "chunks": 2}
