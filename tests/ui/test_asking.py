"""From a question on the page to a kept answer, in the way that a person asked for."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

import pytest

from rag.answer.assistant import Assistant
from rag.answer.chats import Chats, Exchange, Profile
from rag.library.library import Library
from rag.settings import library_folder
from rag.types import Prompt, Sampling, Status
from tests.answer.conftest import TEXTS, file_away
from tests.doubles import BagEmbedder, ScriptedModel
from ui import asking, opened

QUESTION = "When did the tram line open?"


class Noting(ScriptedModel):
    """Keeps how its tokens were to be drawn as well."""

    def __init__(self, *replies: str) -> None:
        super().__init__(*replies)
        self.drawn: list[Sampling] = []

    def stream(self, prompt: Prompt, sampling: Sampling) -> Generator[str, None, None]:
        self.drawn.append(sampling)
        return super().stream(prompt, sampling)


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[opened.Opened, Noting, Chats]]:
    """A library on doubles, its model, and its conversations."""
    monkeypatch.setenv("OAKEN_HOME", str(tmp_path))
    embedder = BagEmbedder()
    model = Noting("The tram line opened in 1911. It was painted purple by the mayor.")
    with Library.open(library_folder(tmp_path, opened.library_name()), embedder.card) as library:
        for name, (language, text) in TEXTS.items():
            file_away(library, name, text, language, embedder)
        library.follow()
        yield opened.Opened(Assistant(library, embedder, lambda: model)), model, asking.chats()
    asking.chats().close()


def asked(page: tuple[opened.Opened, Noting, Chats], path: Sequence[Exchange] = (), words: str = QUESTION) -> Exchange:
    exchange, writing = asking.ask(page[0], words, path)
    *_, last = writing.views()
    assert last.over
    return next(each for each in page[2].path(exchange.question.chat) if each.question == exchange.question)


def test_an_answer_is_kept_with_who_wrote_it(page: tuple[opened.Opened, Noting, Chats]) -> None:
    reply = asking.shown(asked(page))
    assert reply is not None and reply.answer is not None
    assert (reply.model, reply.preset, reply.insist, reply.problem) == ("scripted", "precise", False, "")
    assert reply.answer.status is Status.ANSWERED
    assert [claim.supported for claim in reply.answer.claims] == [True, False]
    assert page[1].drawn[0].temperature == 0


def test_the_way_answers_are_wanted_reaches_the_model_and_the_judge(page: tuple[opened.Opened, Noting, Chats]) -> None:
    page[2].set_profile(Profile("Answer briefly, I am a baker.", "k50", strict=True))
    reply = asking.shown(asked(page))
    assert reply is not None and reply.answer is not None
    assert page[1].prompts[0].turns[0].text.endswith("Answer briefly, I am a baker.")
    assert page[1].drawn[0].temperature == 0.75
    assert reply.preset == "k50"
    assert [claim.text for claim in reply.answer.claims] == ["The tram line opened in 1911."]


def test_once_more_is_drawn_otherwise_and_beside_the_first(page: tuple[opened.Opened, Noting, Chats]) -> None:
    first = asked(page)
    *_, last = asking.begin(page[0], first.question, [], again=True).views()
    assert last.over
    [exchange] = page[2].path(first.question.chat)
    assert len(exchange.replies) == 2
    assert exchange.shown == 1
    assert page[1].drawn[-1].temperature > 0
    assert page[1].drawn[-1].seed != page[1].drawn[0].seed


def test_the_next_question_follows_the_reply_and_reads_what_was_said(page: tuple[opened.Opened, Noting, Chats]) -> None:
    first = asked(page, words="What does a single ticket for the tram cost?")
    before = len(page[1].prompts)
    second = asked(page, [first], "And when did its line open?")
    reply = asking.shown(first)
    assert reply is not None
    assert second.question.parent == reply.id
    assert any(
        "single ticket for the tram" in turn.text for prompt in page[1].prompts[before:] for turn in prompt.turns
    )


def test_a_question_that_was_never_answered_gives_way_and_hides_nothing(
    page: tuple[opened.Opened, Noting, Chats],
) -> None:
    first = asked(page)
    reply = asking.shown(first)
    assert reply is not None
    page[2].ask(first.question.chat, "What was it like?", reply.id)  # and there the program ended
    path = page[2].path(first.question.chat)
    asked(page, path, "And what does a ticket for it cost?")
    assert [each.question.text for each in page[2].path(first.question.chat)] == [
        QUESTION, "And what does a ticket for it cost?",
    ]  # fmt: skip
