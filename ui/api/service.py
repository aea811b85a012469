"""The service behind the API: its libraries or none, one model in memory for all clients, and a bounded queue.

Requests become generators here. Nothing of HTTP is known, and no generator is run.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rag.answer.assistant import Assistant
from rag.answer.options import AskOptions
from rag.answer.prompt import fit_turns
from rag.answer.queue_events import with_queue_positions
from rag.conversation.chats.store import ChatStore, check_feedback
from rag.conversation.history import history_turns
from rag.factory import ModelLoader, embedder_name, model_loader
from rag.interfaces import Embedder
from rag.model.complete import complete
from rag.model.prompting.sampling_presets import DEFAULT_PRESET
from rag.settings import Settings
from rag.types import Answer, Event, GenerationEnd, Passage, QueuePosition, Sampling, Turn
from ui.api.answer_text import CitedText
from ui.api.background import StoppableStream
from ui.api.libraries import ServedLibraries
from ui.api.schemas import CITED, RAW, AskRequest, ChatRequest, CompletionRequest, Function, SearchRequest
from ui.api.task_prompts import wants_json
from ui.shared.folders import DocumentNames

LINE = 16  # requests being answered or waiting; more are told to come back
_REMEMBERED = 256  # answers whose evidence is remembered for the next question of their conversation
_RAW_TOKENS, _COMPLETION_TOKENS = 512, 128  # default maximum of tokens
_CALL = "Call one of these functions: answer with its name and its arguments, as JSON."


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer that was given, and where."""

    library: str
    answer: Answer


class ApiService:
    """Libraries (or none), and a model that is loaded when it is first needed."""

    def __init__(self, settings: Settings, libraries: ServedLibraries, loader: ModelLoader) -> None:
        self.settings = settings
        self.libraries = libraries
        self._loader = loader
        self._lock = threading.Lock()
        self._busy = 0
        self._by_text: OrderedDict[str, GivenAnswer] = OrderedDict()
        self._by_id: OrderedDict[str, GivenAnswer] = OrderedDict()
        self._judged: dict[str, str] = {}  # an answer's id -> that of the reply it is kept as

    @classmethod
    def open(
        cls, settings: Settings, libraries: Sequence[str], notify: Callable[[str], None] | None = None
    ) -> ApiService:
        """Open the service over libraries that exist, the first of them now; or over none.

        Raises LibraryNotFoundError, ModelNotFoundError, ModelBrokenError.
        """
        loader = model_loader(settings)
        first = Assistant.open(libraries[0], settings, prose=False, notify=notify) if libraries else None
        return cls(settings, ServedLibraries(settings, libraries, first), loader)

    def close(self) -> None:
        """Close the libraries and end the model."""
        self.libraries.close()
        self._loader.close()

    @property
    def models(self) -> tuple[str, ...]:
        """The names that a request for a text may use."""
        return (CITED, RAW) if self.libraries.names else (RAW,)

    @property
    def embedders(self) -> tuple[str, ...]:
        """The names of the libraries' embedders."""
        held = (embedder_name(self.settings, each) for each in self.libraries.names)
        return tuple(dict.fromkeys(held))

    def embedder(self, library: str = "") -> Embedder:
        """Return the embedder of a library, or of several."""
        return self.libraries.assistant(library).embedder

    def names(self, library: str = "") -> DocumentNames:
        """Return what names the documents of a library, or of several."""
        return DocumentNames(self.libraries.assistant(library).reader)

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

    def answer(self, body: ChatRequest, watched: StoppableStream, told: str = "") -> Iterator[Event]:
        """Return the events of an answer from the library; ``told`` is the id of the response."""
        sampling = body.sampling(DEFAULT_PRESET, self.settings.max_tokens) if body.preset else Sampling()
        limit = min(body.wanted_tokens or self.settings.max_tokens, self.settings.context // 2)
        options = AskOptions(
            history=self._history(body.spoken),
            insist=body.insist,
            k=body.k,
            scope=body.scope,
            strict=body.strict,
            instructions=body.instructions,
        )
        assistant = self._writing(body.library, replace(sampling, max_tokens=limit), watched)
        events = assistant.stream(body.question, options)
        return self._remember(events, CitedText(self.names(body.library), body.citations), body.library, told)

    def ask(self, body: AskRequest, watched: StoppableStream, told: str = "") -> Iterator[Event]:
        """Return the events of an answer, as ``oaken ask`` gives it."""
        options = AskOptions(
            history=[Turn(each.role, each.text) for each in body.history],
            prose=body.prose,
            k=body.k,
            insist=body.insist,
            scope=body.scope,
            strict=body.strict,
            instructions=body.instructions,
        )
        sampling = Sampling(max_tokens=self.settings.max_tokens)
        events = self._writing(body.library, sampling, watched).stream(body.question, options)
        return self._remember(events, CitedText(self.names(body.library)), body.library, told)

    def _writing(self, library: str, sampling: Sampling, watched: StoppableStream) -> Assistant:
        return self.libraries.assistant(library).with_model(lambda: watched.watch(self._loader()), sampling)

    def search(self, body: SearchRequest) -> Iterator[list[Passage]]:
        """Return the passages that a query finds, as the one item of a stream; no model is asked."""
        yield self.libraries.assistant(body.library).search(body.query, body.k, scope=body.scope)

    def given(self, told: str) -> GivenAnswer | None:
        """Return the answer of the response with that id; None where it is not remembered."""
        return self._by_id.get(told)

    def judge(self, told: str, vote: int, labels: Sequence[str]) -> bool:
        """Keep what a person thinks of an answer, with the answer; return False where it is not remembered.

        Raises UsageError for a label that is none.
        """
        if (given := self.given(told)) is None:
            return False
        check_feedback(vote, labels)
        folder = self.libraries.assistant(given.library).reader.folder
        with self._lock, ChatStore.open(folder) as chats:
            if (reply := self._judged.get(told)) is None:
                asked = chats.ask(chats.new().id, given.answer.question, None)
                reply = self._judged[told] = chats.keep(asked.id, given.answer).id
            chats.vote(reply, vote)
            chats.label(reply, labels)
        return True

    def _history(self, turns: Sequence[Turn]) -> list[Turn]:
        """Return the turns, an answer that this service gave without its unsupported sentences and its sources."""
        found: list[Turn] = []
        for turn in turns:
            known = self._by_text.get(turn.text.strip()) if turn.role == "assistant" else None
            if known is not None and found and found[-1].role == "user":
                found[-1:] = history_turns([(found[-1].text, known.answer)])
            else:
                found.append(turn)
        return found

    def _remember(self, events: Iterator[Event], told: CitedText, library: str, ident: str) -> Iterator[Event]:
        text = ""
        for event in events:
            text += told.feed(event)
            yield event
        if told.answer is not None:
            given = GivenAnswer(self.libraries.name(library), told.answer)
            with self._lock:
                for known, key in ((self._by_text, text.strip()), (self._by_id, ident)):
                    known[key] = given
                    while len(known) > _REMEMBERED:
                        known.popitem(last=False)

    def talk(self, body: ChatRequest, watched: StoppableStream) -> Generator[str | QueuePosition, None, GenerationEnd]:
        """Return the model's own words as a stream; by a JSON schema, where one is asked for."""
        model = watched.watch(self._loader())
        sampling = body.sampling("k50", _RAW_TOKENS)
        schema, turns = body.json_schema or ('{"type": "object"}' if wants_json(body.question) else ""), body.turns
        if called := body.must_call:
            schema = json.dumps(_call_schema(called))
            turns = [Turn("system", f"{_CALL}\n{json.dumps([each.model_dump() for each in called])}"), *turns]
        prompt = replace(fit_turns(turns, model, sampling.max_tokens), json_schema=schema)
        return with_queue_positions(model.stream(prompt, sampling))

    def complete(
        self, body: CompletionRequest, watched: StoppableStream
    ) -> Generator[str | QueuePosition, None, GenerationEnd]:
        """Return the text that continues the prompt, or fills the gap before the suffix."""
        stream = complete(
            self._loader(), body.text, body.suffix or "", body.sampling(DEFAULT_PRESET, _COMPLETION_TOKENS)
        )
        return with_queue_positions(watched.stream_of(stream))


def _call_schema(functions: Sequence[Function]) -> dict[str, Any]:
    """Return the JSON schema of a call of one of these functions."""
    calls: list[dict[str, Any]] = []
    definitions: dict[str, Any] = {}
    for each in functions:
        arguments = dict(each.parameters or {"type": "object"})
        definitions |= arguments.pop("$defs", None) or {}
        fields = {"name": {"const": each.name}, "arguments": arguments}
        calls.append({"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False})
    return {"oneOf": calls, "$defs": definitions} if definitions else {"oneOf": calls}
