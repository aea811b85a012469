"""What a conversation costs: a later question evaluates only what is new. Counted in tokens, on the embedded model."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

import pytest

from rag.answer.assistant import Assistant
from rag.conversation.history import history_turns
from rag.interfaces import ModelCard
from rag.library.library import Library
from rag.model.files.resolve import embedded_model
from rag.model.local.client import LlamaCpp
from rag.types import Answer, GenerationEnd, Prompt, Sampling, Turn
from tests.doubles import BagEmbedder

pytestmark = pytest.mark.real


class Counting:
    """A model that keeps its prompts, and how many tokens of each it had to evaluate."""

    def __init__(self, model: LlamaCpp) -> None:
        self._model = model
        self.read: list[tuple[Prompt, int]] = []

    @property
    def card(self) -> ModelCard:
        return self._model.card

    def encode(self, said: Sequence[Turn]) -> tuple[int, ...]:
        return self._model.encode(said)

    def stream(self, prompt: Prompt, sampling: Sampling) -> Generator[str, None, GenerationEnd]:
        finish = yield from self._model.stream(prompt, sampling)
        self.read.append((prompt, finish.evaluated))
        return finish


@pytest.fixture(scope="module")
def loaded() -> Iterator[LlamaCpp]:
    with LlamaCpp.load(embedded_model(), context=1024, threads=1) as model:
        yield model


def test_a_later_question_evaluates_only_what_is_new(library: Library, embedder: BagEmbedder, loaded: LlamaCpp) -> None:
    model = Counting(loaded)
    assistant = Assistant(library, embedder, lambda: model, sampling=Sampling(max_tokens=24))
    said: list[tuple[str, Answer | None]] = []

    def ask(question: str) -> tuple[Prompt, int]:
        model.read.clear()
        said.append((question, assistant.ask(question, history=history_turns(said), insist=True)))
        return model.read[0]  # the first draft

    first, read = ask("When did the tram line open?")
    assert read == len(first.tokens)
    second, read = ask("And how many stops does it have?")  # it leans on the one before, which is in its prompt
    assert second.tokens[: len(first.tokens)] == first.tokens
    assert read <= len(second.tokens) - len(first.tokens) + 8
    same, read = ask("And where does it stop?")
    assert same.tokens[: len(second.tokens)] == second.tokens and not same.evidence  # it stands there already
    assert read <= 0.3 * len(first.tokens)
    said.pop()
    assert ask("And where does it stop?")[1] == 0
    said.clear()
    assert ask("When did the tram line open?")[1] <= 8  # the beginning of a longer one that is kept
