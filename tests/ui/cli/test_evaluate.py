"""oaken eval: what it refuses, what it prints, and the page it writes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.doubles import BagEmbedder
from tests.town import filed_folder
from tests.ui.cli.measuring import LINES
from ui.cli import main as cli


def test_json_is_what_the_figures_say(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["eval", str(town / "q.jsonl"), "--json"]) == 0
    run = json.loads(capsys.readouterr().out)
    assert run["all"]["n"] == 2 and run["all"]["unanswerable"] == 1 and run["all"]["refused_unanswerable"] == 1.0
    assert set(run["language"]) == {"en", "es"} and set(run["kind"]) == {"answerable", "unanswerable"}
    assert run["about"]["questions"] == "q.jsonl" and "answered" not in run["all"] and "baselines" not in run
    assert sum(each["n"] for each in run["calibration"]["bins"]) == run["calibration"]["n"] == 3


def test_only_some_kinds(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["eval", str(town / "q.jsonl"), "--only", "unanswerable", "--json"]) == 0
    assert [row["id"] for row in json.loads(capsys.readouterr().out)["questions"]] == ["c"]
    assert cli.run(["eval", str(town / "q.jsonl"), "--only", "nothing"]) == 2
    assert "--only answerable,unanswerable" in capsys.readouterr().err


def test_with_prose_supported_claims_are_looked_into(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["eval", str(town / "q.jsonl"), "--prose", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["all"]["answered"] == 0.0, "no model wrote anything"


def test_a_library_asks_itself_and_says_what_that_means(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["eval", "--from-library"]) == 2
    assert "no heading, definition, number or table row" in capsys.readouterr().err
    museum = {"harbour-museum.md": ("en", "The Harbour Museum has seven rooms. They are cold.")}
    shutil.rmtree(town / "library")
    filed_folder(town / "library", BagEmbedder(), museum)
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
