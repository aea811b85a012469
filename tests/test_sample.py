"""The declares on the sample library, on real parts: embedded models, real Chroma, real word index."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from rag import Assistant, factory
from rag.conversation.suggestions import follow_ups, initial_questions
from rag.evaluation.evaluate import QuestionResult, evaluate, share
from rag.evaluation.questions import load_questions
from rag.library.library import Library
from rag.library.maintenance import health
from rag.settings import Settings
from rag.types import AnswerStatus, Outcome

DATA = Path(__file__).parents[1] / "data"
pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def sample(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home whose library "sample" holds the sample library."""
    home = tmp_path_factory.mktemp("sample")
    (home / "models").symlink_to(models)
    settings = Settings(home=home)
    with factory.open_library(settings, "sample", create=True) as library:
        report = ingest([DATA / "library"], library, factory.open_embedder(settings))
    assert not report.failed
    return settings


@pytest.fixture(scope="module")
def results(sample: Settings) -> list[QuestionResult]:
    """All questions about documents that are held, and those that none answers."""
    with Assistant.open("sample", sample, prose=False) as assistant:
        held = {record.path for record in assistant.library.records() if record.chunks}
        asked = evaluate(assistant, load_questions(DATA / "questions.jsonl"))
    return [result for result in asked if not result.question.answerable or result.question.source in held]


def of(results: list[QuestionResult], *kinds: str, language: str = "") -> list[QuestionResult]:
    return [r for r in results if r.question.kind in kinds and language in ("", r.question.language)]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "es", "ru"])
def test_the_right_source_is_among_the_first_three(results: list[QuestionResult], language: str) -> None:
    asked = of(results, "answerable", "follow_up", language=language)
    assert len(asked) >= 25
    assert share(asked, lambda result: result.rank is not None and result.rank <= 3) >= 0.95


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "es", "ru"])
def test_the_answer_stands_in_the_quotes(results: list[QuestionResult], language: str) -> None:
    assert share(of(results, "answerable", "follow_up", language=language), lambda result: result.quoted) >= 0.84


@pytest.mark.slow
def test_every_citation_stands_byte_for_byte(results: list[QuestionResult]) -> None:
    assert all(result.valid for result in results)
    assert all(result.answer.quotes for result in of(results, "answerable"))


@pytest.mark.slow
def test_what_no_document_says_is_said_so(results: list[QuestionResult]) -> None:
    unanswerable = of(results, "unanswerable")
    assert len(unanswerable) == 15
    assert sum(result.refused for result in unanswerable) >= 8  # benchmarks/results/sample.json
    assert sum(result.refused for result in of(results, "answerable", "follow_up")) <= 7


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "es", "ru"])
def test_everything_that_is_suggested_is_answered(
    sample: Settings, results: list[QuestionResult], language: str
) -> None:
    with Assistant.open("sample", sample, prose=False) as assistant:
        said = set(initial_questions(assistant.library, language, most=6))
        for result in of(results, "answerable", "unanswerable", language=language)[::4]:
            said |= set(follow_ups(assistant.library, result.answer))
        assert len(said) >= 20
        refused = [
            each for each in said if assistant.ask(each).status not in (AnswerStatus.ANSWERED, AnswerStatus.TOLD)
        ]
    assert refused == []


def test_every_file_has_an_outcome_with_its_reason(sample: Settings) -> None:
    with factory.open_library(sample, "sample") as library:
        records = {record.path: record for record in library.records()}
    assert set(records) == {p.relative_to(DATA / "library").as_posix() for p in (DATA / "library").rglob("*.*")}
    assert {record.outcome for record in records.values()} == {Outcome.INDEXED}  # the scan is read by tesseract


def test_a_library_ingested_twice_equals_one_ingested_once(sample: Settings) -> None:
    def content(library: Library) -> dict[str, list[str]]:
        return {r.id: [chunk.id for chunk in library.ledger.chunks_of(r.id)] for r in library.records()}

    with factory.open_library(sample, "sample") as library:
        before, number = content(library), library.ledger.change_number()
        report = ingest([DATA / "library"], library, factory.open_embedder(sample))
        assert content(library) == before
        assert library.ledger.change_number() == number
        assert {outcome.outcome for outcome in report.outcomes} <= {
            Outcome.UNCHANGED,
            Outcome.EMPTY,
            Outcome.UNSUPPORTED,
        }
        assert all(check.ok for check in health.check(library))


@pytest.mark.parametrize("index", ["exact", "Chroma"])
def test_both_indexes_find_the_same(sample: Settings, index: str) -> None:
    with factory.open_library(sample, "sample") as library:
        vector = factory.open_embedder(sample).embed_query("How many steps lead up to the observatory?")
        search: Callable[..., list[tuple[str, float]]] = (library.exact if index == "exact" else library.chroma).search
        expected = library.exact.search(vector, 10)
        found = search(vector, 10)
    assert [chunk for chunk, _ in found] == [chunk for chunk, _ in expected]
    assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=1e-4)


def test_a_changed_file_replaces_its_chunks_and_a_removed_one_leaves_nothing(models: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "models").symlink_to(models)
    settings = Settings(home=tmp_path / "home")
    files = tmp_path / "files"
    files.mkdir()
    (files / "clock.md").write_text("The tower clock is seven minutes slow.")
    (files / "bell.md").write_text("The bell was cast in 1702.")
    embedder = factory.open_embedder(settings)
    with factory.open_library(settings, "x", create=True) as library:
        ingest([files], library, embedder)
        (files / "clock.md").write_text("The tower clock was mended and shows the right time.")
        (files / "bell.md").unlink()
        report = ingest([files], library, embedder)
        assert report.removed
        (record,) = library.records()
        (chunk,) = library.ledger.chunks_of(record.id)
        assert "mended" in chunk.text
        assert library.ledger.chunk_ids() == library.chroma.ids() == library.exact.ids() == {chunk.id}
        assert not library.search_words({"bell": 1.0, "1702": 1.0, "slow": 1.0}, 5)
        assert all(check.ok for check in health.check(library))


def test_questions_and_documents_agree() -> None:
    spec = importlib.util.spec_from_file_location("data_check", DATA / "check.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.check_all() == []
