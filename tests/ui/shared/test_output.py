"""JSON as it is printed."""

from __future__ import annotations

import json

import pytest

from ui.shared.output import human_output, to_json


def test_json_keeps_values_and_escapes_what_a_terminal_obeys() -> None:
    value = {"a": "ж \x1b \x9b \u202e \ud800 \x7f \u2028"}
    text = to_json(value)
    assert json.loads(text) == value
    assert "ж" in text
    assert not any(sign in text for sign in "\x1b\x9b\u202e\x7f\u2028")
    text.encode()


def test_lines_end_with_their_last_letter(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.padding import Padding

    monkeypatch.setenv("COLUMNS", "20")
    human_output().print(Padding("one two three four five", (1, 0, 0, 4), expand=True))
    assert capsys.readouterr().out == "\n    one two three\n    four five\n"
    human_output().out("kept  ", end="")
    assert capsys.readouterr().out == "kept  "
