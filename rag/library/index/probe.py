"""Opens a Chroma index in a child process with limits, and reports what it finds.

Damaged files have killed the process that opens them (SIGSEGV), filled its memory, or grown without end. ``python -m
rag.library.index.probe FOLDER LEDGER SAMPLE`` is the child: it prints one JSON object.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

import numpy as np

from rag.child_process import exit_name, how_it_ended, run_module
from rag.errors import LibraryError
from rag.library.files import check_index_size, size_of
from rag.library.index import chroma_collection as chroma
from rag.messages import Message

_SECONDS, _SECONDS_EACH = 60.0, 0.02  # to open it, and for each chunk looked up
_PROBE_MEMORY = 4 << 30  # bytes of address space, plus ten times what the files hold
_MAX_GROWTH_BYTES = 64 << 20  # bytes that a file may grow beyond twice the whole folder
_VERIFY_SAMPLE = 1_000  # chunks looked up in an index that was just built
_PROBE_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class IndexFindings:
    """The comparison of an index with the ledger."""

    held: int  # chunks
    missing: int  # of the ledger's
    extra: int
    lost: tuple[str, ...]  # held, but not found by their own vector
    looked: int  # how many were looked up by their vector

    @property
    def is_complete(self) -> bool:
        """Whether it holds and finds all chunks."""
        return not (self.missing or self.extra or self.lost)


def probe(folder: Path, ledger: Path, sample: int = 0, *, seconds: float | None = None) -> IndexFindings:
    """Compare the index in ``folder`` with the ledger, for all its chunks or a ``sample`` of them.

    Raises LibraryError where the child died, or Chroma refused.
    """
    with contextlib.closing(sqlite3.connect(f"file:{quote(str(ledger))}?mode=ro", uri=True)) as db:
        chunks = db.execute("SELECT count(*) FROM chunks").fetchone()[0]
    limit = seconds or _SECONDS + _SECONDS_EACH * chunks
    try:
        done = run_module("rag.library.index.probe", str(folder), str(ledger), str(sample), seconds=limit)
    except subprocess.TimeoutExpired:
        raise LibraryError(
            Message("Chroma did not open its index within {seconds:.0f} seconds.", seconds=limit),
            "oaken doctor --repair",
        ) from None
    if done.returncode < 0:
        name = exit_name(done.returncode)
        raise LibraryError(
            Message("Chroma's index kills the process that opens it ({signal}).", signal=name), "oaken doctor --repair"
        )
    try:
        findings = json.loads(done.stdout)
        return IndexFindings(
            findings["held"], findings["missing"], findings["extra"], tuple(findings["lost"]), findings["looked"]
        )
    except (ValueError, KeyError, TypeError):
        raise LibraryError(
            Message("Chroma's index cannot be used: {error}.", error=how_it_ended(done)), "oaken doctor --repair"
        ) from None


def verify_index(folder: Path, ledger: Path) -> None:
    """Check an index that was just built. Raises LibraryError where it does not hold every chunk."""
    found = probe(folder, ledger, _VERIFY_SAMPLE)
    if found.missing or found.lost:  # more than the ledger holds by now is no fault: a document may have gone
        raise LibraryError(
            Message(
                "Chroma built an index that lacks {missing} chunks and does not find {lost}.",
                missing=found.missing,
                lost=len(found.lost),
            ),
            Message("The exact scan answers; oaken doctor tells more."),
        )


def inspect_index(folder: Path, ledger: Path, sample: int = 0) -> IndexFindings:
    """Open the index and compare it with the ledger, in this process; the child's work."""
    import chromadb

    rows = rows_to_index(ledger)
    check_index_size(folder, len(rows), len(rows[0][1]) // 4 if rows else 0)
    settings = chroma.settings(is_persistent=True)
    client = chromadb.PersistentClient(str(folder), settings=settings)
    try:
        collection = client.get_collection("chunks", embedding_function=None)
        indexed = chroma.all_ids(collection)
        truth = {row[0] for row in rows}
        rows = [row for row in rows if row[0] in indexed]
        if sample and len(rows) > sample:
            rows = rows[:: len(rows) // sample]
        lost: list[str] = []
        for at in range(0, len(rows), _PROBE_ROWS):
            some = rows[at : at + _PROBE_ROWS]
            vectors = np.frombuffer(b"".join(row[1] for row in some), dtype="<f4").reshape(len(some), -1)
            lost += chroma.unfindable(collection, [row[0] for row in some], vectors)
    finally:
        client.close()
    return IndexFindings(len(indexed), len(truth - indexed), len(indexed - truth), tuple(lost), len(rows))


def rows_to_index(ledger: Path) -> list[tuple[str, bytes]]:
    """Return the id and vector of each chunk that the index should hold, in a SQLite file of chunks and vectors."""
    with contextlib.closing(sqlite3.connect(f"file:{quote(str(ledger))}?mode=ro", uri=True)) as db:
        return db.execute(
            "SELECT c.id, v.vector FROM chunks c JOIN vectors v ON v.text_hash = c.text_hash WHERE c.document_id NOT IN"
            " (SELECT document_id FROM chunks WHERE text_hash NOT IN (SELECT text_hash FROM vectors)) ORDER BY c.id"
        ).fetchall()


def _limit(folder: Path) -> None:
    try:
        import resource
    except ImportError:  # no such limits here: the timeout is left
        return
    size = size_of(folder)
    wanted = {"RLIMIT_CORE": 0, "RLIMIT_FSIZE": _MAX_GROWTH_BYTES + 2 * size, "RLIMIT_AS": _PROBE_MEMORY + 10 * size}
    for name, value in wanted.items():
        with contextlib.suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (value, value))


if __name__ == "__main__":
    _limit(Path(sys.argv[1]))
    print(json.dumps(asdict(inspect_index(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))))
