"""The list of shortcuts names each key that is heard; what they do is seen in tests/browser."""

from __future__ import annotations

import re
from pathlib import Path

from ui.web import shortcuts


def test_each_key_that_is_heard_is_listed() -> None:
    script = (Path(shortcuts.__file__).parent / "assets" / "keys.js").read_text(encoding="utf-8")
    table = script.partition("const acts = {")[2].partition("\n}")[0]
    heard = re.findall(r"^  '?([^':]+)'?:", table, re.MULTILINE)
    assert {*heard, "@"} == set(shortcuts._KEYS)
    assert len(heard) == len(set(heard)) == 6


def test_the_buttons_are_heard_by_the_script() -> None:
    assert "data-oaken-keys>Keyboard shortcuts</button>" in shortcuts.list_button()
    assert "data-oaken-print>Print</button>" in shortcuts.print_button()
