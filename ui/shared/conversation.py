"""A conversation: over a library, with quotes and citations, or with the model alone. Knows no terminal."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag import factory
from rag.answer.assistant import Assistant
from rag.answer.options import AskOptions
from rag.answer.prompt import fit_turns
from rag.conversation.history import history_turns
from rag.errors import OakenError, UsageError
from rag.interfaces import ChatModel
from rag.messages import Message
from rag.model.prompting.sampling_presets import DEFAULT_PRESET, SamplingPreset, preset
from rag.retrieval.filters import EVERYWHERE, SearchFilter
from rag.settings import Settings
from rag.types import Answer, AnswerStatus, Event, GenerationEnd, Sampling, Turn
from ui.shared.formatting import clean, one_line
from ui.shared.output import notify_on_stderr

if TYPE_CHECKING:
    from ui.shared.folders import DocumentNames

MODEL_ONLY_PRESET = "k50"  # the preset to begin with for the model alone


@dataclass
class Exchange:
    """What was asked, and what came: an answer with its proof, or the model's own words."""

    question: str
    answer: Answer | None = None
    text: str = ""
    stopped: bool = False


@dataclass
class Conversation:
    """Everything said so far, and what says it. Close it, or use it as a context manager."""

    settings: Settings
    library: str | None  # None: the model alone
    preset_name: str = ""
    scope: SearchFilter = EVERYWHERE  # the documents that are asked
    exchanges: list[Exchange] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._assistant: Assistant | None = None
        self._loader: factory.ModelLoader | None = None
        try:
            self.use_library(self.library)
            if self.preset_name:
                self.use_preset(self.preset_name)
            self._find_model()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Conversation:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the library and end the model."""
        if self._assistant is not None:
            self._assistant.close()
            self._assistant = None
        self._drop_model()

    @property
    def preset(self) -> SamplingPreset:
        """The preset in use: the one chosen, or that which suits what is talked with."""
        return preset(self.preset_name or (MODEL_ONLY_PRESET if self.library is None else DEFAULT_PRESET))

    @property
    def sampling(self) -> Sampling:
        """How tokens are drawn; over a library the settings say how long prose may get."""
        drawn = self.preset.sampling
        return drawn if self.library is None else replace(drawn, max_tokens=self.settings.max_tokens)

    def use_library(self, name: str | None) -> None:
        """Switch to another library, or to none; LibraryNotFoundError leaves everything as it was."""
        assistant = (
            None if name is None else Assistant.open(name, self.settings, prose=False, notify=notify_on_stderr())
        )
        if self._assistant is not None:
            self._assistant.close()
        self._assistant, self.library = assistant, name

    def use_preset(self, name: str) -> None:
        """Sample as the preset says; raise UsageError for an unknown preset."""
        chosen = preset(name)
        before, self.preset_name = self.preset, chosen.name
        if (chosen.context, chosen.batch) != (before.context, before.batch):
            self._drop_model()  # it is loaded with another window

    def use_model(self, name: str) -> str:
        """Change the model of this conversation, and return its file's name.

        Raises ModelNotFoundError, ModelBrokenError or UsageError, and then changes nothing.
        """
        from rag.model.files.resolve import embedded_model
        from ui.shared.model_catalog import EMBEDDED_NAMES

        chosen = str(embedded_model()) if name.lower() in EMBEDDED_NAMES else name
        settings = replace(self.settings, model=chosen, family="", model_url="")
        loader = factory.model_loader(settings)
        self._drop_model()
        self.settings, self._loader = settings, loader
        return Path(chosen).name

    def names(self, *, paths: bool = False) -> DocumentNames | None:
        """Return what names the documents of the library, by their full ``paths`` if wanted; None without a library."""
        from ui.shared.folders import DocumentNames

        return None if self._assistant is None else DocumentNames(self._assistant.reader, paths=paths)

    def model(self) -> ChatModel:
        """Return the model that writes, loading it first if needed; raise ModelError where that fails."""
        return self._find_model()()

    def new(self) -> None:
        """Forget the conversation so far."""
        self.exchanges.clear()

    def ask(self, question: str, *, insist: bool = False) -> Iterator[Event]:
        """Ask the library, and return the events of the answer.

        :meth:`keep` remembers what has come by the end of the iteration.
        """
        assert self._assistant is not None
        assistant = self._assistant.with_model(self._find_model(), self.sampling)
        before = [(each.question, each.answer) for each in self.exchanges]
        options = AskOptions(history=history_turns(before), insist=insist, scope=self.scope)
        return assistant.stream(question, options)

    def keep(self, question: str, answer: Answer | None, *, stopped: bool = False) -> None:
        """Remember an exchange over a library."""
        if answer is not None and stopped:
            answer = replace(answer, status=AnswerStatus.STOPPED)
        self.exchanges.append(Exchange(question, answer, stopped=stopped))

    def talk(self, question: str) -> Generator[str, None, GenerationEnd]:
        """Talk with the model alone, and yield the pieces of its answer; it is remembered however it ends."""
        model, sampling = self.model(), self.sampling
        prompt = fit_turns(self._turns(question), model, sampling.max_tokens)
        exchange = Exchange(question, stopped=True)
        self.exchanges.append(exchange)
        with closing(model.stream(prompt, sampling)) as pieces:
            while True:
                try:
                    piece = next(pieces)
                except StopIteration as stop:
                    exchange.stopped = False
                    finish: GenerationEnd | None = stop.value
                    return finish or GenerationEnd("stop", len(prompt.tokens), 0, 0.0, 0.0)
                exchange.text += piece
                yield piece

    def transcript(self) -> str:
        """Return the conversation as Markdown; text of models and documents is indented, so that it is no markup."""
        lines = [f"# A conversation with Oaken, {time.strftime('%Y-%m-%d %H:%M')}", ""]
        for each in self.exchanges:
            lines += [f"## {one_line(each.question)}", "", *_transcript_lines(each), ""]
        return "\n".join(lines)

    def _turns(self, question: str) -> list[Turn]:
        turns: list[Turn] = []
        for each in self.exchanges:
            text = each.text or " ".join(turn.text for turn in history_turns([(each.question, each.answer)])[1:])
            if text:
                turns += [Turn("user", each.question), Turn("assistant", text)]
        return [*turns, Turn("user", question)]

    def _find_model(self) -> factory.ModelLoader:
        if self._loader is None:
            used = self.preset
            settings = replace(self.settings, context=used.context or self.settings.context)
            self._loader = factory.model_loader(settings, used.batch)
        return self._loader

    def _drop_model(self) -> None:
        if self._loader is not None:
            self._loader.close()
            self._loader = None


def _transcript_lines(exchange: Exchange) -> list[str]:
    if exchange.answer is None:
        lines = clean(exchange.text).splitlines() or ["(no answer)"]
        return [f"    {line}" for line in lines] + (["", "(stopped)"] if exchange.stopped else [])
    from ui.shared.export import markdown

    return [markdown.of_answer(exchange.answer)]


def save(conversation: Conversation, path: Path) -> Path:
    """Write the transcript to a new file. Raises UsageError where there is one, or it cannot be written."""
    path = path.expanduser()
    try:
        with path.open("x", encoding="utf-8", errors="replace") as file:
            file.write(conversation.transcript())
    except FileExistsError as error:
        raise UsageError(Message("The file {path} already exists.", path=path), "/save ANOTHER-NAME") from error
    except OSError as error:
        raise UsageError(
            Message("{path} cannot be written: {error}.", path=path, error=error.strerror or error), "/save FILE"
        ) from error
    return path


def exchange_json(exchange: Exchange) -> dict[str, Any]:
    """Return the JSON shape that scripts rely on for the model's own words (``oaken chat --no-library --json``)."""
    return {"question": exchange.question, "text": exchange.text, "stopped": exchange.stopped}


def problem_json(question: str, error: OakenError) -> dict[str, Any]:
    """Return the JSON shape of an answer that failed."""
    return {"question": question, "error": str(error)}
