"""What may help where a file gave no text."""

from __future__ import annotations

import pytest

from ingest.next_steps import next_step
from ingest.readers.shared.external_programs import OCR, OFFICE, missing_program
from ingest.readers.shared.sniff import FOREIGN
from ingest.readers.shared.unreadable import NO_WORDS_IN_PICTURE, NO_WORDS_IN_SCAN
from rag.messages import Message, joined
from rag.types import FileRecord, FileStamp, Outcome


@pytest.mark.parametrize(
    ("outcome", "why", "helps"),
    [
        (Outcome.EMPTY, Message(NO_WORDS_IN_PICTURE), True),
        (Outcome.EMPTY, joined("; ", [Message(NO_WORDS_IN_PICTURE), Message("page 2 could not be read")]), True),
        (Outcome.EMPTY, Message(NO_WORDS_IN_SCAN), True),
        (Outcome.EMPTY, Message("there are no words on its pages"), False),
        (Outcome.EMPTY, Message("it is a picture, and reading that {needs}", needs=missing_program(OCR)), False),
        (Outcome.UNSUPPORTED, Message("reading an older office file {needs}", needs=missing_program(OFFICE)), False),
        (Outcome.UNSUPPORTED, Message("it is {what}", what=FOREIGN[".rar"]), False),  # "unpack it and add the folder"
        (Outcome.UNSUPPORTED, Message("it is {what}", what=FOREIGN[".svg"]), True),
        (
            Outcome.ENCRYPTED,
            Message("{reason}; the earlier version is kept", reason=Message("it is protected by a password")),
            True,
        ),
        (Outcome.FAILED, Message("it is damaged"), False),
        (Outcome.INDEXED, Message("page 2 could not be read"), False),
    ],
)
def test_what_may_help_is_said_only_where_the_reason_does_not_say_it(outcome: Outcome, why: str, helps: bool) -> None:
    record = FileRecord("1", "/p/a", "/p", "a", FileStamp(1, 1), outcome, why)
    assert bool(next_step(record)) == helps
