"""The service behind the API: a library or none, one model in memory for all clients, and a bounded queue.

Requests become generators here. Nothing of HTTP is known, and no generator is run.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator, Sequence

from rag.answer.assistant import Assistant
from rag.answer.options import AskOptions
from rag.answer.prompt import fit_turns
from rag.answer.queue_events import with_queue_positions
from rag.conversation.history import history_turns
from rag.factory import ModelLoader, model_loader
from rag.model.complete import complete
from rag.model.prompting.sampling_presets import DEFAULT_PRESET
from rag.settings import Settings
from rag.types import Answer, Event, GenerationEnd, Passage, QueuePosition, Sampling, Turn
from ui.api.background import StoppableStream
from ui.api.schemas import CITED, RAW, AnswerStream, ChatRequest, CompletionRequest, SearchRequest
from ui.shared.folders import DocumentNames

LINE = 16  # requests being answered or waiting; more are told to come back
_REMEMBERED = 256  # answers whose evidence is remembered for the next question of their conversation
_RAW_TOKENS, _COMPLETION_TOKENS = 512, 128  # default maximum of tokens


class ApiService:
    """A library (or None), and a model that is loaded when it is first needed."""

    def __init__(self, settings: Settings, assistant: Assistant | None, loader: ModelLoader) -> None:
        self.settings = settings
        self._assistant = assistant
        self._earlier: list[Assistant] = []  # of the library before it was re-embedded: one may still be answering
        self._loader = loader
        self._lock = threading.Lock()
        self._busy = 0
        self._answers: OrderedDict[str, Answer] = OrderedDict()  # by the text that was sent

    @classmethod
    def open(cls, settings: Settings, library: str | None, notify: Callable[[str], None] | None = None) -> ApiService:
        """Open the service over a library that exists, or over none.

        Raises LibraryNotFoundError, ModelNotFoundError, ModelBrokenError.
        """
        loader = model_loader(settings)
        return cls(
            settings, None if library is None else Assistant.open(library, settings, prose=False, notify=notify), loader
        )

    def close(self) -> None:
        """Close the library and end the model."""
        for assistant in (*self._earlier, self._assistant):
            if assistant is not None:
                assistant.close()
        self._loader.close()

    @property
    def models(self) -> tuple[str, ...]:
        """The names that a request may use."""
        return (RAW,) if self._assistant is None else (CITED, RAW)

    @property
    def assistant(self) -> Assistant:
        """The assistant over the library, opened again where that was re-embedded since."""
        assert self._assistant is not None
        with self._lock:
            if not self._assistant.is_current:
                self._earlier.append(self._assistant)
                self._assistant = Assistant.open(self._assistant.library.folder.name, self.settings, prose=False)
            return self._assistant

    @property
    def names(self) -> DocumentNames:
        """What names the documents of the library."""
        assert self._assistant is not None
        return DocumentNames(self._assistant.library)

    def enter(self) -> bool:
        """Take a place in the queue; return whether there was one."""
        with self._lock:
            if self._busy >= LINE:
                return False
            self._busy += 1
            return True

    def leave(self) -> None:
        """Give the place back."""
        with self._lock:
            self._busy -= 1

    @property
    def busy(self) -> int:
        """Places taken."""
        return self._busy

    def answer(self, body: ChatRequest, watched: StoppableStream) -> Iterator[Event]:
        """Return the events of an answer from the library."""
        sampling = body.sampling(DEFAULT_PRESET, self.settings.max_tokens) if body.preset else Sampling()
        limit = min(body.max_tokens or self.settings.max_tokens, self.settings.context // 2)
        values = {name: getattr(sampling, name) for name in sampling.__dataclass_fields__} | {"max_tokens": limit}
        assistant = self.assistant.with_model(lambda: watched.watch(self._loader()), Sampling(**values))
        *before, question = [turn for turn in body.turns if turn.role != "system"]
        options = AskOptions(history=self._history(before), insist=body.insist, k=body.k)
        return self._remember(assistant.stream(question.text, options))

    def search(self, body: SearchRequest) -> Iterator[list[Passage]]:
        """Return the passages that a query finds, as the one item of a stream; no model is asked."""
        yield self.assistant.search(body.query, body.k, scope=body.scope)

    def _history(self, turns: Sequence[Turn]) -> list[Turn]:
        """Return the turns, an answer that this service gave without its unsupported sentences and its sources."""
        found: list[Turn] = []
        for turn in turns:
            known = self._answers.get(turn.text.strip()) if turn.role == "assistant" else None
            if known is not None and found and found[-1].role == "user":
                found[-1:] = history_turns([(found[-1].text, known)])
            else:
                found.append(turn)
        return found

    def _remember(self, events: Iterator[Event]) -> Iterator[Event]:
        stream, text = AnswerStream(self.names), ""
        for event in events:
            text += stream.feed(event)
            yield event
        if stream.answer is not None:
            with self._lock:
                self._answers[text.strip()] = stream.answer
                while len(self._answers) > _REMEMBERED:
                    self._answers.popitem(last=False)

    def talk(self, body: ChatRequest, watched: StoppableStream) -> Generator[str | QueuePosition, None, GenerationEnd]:
        """Return the model's own words as a stream."""
        model = watched.watch(self._loader())
        sampling = body.sampling("k50", _RAW_TOKENS)
        return with_queue_positions(model.stream(fit_turns(body.turns, model, sampling.max_tokens), sampling))

    def complete(
        self, body: CompletionRequest, watched: StoppableStream
    ) -> Generator[str | QueuePosition, None, GenerationEnd]:
        """Return the text that continues the prompt, or fills the gap before the suffix."""
        stream = complete(
            self._loader(), body.text, body.suffix or "", body.sampling(DEFAULT_PRESET, _COMPLETION_TOKENS)
        )
        return with_queue_positions(watched.stream_of(stream))
