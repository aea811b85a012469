"""Every benchmark of quality runs on small data and writes its tables; figures are asserted where they are certain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.quality import (
    baselines,
    compound_questions,
    grounding,
    language_trust,
    prose,
    quotes,
    rated_answers,
    retrieval,
    sample,
    short_answers,
    translated_claims,
)
from ingest.pipeline import ingest
from rag import factory
from rag.settings import load

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.usefixtures("home")]


def column(result: Any, name: str) -> list[Any]:
    return [row[name] for row in result.rows]


@pytest.mark.bench
def test_quotes_and_refusals(run: Any, evaluation: Path, tmp_path: Path) -> None:
    got = run(quotes.main, evaluation, "--cache", tmp_path)
    assert column(got["quotes"], "questions") == [8] * 5
    assert column(got["quotes"], "valid citations") == [1.0] * 5
    assert min(column(got["quotes"], "in the first three")) >= 0.5
    assert len(got["refusals"].rows) == 7
    assert column(got["refusals"], "set")[-2:] == ["SQuAD 2, near misses", "CLAPnq"]


def test_one_language_of_quotes_is_the_same_each_time(run: Any, evaluation: Path, tmp_path: Path) -> None:
    arguments = (quotes.main, evaluation, "--language", "en", "--sample", 4, "--cache", tmp_path)
    first = run(*arguments)["quotes"]
    assert column(first, "questions") == [4]
    assert run(*arguments)["quotes"].rows == first.rows


def test_retrieval(run: Any, evaluation: Path, tmp_path: Path) -> None:
    got = run(retrieval.main, evaluation, "--cache", tmp_path)["retrieval"]
    assert column(got, "set") == [
        *(f"XQuAD {each}" for each in ("en", "es", "ru")), *(f"pooled {each}" for each in ("en", "es", "ru")),
        "es to en", "ru to en", "SQuAD 2", "tiny",
    ]  # fmt: skip
    assert min(column(got, "Oaken")) > 0.6


@pytest.mark.bench
def test_retrieval_without_each_weight(run: Any, evaluation: Path, tmp_path: Path) -> None:
    ablated = run(retrieval.main, evaluation, "--ablate", "--only", "tiny", "--cache", tmp_path)["retrieval_ablation"]
    assert ablated.rows[0]["all"] == 1.0


def test_language_trust(run: Any, evaluation: Path, tmp_path: Path) -> None:
    got = run(language_trust.main, evaluation, "--cache", tmp_path)["language_trust"]
    assert column(got, "language") == ["en", "es", "ru"]
    assert all(0 <= confidence <= 1 for confidence in column(got, "confidence"))


def test_compound_questions(run: Any, evaluation: Path, tmp_path: Path) -> None:
    got = run(compound_questions.main, evaluation / "xquad", "--language", "en", "--cache", tmp_path)
    rows = got["compound_questions"].rows
    assert [(row["pairs of"], row["searched"]) for row in rows] == [
        (kind, how) for kind in ("one paragraph", "any two") for how in ("as a whole", "decomposed")
    ]
    assert rows[0]["pairs"] >= 2 and rows[1]["both answered"] >= 0.5
    assert len(got["compound_questions_missing"].rows) == 1


def test_short_answers_from_the_gold_sentence_and_from_quotes(run: Any, evaluation: Path, tmp_path: Path) -> None:
    got = run(short_answers.main, evaluation)["short_answers"]
    assert column(got, "set") == ["XQuAD en", "XQuAD es", "XQuAD ru", "SQuAD 2 en"]
    assert min(column(got, "F1")) > 0.3
    got = run(short_answers.main, evaluation, "--quotes", "--sample", 2, "--cache", tmp_path)["short_answers_quotes"]
    assert len(got.rows) == 4
    crossed = run(short_answers.main, evaluation, "--cross")["short_answers_cross"]
    assert "XQuAD en, asked in es" in column(crossed, "set")


def test_grounding(run: Any, evaluation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grounding, "FOLDS", 2)
    got = run(grounding.main, evaluation, "--cases", 12)
    strict = got["grounding_wice"].rows[-1]
    assert strict["supported kept"] == strict["not supported caught"] == 1.0  # copies, and sentences of other texts
    assert column(got["grounding_perturbed"], "unchanged: supported") == [1.0] * 3
    assert min(column(got["grounding_perturbed"], "caught")) > 0.8
    assert got["grounding_clapnq"].rows[0]["citation precision"] == 1.0


def test_translated_claims(run: Any, evaluation: Path) -> None:
    got = run(translated_claims.main, evaluation / "xquad")["translated_claims"]
    assert len(got.rows) == len(translated_claims.WAYS)
    assert all(row["claims"] == 4 and row["kept"] is not None for row in got.rows)


@pytest.mark.bench
def test_prose(run: Any, evaluation: Path) -> None:
    got = run(prose.main, evaluation / "xquad", "--sample", 1)["prose_en"]
    assert column(got, "turn") == [1] and column(got, "questions") == [1]


@pytest.mark.bench
def test_prose_of_a_conversation_and_of_clapnq(run: Any, evaluation: Path) -> None:
    got = run(prose.main, evaluation / "xquad", "--sample", 1, "--turns", 2)["prose_en"]
    assert column(got, "turn") == [1, 2] and column(got, "questions") == [1, 1]
    got = run(prose.main, evaluation / "clapnq", "--clapnq", "--sample", 1)["prose_clapnq"]
    assert column(got, "questions") == [1]


def test_baselines(run: Any, evaluation: Path, home: Path, tmp_path: Path) -> None:
    (tmp_path / "ferry.txt").write_text("The ferry crosses at six. The bakery opens at nine.", encoding="utf-8")
    questions = tmp_path / "questions.jsonl"
    questions.write_text(
        '{"id": "1", "question": "When does the ferry cross?", "answers": ["at six"], "source": "ferry.txt"}\n'
    )
    with factory.open_library(load(), "peers", create=True) as library:
        ingest([tmp_path / "ferry.txt"], library, factory.open_embedder(load()))
    got = run(baselines.main, questions, "--library", "peers")["baselines"]
    assert {row["system"]: row["answer in quotes"] for row in got.rows if row["questions"] == "all"} == {
        "Oaken": 1.0, "bm25s": 1.0, "dense, the same embedder": 1.0,
    }  # fmt: skip


@pytest.mark.bench
def test_the_sample_library(run: Any) -> None:
    got = run(sample.main, "--limit", 1)["sample"]
    assert len(got.rows) == 12
    assert column(got, "valid citations") == [1.0] * 12


def test_rated_answers(run: Any) -> None:
    rows = run(rated_answers.main, "--limit", 2)["rated_answers"].rows
    assert [row["asked"] for row in rows] == [4, 2]
    for row in rows:
        assert row["right first, rated"] == row["right first, no ratings"] + row["gained"] - row["lost"]
    assert rows[1]["lost"] == 0
