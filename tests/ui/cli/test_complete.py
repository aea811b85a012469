"""The command that goes on with a text."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import UsageError


def test_lines_and_their_ends(tmp_path: Path) -> None:
    from ui.cli.complete import _around

    file = tmp_path / "a.txt"
    file.write_bytes(b"one\r\ntwo\r\nthree")
    assert _around(file, 1, None, None) == ("one", "\r\ntwo\r\nthree")
    assert _around(file, 0, None, None) == ("", "one\r\ntwo\r\nthree")
    assert _around(file, 3, None, None) == _around(file, None, None, None) == ("one\r\ntwo\r\nthree", "")
    for line in (4, 99):
        with pytest.raises(UsageError, match="has 3 lines"):
            _around(file, line, None, None)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="not UTF-8 text"):
        _around(file, 1, None, None)
