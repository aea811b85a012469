"""What may help where a file gave no text."""

from __future__ import annotations

import pytest

from ingest.next_steps import next_step
from ingest.readers.shared.external_programs import OCR, OFFICE, missing_program
from ingest.readers.shared.sniff import FOREIGN
from ingest.readers.shared.unreadable import FILE_IS_EMPTY, NO_WORDS_IN_PICTURE, NO_WORDS_IN_SCAN
from rag.messages import Message, joined, system_message
from rag.types import Outcome


@pytest.mark.parametrize(
    ("outcome", "why", "helps"),
    [
        (Outcome.EMPTY, Message(NO_WORDS_IN_PICTURE), True),
        (Outcome.EMPTY, joined("; ", [Message(NO_WORDS_IN_PICTURE), Message("page 2 could not be read")]), True),
        (Outcome.EMPTY, Message(NO_WORDS_IN_SCAN), True),
        (Outcome.EMPTY, Message("there are no words on its pages"), True),
        (Outcome.EMPTY, Message("it is a picture, and reading that {needs}", needs=missing_program(OCR)), False),
        (Outcome.UNSUPPORTED, Message("reading an older office file {needs}", needs=missing_program(OFFICE)), False),
        (Outcome.UNSUPPORTED, Message("it is {what}", what=FOREIGN[".rar"]), False),  # "unpack it and add the folder"
        (Outcome.UNSUPPORTED, Message("it is {what}", what=FOREIGN[".svg"]), True),
        (
            Outcome.ENCRYPTED,
            Message("{reason}; the earlier version is kept", reason=Message("it is protected by a password")),
            True,
        ),
        (Outcome.EMPTY, Message("the file is empty"), True),
        (Outcome.FAILED, Message("it is damaged"), True),
        (Outcome.FAILED, Message("permission denied"), True),
        (Outcome.FAILED, "it has the extension .pdf but is not a PDF", False),  # an upload's: it says what helps itself
        (Outcome.TOO_LARGE, Message("it is a package of {number:,} parts", number=10**6), True),
        (Outcome.TOO_LARGE, Message("it holds more than {most:,} records; split it", most=10**6), False),
        (Outcome.INDEXED, Message("page 2 could not be read"), False),
    ],
)
def test_what_may_help_is_said_only_where_the_reason_does_not_say_it(outcome: Outcome, why: str, helps: bool) -> None:
    assert bool(next_step(outcome, why)) == helps


def test_who_may_not_read_a_file_is_told_of_that() -> None:
    assert "you may open it" in next_step(Outcome.FAILED, system_message(PermissionError(13, "Permission denied")))
    assert "get it again" in next_step(Outcome.EMPTY, Message(FILE_IS_EMPTY))
    assert "save a copy" in next_step(Outcome.FAILED, Message("it is damaged"))
