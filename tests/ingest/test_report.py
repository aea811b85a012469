"""The report of a run, as scripts read it."""

from __future__ import annotations

import json
import zipfile
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


def test_files_read_in_part_are_counted(folder: Path, library: MemoryLibrary, embedder: BagEmbedder) -> None:
    with zipfile.ZipFile(folder / "both.zip", "w") as archive:
        archive.writestr("weir.txt", "The weir is painted green.")
        archive.writestr("song.mp3", "ID3")
    report = ingest([folder / "both.zip", folder / "mill.txt"], library, embedder)
    assert [(Path(each.source).name, "song.mp3" in each.reason) for each in report.in_part] == [("both.zip", True)]
    assert (report.totals["indexed"], report.totals["in_part"]) == (2, 1)
    assert not ingest([folder], library, embedder).in_part  # what is unchanged was told of before
