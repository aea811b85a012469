"""Text files: lines wrapped by hand, and what is no text."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers import UnreadableError, read
from rag.types import Outcome
from tests.ingest.readers.reading import told


def test_lines_wrapped_by_hand_are_joined_and_others_are_not(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text(
        "Dear Anna,\n\n"
        "the tram to the observatory now runs every quarter of an\n"
        "hour, and the last one leaves at half past eleven in the\n"
        "evening.\n\n"
        "- bread\n- milk for the journey\n\n"
        "Yours,\nBoris\n"
    )
    document = read(path)
    assert [text for _, text in told(document)] == [
        "Dear Anna,",
        "the tram to the observatory now runs every quarter of an hour, and the last one leaves at half past eleven "
        "in the evening.",
        "- bread\n- milk for the journey",
        "Yours,\nBoris",
    ]
    assert document.language == "en" and document.pages is None
    assert {element.section for element in document.elements} == {()}


@pytest.mark.parametrize("content", [b"", b" \n\t\n", b"\xef\xbb\xbf"])
def test_a_text_file_without_text_is_empty(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path / "a.txt")
    assert caught.value.outcome is Outcome.EMPTY


def test_bytes_that_are_no_text_fail(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(bytes(range(256)) * 40)
    with pytest.raises(UnreadableError, match="not text"):
        read(tmp_path / "a.txt")
