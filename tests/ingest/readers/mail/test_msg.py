"""Mail as Outlook keeps it."""

from __future__ import annotations

from pathlib import Path

from tests.ingest.made_msg import Msg
from tests.ingest.readers.mail.letters import read_mail


def test_a_rich_text_body_is_read_where_there_is_no_other(tmp_path: Path) -> None:
    from compressed_rtf import compress

    rich = b"{\\rtf1\\ansi\\ansicpg1252 The ferry leaves at \\b six\\b0 .\\par }"
    document = read_mail(tmp_path, Msg("x", rich=compress(rich)))
    assert "The ferry leaves at six." in document.text
