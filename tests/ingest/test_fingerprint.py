"""New readers are told from old ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import fingerprint as abilities
from tests.ingest.doubles import MemoryLibrary
from tests.ingest.runs import run


def test_new_readers_try_what_gave_no_text_before_and_nothing_else(
    papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = MemoryLibrary()
    run(papers, into=library)
    assert len(abilities.reader_fingerprint()) == 8
    for module in ("ingest.content_index", "ingest.run"):
        monkeypatch.setattr(f"{module}.reader_fingerprint", lambda: "newer")
    _, parser, _ = run(papers, into=library)
    assert [path.name for path in parser.read] == ["empty.txt"]
    assert run(papers, into=library)[1].read == []
