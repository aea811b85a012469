"""What a guard is, and places that several guards name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guard:
    """Lines of code that keep a promise: in ``file`` the text ``old``, and ``new``, which leaves the promise open."""

    promise: int
    text: str
    test: str  # as pytest names it
    file: str
    old: str
    new: str
    slow: bool = False
    browser: bool = False

    @property
    def name(self) -> str:
        """The test as the docs name it: its file and its function or class, whatever the case."""
        return ":".join(self.test.partition("[")[0].split("::")[:2])


LEDGER, LIBRARY = "rag/library/db/ledger.py", "rag/library/library.py"
ARCHIVE = "rag/library/maintenance/archive.py"
REFUSED_BACKUP = "tests/library/maintenance/test_backup.py::test_a_damaged_or_hostile_backup_is_refused_and_says_why"
# A document in one transaction, and each statement in one of its own.
WHOLE = (
    "        with self.transaction() as db:\n            old, _ = self._forget(db, record.id)\n"
    "            self._check_embedder(db)\n"
)
PIECEMEAL = WHOLE.replace(
    "self.transaction()", 'self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")'
)
