"""From a question of one part or two to the quotes: the pipeline of retrieval."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.answer.assistant import NOT_COMPARED, Assistant
from rag.evaluation.evaluate import is_quoted_in
from rag.library.library import Library
from rag.retrieval.pipeline import _distinct
from rag.types import AnswerStatus, AnswerVerdict, ClaimChecked, Finished, QuotesReady, Turn
from tests.doubles import BagEmbedder, ScriptedModel, file_away, paper
from tests.retrieval.test_short_answer import Pointing

BOTH = "When did the tram line open and how many stops does it have?"


def asked(library: Library, embedder: BagEmbedder, model: ScriptedModel | None = None) -> Assistant:
    return Assistant(library, embedder, None if model is None else lambda: model)


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("What did my grandfather say of the tram line, and what does a single ticket cost?", "Sunday", "2 crowns"),
        ("When did the tram line open and how many stops does it have?", "tram line opened in", "fourteen stops"),
        ("¿Cuántos puestos tiene el mercado y quién es la fiel del mercado?", "sesenta y cuatro", "Remedios"),
        ("С какого года ходит паром и кто капитан парома?", "1974", "Вершинин"),
    ],
)
def test_both_parts_are_quoted(library: Library, embedder: BagEmbedder, question: str, one: str, other: str) -> None:
    answer = asked(library, embedder).ask(question)
    assert answer.status is AnswerStatus.QUOTED and answer.note == ""
    first, *_ = quotes = [quote.quote for quote in answer.quotes[:2]]  # one may hold both
    assert one in first and other in quotes[-1]
    assert all(is_quoted_in(quote, library) for quote in answer.quotes) and len(answer.quotes) <= 4


def test_what_is_not_said_of_one_part_is_named(library: Library, embedder: BagEmbedder) -> None:
    which = "which zeppelin captain crossed Greenland?"
    answer = asked(library, embedder).ask(f"When did the tram line open and {which}")
    assert answer.status is AnswerStatus.QUOTED and "opened in" in answer.quotes[0].quote
    assert answer.note == f"Your documents do not say: {which}" and answer.missing == (which,)
    assert {quote.source for quote in answer.quotes} <= {"tram.md", "memories.txt"}


@pytest.mark.parametrize(
    ("first", "whether"),
    [
        ("When did the tram line open", "is it covered by a warranty?"),
        ("How many stops does the tram line have", "are zeppelins allowed?"),
        ("¿Cuántos puestos tiene el mercado", "hay un zepelín?"),
        ("С какого года ходит паром", "есть ли там дирижабль?"),
    ],
)
def test_a_second_question_of_yes_or_no_that_is_not_answered_is_named(
    library: Library, embedder: BagEmbedder, first: str, whether: str
) -> None:
    join = {"¿": ", y", "С": ", и"}.get(first[0], ", and")
    answer = asked(library, embedder).ask(f"{first}{join} {whether}")
    assert answer.status is AnswerStatus.QUOTED and answer.missing == (whether,)
    assert answer.verdict is AnswerVerdict.PARTLY


def test_a_second_question_of_yes_or_no_is_answered(library: Library, embedder: BagEmbedder) -> None:
    question = "What did my grandfather say of the tram line, and does a single ticket cost 2 crowns?"
    answer = asked(library, embedder).ask(question)
    assert answer.status is AnswerStatus.QUOTED and answer.missing == ()
    assert any("2 crowns" in quote.quote for quote in answer.quotes)


def test_where_neither_is_said_nothing_is(library: Library, embedder: BagEmbedder) -> None:
    question = "Which zeppelin captain crossed Greenland and which dentist pulled his teeth?"
    answer = asked(library, embedder).ask(question)
    assert answer.status is AnswerStatus.NOT_FOUND and answer.note == ""
    insisted = asked(library, embedder).ask(question, insist=True)
    assert insisted.status is AnswerStatus.QUOTED and insisted.quotes and insisted.note == ""


def test_a_sentence_that_answers_both_is_quoted_once(library: Library, embedder: BagEmbedder) -> None:
    model = ScriptedModel("My grandfather said that the tram line opened in 1913, on a wet Sunday.")
    answer = asked(library, embedder, small(model, Path(__file__))).ask(
        "What did my grandfather say of the tram line and when did it open?"
    )
    spans = [(quote.source, quote.start) for quote in answer.quotes]
    assert len(set(spans)) == len(spans) and answer.quotes[0].source == "memories.txt"
    assert len({each.chunk_ids for each in answer.passages}) == len(answer.passages) > 1
    assert len(model.prompts) == 1  # the question is asked as a whole


def small(model: ScriptedModel, file: Path) -> ScriptedModel:
    """The model as if its file were that small one."""
    model.card = replace(model.card, path=str(file))
    return model


def test_a_small_model_is_asked_one_thing_at_a_time(library: Library, embedder: BagEmbedder) -> None:
    model = small(ScriptedModel("The tram line opened in 1911.", "It has fourteen stops."), Path(__file__))
    events = list(
        asked(library, embedder, model).stream("When did the tram line open and how many stops does it have?")
    )
    first, done = events[0], events[-1]
    assert isinstance(first, QuotesReady) and isinstance(done, Finished)
    answer = done.answer
    assert [claim.text for claim in answer.claims] == ["The tram line opened in 1911.", "It has fourteen stops."]
    assert [event.claim for event in events if isinstance(event, ClaimChecked)] == list(answer.claims)
    assert all(claim.supported for claim in answer.claims) and answer.status is AnswerStatus.ANSWERED
    opened, stops = (prompt.turns[-1].text for prompt in model.prompts)
    assert "opened in" in opened and "stops" not in opened
    assert "fourteen stops" in stops
    assert answer.budget is not None
    assert answer.budget.prompt_tokens == answer.prompt_tokens == sum(len(p.tokens) for p in model.prompts)
    assert "fourteen" in answer.evidence and "opened in" in answer.evidence


def test_a_model_that_is_not_small_is_asked_both_at_once(library: Library, embedder: BagEmbedder) -> None:
    model = ScriptedModel("The tram line opened in 1911. It has fourteen stops.")
    answer = asked(library, embedder, model).ask(BOTH)
    assert [claim.supported for claim in answer.claims] == [True, True] and len(model.prompts) == 1
    told = model.prompts[0].turns[-1].text
    assert "opened in" in told and "fourteen stops" in told and "how many stops" in told


def test_what_answered_the_first_is_not_said_again(library: Library, embedder: BagEmbedder) -> None:
    model = small(ScriptedModel("The tram line opened in 1911."), Path(__file__))
    answer = asked(library, embedder, model).ask(BOTH)
    assert [claim.text for claim in answer.claims] == ["The tram line opened in 1911."]


def test_the_same_question_twice_is_answered(library: Library, embedder: BagEmbedder) -> None:
    once = "When was the tram line to the Observatory opened?"
    answer = asked(library, embedder).ask(f"{once} {once}")
    assert answer.status is AnswerStatus.QUOTED and "opened in" in answer.quotes[0].quote and answer.note == ""


def test_a_draft_that_answers_the_second_part_alone_is_kept(library: Library, embedder: BagEmbedder) -> None:
    model = ScriptedModel("It has fourteen stops between the Quay and the Observatory.")
    question = "What colour is the tram line and how many stops does it have?"
    answer = asked(library, embedder, model).ask(question, insist=True)
    assert len(model.prompts) == 1 and answer.status is AnswerStatus.ANSWERED


def test_a_passage_within_another_is_not_shown_beside_it(library: Library, embedder: BagEmbedder) -> None:
    long = asked(library, embedder).search("tram line")[0]
    long = replace(long, chunk_ids=("a", "b"))
    short = replace(long, chunk_ids=("b",), text=long.text[:40], end=long.start + 40)
    assert _distinct([long, short], 6) == [long]


def test_a_filter_holds_for_both(library: Library, embedder: BagEmbedder) -> None:
    question = "When did the tram line open and how many stops does it have? file:tram"
    assert {quote.source for quote in asked(library, embedder).ask(question).quotes} == {"tram.md"}


def test_a_follow_up_of_two_parts(library: Library, embedder: BagEmbedder) -> None:
    history = [Turn("user", "When did the tram line open?"), Turn("assistant", "In 1911.")]
    answer = asked(library, embedder).ask(
        "And how many stops does it have and what does a ticket cost?", history=history
    )
    said = " ".join(quote.quote for quote in answer.quotes)
    assert "fourteen stops" in said and "2 crowns" in said


@pytest.mark.parametrize("insist", [False, True])
def test_an_unanswered_question_shows_first_what_the_reader_takes_for_its_answer(
    library: Library, embedder: BagEmbedder, *, insist: bool
) -> None:
    reader = Pointing("a wet Sunday")
    answer = Assistant(library, embedder, reader=reader).ask("What has a zeppelin cost?", insist=insist)
    assert answer.status is (AnswerStatus.QUOTED if insist else AnswerStatus.NOT_FOUND)
    assert "a wet Sunday" in answer.quotes[0].quote


@pytest.mark.parametrize(
    "question",
    ["Compare these two documents", "How do memories and tram differ?"],
)
def test_a_small_model_says_that_it_does_not_compare(library: Library, embedder: BagEmbedder, question: str) -> None:
    few = small(ScriptedModel(*["The tram line opened in 1911."] * 4), Path(__file__))
    answer = asked(library, embedder, few).ask(question)
    assert answer.note == NOT_COMPARED
    many = ScriptedModel(*["The tram line opened in 1911."] * 4)
    assert asked(library, embedder, many).ask(question).note != NOT_COMPARED
    assert asked(library, embedder, few).ask(question, prose=False).note != NOT_COMPARED


def test_a_question_that_compares_nothing_has_no_such_note(library: Library, embedder: BagEmbedder) -> None:
    few = small(ScriptedModel("The tram line opened in 1911."), Path(__file__))
    assert asked(library, embedder, few).ask("When did the tram line open?").note == ""


def test_a_yes_no_question_is_answered_by_the_best_sentence_alone(tmp_path: Path, embedder: BagEmbedder) -> None:
    pets = "One parrot is allowed in the flat. Keeping dogs is never allowed."
    with Library.open(tmp_path / "pets", embedder.card) as library:
        file_away(library, paper("lease.md", pets, "The rent is due in May.", "Bicycles stand in the yard."))
        library.follow()
        answer = Assistant(library, embedder, reader=Pointing("dogs is never")).ask("Is a parrot allowed in the flat?")
    assert answer.short is None
    assert "One parrot" in answer.quotes[0].quote
