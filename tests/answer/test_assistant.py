from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answer.assistant import Assistant
from rag.answer.notebook_html import answer_html
from rag.errors import UsageError
from rag.evaluation.evaluate import citations, evaluate, is_quoted_in, share
from rag.evaluation.questions import LabelledQuestion
from rag.library.library import Library
from rag.serialize import answer_json
from rag.types import AnswerStatus, ClaimChecked, Finished, QueuePosition, QuotesReady, TextDelta, Turn
from tests.doubles import BagEmbedder, QueuedModel, ScriptedModel
from tests.shapes import QUOTE
from tests.town import file_away


def assistant(library: Library, embedder: BagEmbedder, *replies: str) -> tuple[Assistant, ScriptedModel]:
    model = ScriptedModel(*replies)
    return Assistant(library, embedder, lambda: model), model


def test_quotes_come_before_any_token(library: Library, embedder: BagEmbedder) -> None:
    asked, model = assistant(library, embedder, "The tram line opened in 1911.")
    events = asked.stream("When did the tram line open?")
    first = next(events)
    assert isinstance(first, QuotesReady) and "1911" in first.answer.quotes[0].quote
    assert not model.prompts
    rest = list(events)
    assert isinstance(rest[-1], Finished)
    assert "".join(event.text for event in rest if isinstance(event, TextDelta)) == "The tram line opened in 1911."


def test_each_sentence_is_judged_when_it_ends(library: Library, embedder: BagEmbedder) -> None:
    asked, _ = assistant(
        library, embedder, "The tram line opened in 1911. It was painted by elephants. It has fourteen stops."
    )
    events = list(asked.stream("When did the tram line open?"))
    claims = [event.claim for event in events if isinstance(event, ClaimChecked)]
    assert [claim.supported for claim in claims] == [True, False, True]
    first = next(i for i, event in enumerate(events) if isinstance(event, ClaimChecked))
    assert any(isinstance(event, TextDelta) for event in events[first:])
    done = events[-1]
    assert isinstance(done, Finished) and done.answer.status is AnswerStatus.ANSWERED
    assert done.answer.prompt_tokens > 0 and done.answer.window > done.answer.prompt_tokens


def test_prose_of_which_nothing_stands_leaves_the_quotes_as_the_answer(library: Library, embedder: BagEmbedder) -> None:
    asked, _ = assistant(library, embedder, "It opened in 1899 with a visit of the king.")
    answer = asked.ask("When did the tram line open?")
    assert answer.status is AnswerStatus.QUOTED
    assert answer.quotes and not answer.claims[0].supported


def test_where_the_first_draft_does_not_stand_a_second_copies(library: Library, embedder: BagEmbedder) -> None:
    asked, model = assistant(library, embedder, "It opened in 1899 for the king.", "The tram line opened in 1911.")
    events = list(asked.stream("When did the tram line open?"))
    claims = [event.claim.text for event in events if isinstance(event, ClaimChecked)]
    done = events[-1]
    assert isinstance(done, Finished) and done.answer.status is AnswerStatus.ANSWERED
    assert claims == ["The tram line opened in 1911."] == [claim.text for claim in done.answer.claims]
    assert len(model.prompts) == 2 and "Copy" in model.prompts[1].turns[-1].text
    assert done.answer.prompt_tokens == sum(len(prompt.tokens) for prompt in model.prompts)
    budget = done.answer.budget
    assert budget is not None and budget.prompt_tokens == len(model.prompts[1].tokens)
    assert budget.prompt_tokens + budget.reserved <= budget.window and "tram.md" in budget.used


def test_strict_leaves_out_what_no_document_bears_out(library: Library, embedder: BagEmbedder) -> None:
    reply = "The tram line opened in 1911. It was painted by elephants."
    asked, _ = assistant(library, embedder, reply)
    assert [c.supported for c in asked.ask("When did the tram line open?").claims] == [True, False]
    events = list(asked.stream("When did the tram line open?", strict=True))
    assert [event.claim.supported for event in events if isinstance(event, ClaimChecked)] == [True]
    strict = Assistant(library, embedder, lambda: ScriptedModel("Elephants painted it."), strict=True)
    answer = strict.ask("When did the tram line open?")
    assert answer.claims == () and answer.quotes and answer.status is AnswerStatus.QUOTED


def test_a_document_that_says_otherwise_is_named(library: Library, embedder: BagEmbedder) -> None:
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


def test_a_model_that_does_not_write_the_language_is_not_asked(library: Library, embedder: BagEmbedder) -> None:
    asked, model = assistant(library, embedder, "Паром ходит с 1974 года.")
    model.card = replace(model.card, languages=("en",))
    answer = asked.ask("С какого года ходит паром «Чайка»?")
    assert answer.status is AnswerStatus.QUOTED and answer.quotes
    assert (answer.unwritten, answer.note) == ("ru", "")  # who shows it says so once: ui/shared/unwritten.py
    assert not model.prompts


@pytest.mark.parametrize(
    ("reply", "claims"),
    [
        ("The tram line opened in 1911. " * 9, 1),  # the same again
        ("Cows fly high. Pigs fly low. Hens fly home. Ducks fly away.", 2),  # left the text for good, twice
    ],
)
def test_a_model_that_rambles_is_stopped(reply: str, claims: int, library: Library, embedder: BagEmbedder) -> None:
    asked, model = assistant(library, embedder, reply)
    assert len(asked.ask("When did the tram line open?").claims) == claims
    assert model.stopped == len(model.prompts)


def test_a_loop_within_a_sentence_is_stopped_and_never_supported(library: Library, embedder: BagEmbedder) -> None:
    asked, model = assistant(library, embedder, "The tram line opened in" + " 1911 the tram line opened in" * 40)
    answer = asked.ask("When did the tram line open?")
    assert model.stopped == len(model.prompts) and not answer.claims[0].supported


def test_closing_the_stream_closes_the_model(library: Library, embedder: BagEmbedder) -> None:
    asked, model = assistant(library, embedder, "The tram line opened in 1911. " * 50)
    events = asked.stream("When did the tram line open?")
    for event in events:
        if isinstance(event, TextDelta):
            break
    events.close()  # type: ignore[attr-defined]
    assert model.stopped == len(model.prompts)


def test_the_place_in_line_is_told_and_waiting_can_be_stopped(library: Library, embedder: BagEmbedder) -> None:
    model = QueuedModel("The tram line opened in 1911.")
    asked = Assistant(library, embedder, lambda: model)
    events = list(asked.stream("When did the tram line open?"))
    assert [event.before for event in events if isinstance(event, QueuePosition)] == [2, 2, 1, 0]
    assert isinstance(events[0], QuotesReady) and isinstance(events[1], QueuePosition)
    done = events[-1]
    assert isinstance(done, Finished) and done.answer.status is AnswerStatus.ANSWERED and not model.stopped
    stopped = asked.stream("When did the tram line open?")
    assert isinstance(next(stopped), QuotesReady) and next(stopped) == QueuePosition(2)
    stopped.close()  # type: ignore[attr-defined]
    assert model.stopped == 1


@pytest.mark.parametrize(("question", "k"), [("", None), ("   ", None), ("When?", 0)])
def test_an_empty_question_or_no_passages_is_wrong_usage(
    question: str, k: int | None, library: Library, embedder: BagEmbedder
) -> None:
    asked, _ = assistant(library, embedder)
    with pytest.raises(UsageError) as raised:
        asked.ask(question, k=k)
    assert raised.value.hint


def test_k_bounds_the_passages(library: Library, embedder: BagEmbedder) -> None:
    asked, _ = assistant(library, embedder)
    assert len(asked.search("tram line", k=1)) == 1


def test_the_answer_shows_itself_and_no_text_becomes_markup(library: Library, embedder: BagEmbedder) -> None:
    file_away(library, "<b>x</b>.md", "The zeppelin <script>alert(1)</script> landed in 1930.", "en", embedder)
    asked, _ = assistant(library, embedder, "The zeppelin <img src=x onerror=alert(2)> landed in 1930.")
    answer = asked.ask("When did the zeppelin land?")
    html = answer._repr_html_()
    assert "<script" not in html and "<img" not in html and "<b>x" not in html
    assert "1930" in html and "[1]" in html and "not in your documents" in html
    assert "do not say" in answer_html(asked.ask("Which dentist sees patients on Saturdays?"))


def test_the_json_of_an_answer_has_the_promised_keys(library: Library, embedder: BagEmbedder) -> None:
    asked, _ = assistant(library, embedder, "The tram line opened in 1911.")
    row = answer_json(asked.ask("When did the tram line open?"))
    assert list(row) == [
        "question", "status", "confidence", "quotes", "claims", "passages", "prompt_tokens", "timings", "budget",
        "reply", "documents", "unwritten", "short", "verdict", "corrected", "sources",
    ]  # fmt: skip
    assert set(row["quotes"][0]) == {*QUOTE, "numbers"}
    assert set(row["claims"][0]) == {
        "text",
        "supported",
        "score",
        "citations",
        "conflict",
        "translated",
        "unchecked",
        "numbers",
    }
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
