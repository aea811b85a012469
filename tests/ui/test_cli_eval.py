"""oaken eval: what it refuses, what it prints, and the page it writes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from rag.answer.assistant import Assistant
from rag.library.library import Library
from tests.answer.conftest import TEXTS, file_away
from tests.doubles import BagEmbedder
from ui import cli

LINES = [
    {"id": "a", "question": "How many stops does the tram have?", "answers": ["fourteen stops"], "source": "tram.md"},
    {
        "id": "b",
        "question": "¿Cuántos puestos tiene el mercado?",
        "answers": ["64 <b>puestos</b>"],
        "source": "mercado.md",
    },
    {"id": "c", "question": "Which dentist sees patients?", "answers": [], "source": None},
]


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file of questions; any library opened is the town's."""
    embedder = BagEmbedder()

    def opened(*_: Any, **__: Any) -> Assistant:
        library = Library.open(tmp_path / "library", embedder.card)
        if not library.records():
            for name, (language, text) in TEXTS.items():
                file_away(library, name, text, language, embedder)
            library.follow()
        return Assistant(library, embedder)

    monkeypatch.setattr(Assistant, "open", opened)
    (tmp_path / "q.jsonl").write_text("\n".join(json.dumps(line) for line in LINES))
    return tmp_path


def test_json_a_page_and_a_comparison(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["eval", str(town / "q.jsonl"), "--json", "--html", str(town / "report.html")]) == 0
    run = json.loads(capsys.readouterr().out)
    assert run["summary"]["questions"] == 3 and set(run["languages"]) == {"en", "es"}
    assert run["about"]["questions"] == "q.jsonl"
    page = (town / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 3 and "64 &lt;b&gt;puestos" in page and "<b>puestos" not in page
    assert not re.search(r"<script|https?://|<link|<img|@import|url\(", page), "nothing is loaded from anywhere"
    (town / "a.json").write_text(json.dumps(run))
    assert cli.run(["eval", "--compare", str(town / "a.json"), str(town / "a.json"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["questions"] == 3
    assert cli.run(["eval", "--compare", str(town / "a.json"), str(town / "a.json")]) == 0
    assert "no difference to be sure of" in capsys.readouterr().out


def test_a_table_for_people(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["eval", str(town / "q.jsonl"), "-n", "2"]) == 0
    shown = capsys.readouterr().out
    assert "2 questions" in shown and "answer in the quotes" in shown and "nDCG@10" in shown
    assert cli.run(["eval", str(town / "q.jsonl")]) == 0
    assert "always refusing: .5" in capsys.readouterr().out


def test_a_library_asks_itself(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["eval", "--from-library", "-n", "4", "--json"]) == 0
    run = json.loads(capsys.readouterr().out)
    assert 1 <= run["summary"]["questions"] <= 4 and "recall@1" in run["summary"]["figures"]


@pytest.mark.parametrize(
    "arguments",
    [[], ["q.jsonl", "--from-library"], ["none.jsonl"], ["q.jsonl", "--html", "none/x.html"], ["--compare", "x", "y"]],
)
def test_wrong_usage(
    arguments: list[str], town: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(town)
    assert cli.run(["eval", *arguments]) == 2
    assert capsys.readouterr().err.startswith("Error: ")
