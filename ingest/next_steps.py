"""What may help where a file gave no text."""

from __future__ import annotations

import re

from ingest.readers.shared.external_programs import names_missing_program
from ingest.readers.shared.unreadable import NO_WORDS_IN_PICTURE, NO_WORDS_IN_SCAN
from rag.messages import marked, parts_of
from rag.types import FileRecord, Outcome

_NEXT_STEPS = {
    Outcome.ENCRYPTED: marked("Save a copy without the password and add that."),
    Outcome.UNSUPPORTED: marked("If it holds text, save it as PDF, Word or text and add that."),
}
_SHARPER = marked("A sharper scan or picture may help.")
_SAYS_STEP = re.compile(r"[^{;]+; [a-z]")


def next_step(record: FileRecord) -> str:
    """Return what may help where a file gave no text, to be translated; "" where its reason says that, or nothing may.

    A reason says what helps after a semicolon, or names the program that is missing.
    """
    parts = list(parts_of(record.reason))
    if any(_SAYS_STEP.match(part.template) for part in parts) or names_missing_program(record.reason):
        return ""
    if record.outcome is Outcome.EMPTY:
        return _SHARPER if any(part.template in (NO_WORDS_IN_PICTURE, NO_WORDS_IN_SCAN) for part in parts) else ""
    return _NEXT_STEPS.get(record.outcome, "")
