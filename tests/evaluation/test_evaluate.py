from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.answer.assistant import Assistant
from rag.evaluation.evaluate import Question, evaluate, load_questions
from rag.answer.own_questions import without_answers
from rag.answer.scoreboard import compare, load_scores, scores
from rag.errors import UsageError
from rag.library.library import Library
from tests.answer.conftest import file_away
from tests.doubles import BagEmbedder

ASKED = [
    Question("1", "en", "How many stops does the tram have?", ("fourteen stops",), "tram.md", "answerable"),
    Question("2", "es", "¿Cuántos puestos tiene el mercado?", ("sesenta y cuatro",), "mercado.md", "answerable"),
    Question("3", "en", "Which dentist sees patients?", (), None, "unanswerable"),
    Question("4", "en", "How many stops does the tram have?", ("fifteen stops",), "other.md", "answerable"),
]


@pytest.fixture
def run(library: Library, embedder: BagEmbedder) -> dict[str, Any]:
    return scores(evaluate(Assistant(library, embedder), ASKED), {"library": "town"})


def test_each_question_is_measured(run: dict[str, Any]) -> None:
    first, _, absent, wrong = (row["measured"] for row in run["questions"])
    assert first["recall@1"] == first["ndcg@10"] == first["mrr@10"] == first["quoted"] == first["valid"] == 1.0
    assert 0 < first["f1"] < 1 and first["citation_recall"] == 1.0 and 0 < first["citation_precision"] <= 1
    assert wrong["quoted"] == wrong["recall@5"] == wrong["citation_recall"] == 0.0
    assert absent["refused"] == 1.0 and "quoted" not in absent and "recall@1" not in absent
    assert "told" not in first, "no prose was asked for"


def test_figures_are_means_with_intervals_over_all_and_by_language(run: dict[str, Any]) -> None:
    assert set(run["languages"]) == {"en", "es"} and run["summary"]["questions"] == 4
    figure = run["summary"]["figures"]["quoted"]
    assert figure["mean"] == pytest.approx(2 / 3, abs=1e-5) and figure["n"] == 3
    assert figure["low"] <= figure["mean"] <= figure["high"]
    assert run["summary"]["abstention"]["unanswerable"] == 1 and run["languages"]["es"]["abstention"] is None
    assert json.loads(json.dumps(run)) == run


def test_a_run_compared_with_itself_differs_in_nothing(run: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(run))
    compared = compare(load_scores(path), run)
    assert compared["questions"] == 4 and not any(row["sure"] for row in compared["measures"].values())
    assert all(row["difference"] == 0 for row in compared["measures"].values())


def test_a_difference_that_is_there_is_found(run: dict[str, Any]) -> None:
    def many(value: float) -> dict[str, Any]:
        row = run["questions"][0]
        return {"questions": [row | {"id": str(i), "measured": row["measured"] | {"quoted": value}} for i in range(30)]}

    found = compare(many(0.0), many(1.0))["measures"]["quoted"]
    assert found["sure"] and found["difference"] == 1.0
    with pytest.raises(UsageError):
        compare(many(0.0), {"questions": []})


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 99, "questions": []}', "not json"])
def test_what_is_no_run_is_said_so(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(UsageError) as raised:
        load_scores(path)
    assert "oaken eval" in raised.value.hint
    with pytest.raises(UsageError):
        load_scores(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "Line 2"),
        ("[]", "Line 2"),
        ("{}", "'question' is missing"),
        ('{"question": " "}', "empty"),
        ('{"question": "x", "answers": "y"}', "list of strings"),
        ('{"question": "x", "source": 3}', "neither"),
        ('{"question": "x", "id": "1"}', "id '1'"),
    ],
)
def test_a_line_that_is_no_question_is_named(line: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"question": "When did it open?", "id": 1}\n' + line)
    with pytest.raises(UsageError) as raised:
        load_questions(path)
    assert said in raised.value.message


def test_questions_need_no_more_than_their_words(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('\ufeff{"question": "¿Cuándo abrió?", "source": "a.md"}\n\n{"question": "Who?"}\n')
    first, second = load_questions(path)
    assert (first.id, first.language, first.kind) == ("1", "es", "answerable")
    assert (second.id, second.source, second.kind) == ("3", None, "unanswerable")
    path.write_text("\n")
    with pytest.raises(UsageError):
        load_questions(path)
    with pytest.raises(UsageError):
        load_questions(tmp_path)


CHAPTERS = {
    f"{name}.md": " ".join(
        f"In the {name} house number {n} the {thing} was kept beside the {name} window for many years."
        for n, thing in enumerate(("kettle", "anchor", "lantern", "ledger"))
    )
    for name in ("north", "south", "east", "west", "upper", "lower", "river", "station")
}


def test_a_library_asks_its_own_questions(tmp_path: Path, embedder: BagEmbedder) -> None:
    with Library.open(tmp_path / "own", embedder.card) as library:
        for name, text in CHAPTERS.items():
            file_away(library, name, text, "en", embedder)
        library.follow()
        before = {chunk: row.text for chunk, row in library.chunks(sorted(library.ledger.chunk_ids())).items()}
        copy, asked = without_answers(library, embedder, tmp_path / "copy", 12)
        with copy:
            there = [question for question in asked if question.source]
            absent = [question for question in asked if not question.source]
            assert there and absent and len(asked) <= 12
            held = " ".join(copy.document(record.id).text for record in copy.records())  # type: ignore[union-attr]
            assert not any(question.question in held for question in asked), "the sentence was taken out"
            assert {record.source for record in copy.records()} < set(CHAPTERS)
            results = evaluate(Assistant(copy, embedder), asked)
            assert all(result.valid for result in results)
            assert sum(result.rank == 1 for result in results if result.question.source) >= len(there) // 2
            again, same = without_answers(library, embedder, tmp_path / "again", 12)
            again.close()
            assert same == asked, "the same questions each time"
        assert {chunk: row.text for chunk, row in library.chunks(sorted(before)).items()} == before


def test_a_library_of_short_notes_has_nothing_to_ask(tmp_path: Path, embedder: BagEmbedder) -> None:
    with Library.open(tmp_path / "own", embedder.card) as library:
        file_away(library, "a.md", "Short. Too short.", "en", embedder)
        with pytest.raises(UsageError) as raised:
            without_answers(library, embedder, tmp_path / "copy", 5)
    assert "oaken eval" in raised.value.hint
