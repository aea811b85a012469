"""oaken eval: what it refuses, what it prints, and the page it writes."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from rag.answer.assistant import Assistant
from rag.library.library import Library
from tests.doubles import BagEmbedder
from tests.town import TEXTS, file_away
from ui.cli import main as cli

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


def test_json_is_what_the_figures_say(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["eval", str(town / "q.jsonl"), "--json"]) == 0
    run = json.loads(capsys.readouterr().out)
    assert run["all"]["n"] == 2 and run["all"]["unanswerable"] == 1 and run["all"]["refused_unanswerable"] == 1.0
    assert set(run["language"]) == {"en", "es"} and set(run["kind"]) == {"answerable", "unanswerable"}
    assert run["about"]["questions"] == "q.jsonl" and "answered" not in run["all"] and "baselines" not in run
    assert sum(each["n"] for each in run["calibration"]["bins"]) == run["calibration"]["n"] == 3


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


def test_tables_for_people(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["eval", str(town / "q.jsonl")]) == 0
    shown = capsys.readouterr().out
    assert "3 questions" in shown and "the answer's text in a quote" in shown and "by kind" in shown
    assert "Expected calibration error: " in shown and "0.9 – 1.0" in shown and "BM25" not in shown
    assert cli.run(["eval", str(town / "q.jsonl"), "-n", "1"]) == 0
    assert "1 questions" in capsys.readouterr().out


def test_only_some_kinds(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["eval", str(town / "q.jsonl"), "--only", "unanswerable", "--json"]) == 0
    assert [row["id"] for row in json.loads(capsys.readouterr().out)["questions"]] == ["c"]
    assert cli.run(["eval", str(town / "q.jsonl"), "--only", "nothing"]) == 2
    assert "--only answerable,unanswerable" in capsys.readouterr().err


def test_the_misses_are_shown_with_their_quotes(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["eval", str(town / "q.jsonl"), "--show"]) == 0
    shown = capsys.readouterr().out
    assert "b [answerable] ¿Cuántos puestos tiene el mercado?" in shown and "  > mercado.md | " in shown
    assert "a [answerable]" not in shown and "c [unanswerable]" not in shown, "these went well"
    assert cli.run(["eval", str(town / "q.jsonl"), "--show", "--json"]) == 0
    both = capsys.readouterr()
    assert json.loads(both.out)["all"]["n"] == 2 and "  > mercado.md | " in both.err


def test_baselines_stand_beside(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["eval", str(town / "q.jsonl"), "--baselines", "--json"]) == 0
    beside = json.loads(capsys.readouterr().out)["baselines"]
    assert set(beside) == {"bm25", "dense"} and beside["bm25"]["all"]["n"] == 2
    assert set(beside["dense"]["language"]) == {"en", "es"}
    assert cli.run(["eval", str(town / "q.jsonl"), "--baselines"]) == 0
    shown = capsys.readouterr().out
    assert "BM25 alone" in shown and "dense vectors alone" in shown and "quoted, es" in shown


def test_with_prose_supported_claims_are_looked_into(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["eval", str(town / "q.jsonl"), "--prose", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["all"]["answered"] == 0.0, "no model wrote anything"


def test_a_library_asks_itself_and_says_what_that_means(
    town: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["eval", "--from-library"]) == 2
    assert "no heading, definition, number or table row" in capsys.readouterr().err
    museum = {"harbour-museum.md": ("en", "The Harbour Museum has seven rooms. They are cold.")}
    monkeypatch.setattr("tests.ui.cli.test_evaluate.TEXTS", museum)
    shutil.rmtree(town / "library")
    assert cli.run(["eval", "--from-library", "-n", "4", "--json"]) == 0
    run = json.loads(capsys.readouterr().out)
    asked = [row["question"] for row in run["questions"]]
    assert asked == ["How many rooms does the Harbour Museum have?"] and run["all"]["quoted"] == 1.0
    assert cli.run(["eval", "--from-library"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "easier than a person's" in shown and "which of two libraries is the better one" in shown
    assert cli.run(["eval", "--from-library", "--only", "poem"]) == 2
    assert "--only heading," in capsys.readouterr().err


def test_a_bad_line_is_named_before_anything_is_asked(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (town / "bad.jsonl").write_text(json.dumps(LINES[0]) + "\n" + '{"id": "z", "question": "x", "answers": "y"}')
    assert cli.run(["eval", str(town / "bad.jsonl"), "--json"]) == 2
    said = capsys.readouterr()
    assert (
        said.out == "" and 'Line 2 of bad.jsonl is not a valid question: "answers" is not a list of texts.' in said.err
    )


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["q.jsonl", "--from-library"],
        ["none.jsonl"],
        ["q.jsonl", "--html", "none/x.html"],
        ["--compare", "x", "y"],
        ["--from-library", "--compare", "x", "y"],
    ],
)
def test_wrong_usage(
    arguments: list[str], town: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(town)
    assert cli.run(["eval", *arguments]) == 2
    assert capsys.readouterr().err.startswith("Error: ")
