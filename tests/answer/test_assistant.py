from __future__ import annotations

import pytest

from rag.answer.assistant import Assistant
from rag.answer.notebook_html import answer_html
from rag.answer.options import checked_history
from rag.errors import UsageError
from rag.evaluation.evaluate import citations, evaluate, is_quoted_in, share
from rag.evaluation.questions import LabelledQuestion
from rag.library.library import Library
from rag.serialize import answer_json
from rag.types import MAX_QUESTION_CHARS, AnswerStatus, Finished, QuotesReady, TextDelta, Turn
from tests.answer.assistants import assistant
from tests.doubles import BagEmbedder
from tests.shapes import CLAIM, QUOTE
from tests.town import file_away


def test_quotes_come_before_any_token(library: Library, embedder: BagEmbedder) -> None:
    asked, model = assistant(library, embedder, "The tram line opened in 1911.")
    events = asked.stream("When did the tram line open?")
    first = next(events)
    assert isinstance(first, QuotesReady) and "1911" in first.answer.quotes[0].quote
    assert not model.prompts
    rest = list(events)
    assert isinstance(rest[-1], Finished)
    assert "".join(event.text for event in rest if isinstance(event, TextDelta)) == "The tram line opened in 1911."


def test_a_document_that_contradicts_is_named(library: Library, embedder: BagEmbedder) -> None:
    asked, _ = assistant(library, embedder, "The tram line opened in 1911.")
    answer = asked.ask("When did the tram line open?")
    assert [c.source for c in answer.claims[0].conflict] == ["memories.txt"]
    assert all(is_quoted_in(citation, library) for citation in answer.claims[0].conflict)
    assert "other sources disagree" in answer_html(answer)


def test_what_the_documents_do_not_say_costs_no_token(library: Library, embedder: BagEmbedder) -> None:
    asked, model = assistant(library, embedder, "A dentist.")
    answer = asked.ask("Which dentist sees patients on Saturdays?")
    assert answer.status is AnswerStatus.NOT_FOUND and answer.confidence < 0.5
    assert not model.prompts
    insisted = asked.ask("Which dentist sees patients on Saturdays?", insist=True)
    assert insisted.status is not AnswerStatus.NOT_FOUND


def test_two_documents_that_disagree_are_both_quoted(library: Library, embedder: BagEmbedder) -> None:
    file_away(library, "leaflet.md", "The tram line opened in 1913.", "en", embedder)
    asked, _ = assistant(library, embedder)
    answer = asked.ask("When did the tram line open?", prose=False)
    assert {quote.source for quote in answer.quotes} >= {"tram.md", "leaflet.md"}


def test_every_citation_stands_and_has_the_page_of_its_first_character(library: Library, embedder: BagEmbedder) -> None:
    asked, _ = assistant(library, embedder, "The tram does not run on New Year's Day.")
    answer = asked.ask("When does the tram not run?")
    assert citations(answer)
    for citation in citations(answer):
        assert is_quoted_in(citation, library)
    pages = {c.page for c in citations(answer) if "New Year" in c.quote}
    assert pages == {2}


def test_history_reaches_the_prompt_and_the_search(library: Library, embedder: BagEmbedder) -> None:
    asked, model = assistant(library, embedder, "Dr. Ada Lamb.")
    history = [Turn("user", "When did the tram line open?"), Turn("assistant", "In 1911.")]
    answer = asked.ask("And who directs it?", history=history)
    assert answer.passages[0].source == "tram.md"
    assert [turn.text for turn in model.prompts[0].turns[3:5]] == [turn.text for turn in history]


@pytest.mark.parametrize(("question", "k"), [("", None), ("   ", None), ("When?", 0)])
def test_an_empty_question_or_no_passages_is_wrong_usage(
    question: str, k: int | None, library: Library, embedder: BagEmbedder
) -> None:
    asked, _ = assistant(library, embedder)
    with pytest.raises(UsageError) as raised:
        asked.ask(question, k=k)
    assert raised.value.hint


@pytest.mark.parametrize("door", ["ask", "search"])
def test_a_question_that_is_too_long_is_refused_before_it_is_read(
    door: str, library: Library, embedder: BagEmbedder
) -> None:
    asked = Assistant(library, embedder)
    with pytest.raises(UsageError, match="is 4,001 characters long; 4,000 is the most"):
        getattr(asked, door)("When did the tram line open?".ljust(MAX_QUESTION_CHARS, "?") + "?")
    with pytest.raises(UsageError, match="is 190,000 characters long; 4,000 is the most") as raised:
        getattr(asked, door)("“a" * 95_000)
    assert raised.value.hint
    longest = "When did the tram line open? " + "“a " * ((MAX_QUESTION_CHARS - 29) // 3)
    assert len(longest) <= MAX_QUESTION_CHARS and getattr(asked, door)(longest) is not None


def test_an_earlier_question_that_is_too_long_is_cut(library: Library, embedder: BagEmbedder) -> None:
    asked, model = assistant(library, embedder, "The tram line opened in 1911.")
    before = [Turn("user", "tram line " * 20_000), Turn("assistant", "In 1911. " * 2_000)]
    question, answer = checked_history(before)
    assert question.text == before[0].text[:MAX_QUESTION_CHARS] and answer == before[1]
    assert asked.ask("When did it open?", history=before).question == "When did it open?"
    assert model.prompts and model.prompts[-1].turns[-1].text.endswith("When did it open?")
    assert all(len(turn.text) <= 2 * MAX_QUESTION_CHARS for prompt in model.prompts for turn in prompt.turns)


@pytest.mark.parametrize("odd", ["\ud800", "\x00", "\x1b[31m", "\ud83d\ude8b", "\u0085"])
def test_what_is_no_character_is_cleaned_from_a_question(odd: str, library: Library, embedder: BagEmbedder) -> None:
    asked, _ = assistant(library, embedder)
    answer = asked.ask(f"When did the tram{odd} line open?", history=[Turn("user", f"a tram{odd}?")], prose=False)
    assert odd not in answer.question and answer.question.encode("utf-8")
    assert asked.search(f"tram{odd} line")


def test_k_bounds_the_passages(library: Library, embedder: BagEmbedder) -> None:
    asked, _ = assistant(library, embedder)
    assert len(asked.search("tram line", k=1)) == 1


def test_the_json_of_an_answer_has_the_promised_keys(library: Library, embedder: BagEmbedder) -> None:
    asked, _ = assistant(library, embedder, "The tram line opened in 1911.")
    row = answer_json(asked.ask("When did the tram line open?"))
    assert list(row) == [
        "question", "status", "confidence", "quotes", "claims", "passages", "prompt_tokens", "timings", "budget",
        "reply", "documents", "unwritten", "short", "verdict", "corrected", "sources", "comparison", "indexing",
    ]  # fmt: skip
    assert set(row["quotes"][0]) == {*QUOTE, "numbers"}
    assert set(row["claims"][0]) == CLAIM
    assert set(row["claims"][0]["citations"][0]) == QUOTE


def test_evaluation_counts_what_happened(library: Library, embedder: BagEmbedder) -> None:
    asked, _ = assistant(library, embedder)
    questions = [
        LabelledQuestion("1", "en", "How many stops does the tram have?", ("fourteen stops",), "tram.md", "answerable"),
        LabelledQuestion(
            "2",
            "en",
            "And who is its director?",
            ("Ada Lamb",),
            "tram.md",
            "follow_up",
            history=(Turn("user", "How many stops does the tram have?"), Turn("assistant", "fourteen stops")),
        ),
        LabelledQuestion("3", "en", "Which dentist sees patients?", (), "", "unanswerable"),
        LabelledQuestion("4", "en", "How many stops does the tram have?", ("fifteen stops",), "other.md", "answerable"),
    ]
    results = evaluate(asked, questions)
    assert [result.rank for result in results] == [1, 1, None, None]
    assert [result.quoted for result in results] == [True, True, False, False]
    assert [result.refused for result in results] == [False, False, True, False]
    assert share(results, lambda result: result.valid) == 1.0
    assert share([], lambda result: True) == 0.0
