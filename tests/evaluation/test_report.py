"""Figures of a run against values worked out by hand, and two runs compared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.answer.assistant import Assistant
from rag.errors import UsageError
from rag.evaluation.evaluate import evaluate
from rag.evaluation.questions import LabelledQuestion
from rag.evaluation.report import calibration, compare, figures, grouped, is_missed, load_report, report
from tests.doubles import BagEmbedder
from tests.town import TEXTS, filed


def row(answerable: bool = True, kind: str = "fact", language: str = "en", **measured: float) -> dict[str, Any]:
    plain = {"confidence": 0.5, "refused": 0.0, "valid": 1.0, "words": 10.0, "quoted": 0.0, "held": 0.0, "first": 0.0}
    return {"answerable": answerable, "kind": kind, "language": language, "measured": plain | measured}


ROWS = [
    row(quoted=1.0, held=1.0, first=1.0, confidence=0.9, words=20.0, source3=1.0, passage3=1.0, complete=1.0),
    row(quoted=1.0, held=1.0, confidence=0.6, words=40.0, source3=1.0, passage3=1.0, complete=0.0, kind="list"),
    row(confidence=0.6, words=30.0, source3=0.0, passage3=1.0, language="ru"),
    row(refused=1.0, held=1.0, confidence=0.2, words=99.0, source3=1.0, passage3=0.0, valid=0.0),
    row(False, refused=1.0, confidence=0.1, kind="unanswerable"),
    row(False, confidence=0.8, kind="unanswerable"),
]


def test_figures_by_hand() -> None:
    assert figures(ROWS) == {
        "n": 4,
        "source3": 0.75,
        "passage3": 0.75,
        "quoted": 0.5,
        "first": 0.25,
        "complete": 0.5,
        "refused_answerable": 0.25,
        "unanswerable": 2,
        "refused_unanswerable": 0.5,
        "words_median": 30.0,  # of 20, 30 and 40: what was refused quotes nothing to a person
        "words_p90": 30,  # [20, 30, 40][int(.9 * 2)]
        "auroc": 0.812,  # .9 beats all four; .6 beats .2 and .1, ties with .6, loses to .8: (4 + 2.5) / 8
        "valid": 0.833,
    }


def test_what_was_not_there_to_measure_is_left_out() -> None:
    found = figures([row(False, refused=1.0)])
    assert found["n"] == 0 and found["refused_unanswerable"] == 1.0
    assert all(found[name] is None for name in ("source3", "quoted", "complete", "words_median", "words_p90", "auroc"))
    assert figures([row(quoted=1.0)])["auroc"] is None, "there is no other side"
    assert "answered" not in found and figures([row(answered=1.0), row(answered=0.0)])["answered"] == 0.5


def test_a_question_without_answers_takes_no_part_in_what_compares_them() -> None:
    bare = row(source3=1.0)
    del bare["measured"]["quoted"], bare["measured"]["held"], bare["measured"]["first"]
    found = figures([*ROWS, bare])
    assert found["n"] == 5 and found["source3"] == 0.8 and found["quoted"] == 0.5 and found["auroc"] == 0.812
    assert calibration([*ROWS, bare])["n"] == 6


def test_groups_are_by_language_and_kind() -> None:
    groups = grouped(ROWS)
    assert list(groups["language"]) == ["en", "ru"] and list(groups["kind"]) == ["fact", "list", "unanswerable"]
    assert groups["language"]["ru"]["n"] == 1 and groups["kind"]["list"]["complete"] == 0.0
    assert groups["kind"]["unanswerable"]["refused_unanswerable"] == 0.5


def test_calibration_asks_whether_the_quotes_hold_the_answer_shown_or_not() -> None:
    found = calibration(ROWS)
    bins = found["bins"]
    assert [each["n"] for each in bins] == [0, 1, 1, 0, 0, 0, 2, 0, 1, 1]
    assert bins[2]["right"] == 1.0, "refused, though its quotes hold the answer"
    assert bins[6] == {"low": 0.6, "high": 0.7, "n": 2, "confidence": 0.6, "right": 0.5}
    # (|.1 - 0| + |.2 - 1| + 2 |.6 - .5| + |.8 - 0| + |.9 - 1|) / 6
    assert found["error"] == pytest.approx(2.0 / 6, abs=5e-4) and found["n"] == 6


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        (ROWS[0], False),
        (ROWS[1], True),  # a part is missing
        (ROWS[2], True),
        (ROWS[3], True),
        (ROWS[4], False),
        (ROWS[5], True),
    ],
)
def test_what_went_wrong(asked: dict[str, Any], wrong: bool) -> None:
    assert is_missed(asked) is wrong


ASKED = [
    LabelledQuestion("1", "en", "How many stops does the tram have?", ("fourteen stops",), "tram.md", "fact"),
    LabelledQuestion("2", "es", "¿Cuántos puestos tiene el mercado?", ("sesenta y cuatro",), "mercado.md", "fact"),
    LabelledQuestion("3", "en", "Which dentist sees patients?", (), "", "unanswerable"),
    LabelledQuestion("4", "en", "How many stops does the tram have?", ("fifteen stops",), "other.md", "fact"),
]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[dict[str, Any]]:
    embedder = BagEmbedder()
    with filed(tmp_path, embedder, TEXTS) as library:
        yield report(evaluate(Assistant(library, embedder), ASKED), library, {"library": "town"})


def test_a_run_is_plain_data(run: dict[str, Any]) -> None:
    assert json.loads(json.dumps(run)) == run
    assert run["all"]["n"] == 3 and run["all"]["unanswerable"] == 1 and run["all"]["refused_unanswerable"] == 1.0
    assert run["all"]["quoted"] == run["all"]["source3"] == 0.667 and set(run["language"]) == {"en", "es"}
    low, high = run["intervals"]["quoted"]
    assert low <= 0.667 <= high
    assert run["questions"][0]["quotes"][0]["source"] == "tram.md" and run["questions"][2]["answerable"] is False


def test_a_run_compared_with_itself_differs_in_nothing(run: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(run))
    compared = compare(load_report(path), run)
    assert compared["questions"] == 4 and not any(row["sure"] for row in compared["measures"].values())
    assert all(row["difference"] == 0 for row in compared["measures"].values())
    assert compared["figures"][0] == compared["figures"][1] == run["all"]


def test_a_difference_that_is_there_is_found(run: dict[str, Any]) -> None:
    def many(value: float) -> dict[str, Any]:
        row = run["questions"][0]
        return {"questions": [row | {"id": str(i), "measured": row["measured"] | {"quoted": value}} for i in range(30)]}

    found = compare(many(0.0), many(1.0))["measures"]["quoted"]
    assert found["sure"] and found["difference"] == 1.0
    with pytest.raises(UsageError):
        compare(many(0.0), {"questions": []})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("not json", "not JSON"),
        ("[]", "not a result"),
        ("{}", "not a result"),
        ('{"format": 99, "questions": []}', "not a result"),
        ('{"format": 2}', "not a result"),
        ('{"format": 1, "questions": []}', "earlier version of Oaken"),
    ],
)
def test_an_invalid_run_is_reported(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=said) as raised:
        load_report(path)
    assert "oaken eval" in raised.value.hint


def test_a_run_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_report(tmp_path / "none.json")
