"""Documents to take in, and a run over them in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingest.pipeline import ingest
from ingest.report import IngestReport
from tests.ingest.doubles import BagEmbedder, InProcess, MemoryLibrary

LONG_AGO = 10**18  # nanoseconds


def run(*paths: Path, into: MemoryLibrary, **options: Any) -> tuple[IngestReport, InProcess, BagEmbedder]:
    parser, embedder = InProcess(), BagEmbedder()
    return ingest(paths, into, embedder, parser=parser, **options), parser, embedder  # type: ignore[arg-type]


def outcomes(report: IngestReport) -> dict[str, str]:
    return {Path(row.source).name: row.outcome.value for row in report.outcomes}
