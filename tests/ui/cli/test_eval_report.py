"""A measurement as a page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ui.cli import main as cli


def test_a_page_and_a_comparison(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["eval", str(town / "q.jsonl"), "--json", "--html", str(town / "report.html")]) == 0
    run = json.loads(capsys.readouterr().out)
    page = (town / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 3 and "64 &lt;b&gt;puestos" in page and "<b>puestos" not in page
    assert "Calibration" in page and "By kind" in page
    assert not re.search(r"<script|https?://|<link|<img|@import|url\(", page), "nothing is loaded from anywhere"
    (town / "a.json").write_text(json.dumps(run))
    assert cli.run(["eval", "--compare", str(town / "a.json"), str(town / "a.json"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["questions"] == 3
    assert cli.run(["eval", "--compare", str(town / "a.json"), str(town / "a.json")]) == 0
    assert "no significant difference" in capsys.readouterr().out
