"""What may help where a file gave no text."""

from __future__ import annotations

import re

from ingest.readers.shared.external_programs import names_missing_program
from ingest.readers.shared.unreadable import FILE_IS_EMPTY, NO_WORDS_IN_PICTURE, NO_WORDS_IN_SCAN
from rag.messages import SYSTEM_MESSAGES, marked, parts_of
from rag.types import Outcome

_NEXT_STEPS = {
    Outcome.EMPTY: marked("If it should hold text, open it, save it again and add that."),
    Outcome.FAILED: marked("If another program opens it, save a copy there and add that."),
    Outcome.TOO_LARGE: marked("Split it into smaller files and add those."),
    Outcome.ENCRYPTED: marked("Save a copy without the password and add that."),
    Outcome.UNSUPPORTED: marked("If it holds text, save it as PDF, Word or text and add that."),
}
_NOTHING_IN_IT = marked("It holds nothing at all: get it again from where it came from, and add that.")
_SHARPER = marked("A sharper scan or picture may help.")
_ACCESS = marked("See that the file is there and that you may open it, then add it again.")
_SAYS_STEP = re.compile(r"[^{;][^;]*; [a-z]")


def next_step(outcome: Outcome, reason: str) -> str:
    """Return what may help where a file gave no text, to be translated; "" where its reason says that, or it gave text.

    A reason says what helps after a semicolon, or names the program that is missing. One that is no message says all.
    """
    templates = [part.template for part in parts_of(reason)]
    if not templates or any(map(_SAYS_STEP.match, templates)) or names_missing_program(reason):
        return ""
    if outcome is Outcome.EMPTY and not {NO_WORDS_IN_PICTURE, NO_WORDS_IN_SCAN}.isdisjoint(templates):
        return _SHARPER
    if FILE_IS_EMPTY in templates:
        return _NOTHING_IN_IT
    if outcome is Outcome.FAILED and not SYSTEM_MESSAGES.isdisjoint(templates):
        return _ACCESS
    return _NEXT_STEPS.get(outcome, "")
