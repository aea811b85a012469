"""A measurement as a page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.cli import main as cli
from ui.cli.layout import eval_report


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


def row(identity: str = "a", *, answerable: bool = True, refused: bool = False, **measured: Any) -> dict[str, Any]:
    figures = {"confidence": 0.5, "valid": True, "refused": refused, **measured}
    return {
        "id": identity, "question": "How many stops?", "answers": ["fourteen"], "source": "tram.md",
        "answerable": answerable, "quotes": [], "measured": figures,
    }  # fmt: skip


def report(*rows: dict[str, Any], **about: str) -> str:
    every = {"n": len(rows), "refused_answerable": 0.0, "refused_unanswerable": 1.0}
    calibration: dict[str, Any] = {"n": 0, "bins": [], "error": 0.0}
    return eval_report.page(
        {
            "about": about, "questions": list(rows), "all": every, "intervals": {}, "language": {}, "kind": {},
            "calibration": calibration,
        }
    )  # fmt: skip


def test_where_nothing_went_wrong_it_says_so_and_what_was_not_measured_is_left_out() -> None:
    shown = report(row(quoted=1.0))
    assert "<p>Nothing.</p>" in shown and "1 questions" in shown
    assert "Calibration" not in shown and "By kind" not in shown and "Said to" not in shown and "<svg" not in shown


@pytest.mark.parametrize(
    ("failed", "why"),
    [
        (row(quoted=0.0, valid=False), "a citation is not found in its document"),
        (row(answerable=False), "answered, although no document does"),
        (row(refused=True, quoted=0.0), "refused"),
        (row(quoted=0.0, source3=0.0), "no right file among the first three passages"),
        (row(quoted=0.0, source3=1.0), "the answer is not in the quotes"),
        (row(quoted=1.0, complete=0.0), "part of it is not in the quotes"),
    ],
)
def test_each_failure_has_its_reason(failed: dict[str, Any], why: str) -> None:
    assert f"<td>{why}</td>" in report(failed)


def test_of_many_failures_the_first_are_shown() -> None:
    shown = report(*(row(str(number), quoted=0.0) for number in range(60)))
    assert "The first 50 of 60." in shown and "<td>49</td>" in shown and "<td>50</td>" not in shown


def test_refusals_are_drawn_where_both_kinds_of_question_are_there() -> None:
    shown = report(row(quoted=1.0), row(answerable=False, refused=True))
    assert "Said to 0.0% of 1 questions" in shown and "100.0% of 1" in shown and shown.count("<svg") == 2


@given(st.text(max_size=40))
def test_no_text_of_a_run_becomes_markup(text: str) -> None:
    plain = re.findall(r"</?[a-z]+", report(row(quoted=0.0), model=""))
    failed = row(quoted=0.0) | {"question": text, "answers": [text], "id": text}
    assert re.findall(r"</?[a-z]+", report(failed, model=text)) == plain
