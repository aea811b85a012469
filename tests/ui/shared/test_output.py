"""JSON as it is printed."""

from __future__ import annotations

import json

from ui.shared.output import to_json


def test_json_keeps_values_and_escapes_what_a_terminal_obeys() -> None:
    value = {"a": "ж \x1b \x9b \u202e \ud800 \x7f \u2028"}
    text = to_json(value)
    assert json.loads(text) == value
    assert "ж" in text
    assert not any(sign in text for sign in "\x1b\x9b\u202e\x7f\u2028")
    text.encode()
