"""Prose: judged sentence by sentence, drafted again, stopped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.answer.assistant import Assistant
from rag.library.library import Library
from rag.types import AnswerStatus, ClaimChecked, Finished, TextDelta
from tests.answer.assistants import assistant
from tests.doubles import BagEmbedder, ScriptedModel


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


def test_strict_leaves_out_what_no_document_supports(library: Library, embedder: BagEmbedder) -> None:
    reply = "The tram line opened in 1911. It was painted by elephants."
    asked, _ = assistant(library, embedder, reply)
    assert [c.supported for c in asked.ask("When did the tram line open?").claims] == [True, False]
    events = list(asked.stream("When did the tram line open?", strict=True))
    assert [event.claim.supported for event in events if isinstance(event, ClaimChecked)] == [True]
    strict = Assistant(library, embedder, lambda: ScriptedModel("Elephants painted it."), strict=True)
    answer = strict.ask("When did the tram line open?")
    assert answer.claims == () and answer.quotes and answer.status is AnswerStatus.QUOTED


def test_what_a_small_model_adds_to_the_sources_is_left_out_unless_it_is_asked_for(
    library: Library, embedder: BagEmbedder, tmp_path: Path
) -> None:
    (tmp_path / "small.gguf").write_bytes(b"GGUF")
    asked, model = assistant(library, embedder, "The tram line opened in 1911. It was painted by elephants.")
    model.card = replace(model.card, path=str(tmp_path / "small.gguf"))
    [claim] = asked.ask("When did the tram line open?").claims
    assert claim.supported
    claims = asked.ask("When did the tram line open?", strict=False).claims
    assert [each.supported for each in claims] == [True, False]


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
