"""A GGUF model run by llama.cpp behind ``ChatModel``. The model itself lives in a worker process.

Several threads may ask at once: answers are written one after the other, in the order they were asked for.
Nothing here knows of documents.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Generator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from rag.errors import ModelBroken, ModelError, UsageError
from rag.interfaces import ModelCard
from rag.model import formats
from rag.model.catalog import CHOOSE_ANOTHER, check_gguf
from rag.model.process import Process, Reply, Request, WorkerDied
from rag.types import Finish, Prompt, Sampling, Turn

_ASK_AGAIN = "Ask again: the model is loaded anew. If it happens again: export OAKEN_CONTEXT=1024"


class LlamaCpp:
    """A loaded model. Close it, or use it as a context manager; a forgotten one is closed when collected."""

    def __init__(self, path: Path, context: int, threads: int, family: str, process: Process, facts: Reply) -> None:
        self._path = path
        self._load = {"path": str(path), "context": context, "threads": threads}
        self._starting = threading.Lock()
        self._closed = False
        self._adopt(process)
        markers = frozenset(facts["markers"])
        self.why: str  # why the prompt family was chosen, a clause
        if family:
            self.why = "it was asked for"
        else:
            family, self.why = formats.family_of(facts["metadata"], markers.__contains__)
        self._family = formats.family(family)
        self.facts: Reply = facts  # metadata, trained_window, vocabulary (size), markers, threads
        self._card = ModelCard(
            name=path.stem,
            family=family,
            window=min(context, facts["trained_window"]),
            path=str(path),
            languages=facts["languages"],
        )

    @classmethod
    def load(cls, path: Path, *, context: int = 2048, threads: int = 0, family: str = "") -> Self:
        """Starts the worker and loads the model in it.

        ``context`` is the window in tokens, cut to what the model was trained for; ``threads`` 0 is one for each
        processor that may be used; ``family`` is a key of ``FAMILIES``, "" finds it from the file.
        Raises ModelMissing, ModelBroken (the file's name and why), UsageError for an unknown family, ModelError
        where the family cannot be told.
        """
        if family:
            formats.family(family)
        if context < 1:
            raise UsageError(f"A window of {context} tokens holds nothing.", "unset OAKEN_CONTEXT")
        header = check_gguf(path)
        context = min(context, header.trained_window or context)
        process, facts = _start({"path": str(path), "context": context, "threads": threads})
        try:
            return cls(path, context, threads, family, process, facts | {"languages": header.languages})
        except BaseException:
            process.close()
            raise

    @property
    def card(self) -> ModelCard:
        """Name, prompt family, window in tokens, path."""
        return self._card

    @property
    def worker(self) -> int:
        """The process id of the worker."""
        return self._process.pid

    @property
    def log(self) -> str:
        """The last lines that llama.cpp printed, for ``--debug``."""
        return self._process.tail

    def encode(self, turns: Sequence[Turn]) -> tuple[int, ...]:
        """The token list of these turns and the assistant's opening. Answered at once, even while the model writes.

        Scaffolding gives control tokens; no text of a turn does. Raises ModelBroken where the worker has died.
        """
        segments = [(segment.text, segment.control) for segment in formats.render(self._family, turns)]
        try:
            reply = self._live().ask("encode", segments=segments)
        except WorkerDied as error:
            raise self._broken(error) from error
        return tuple(_done(reply)["tokens"])

    def stream(self, prompt: Prompt, sampling: Sampling) -> Generator[str, None, Finish]:
        """Pieces of the answer as they come: whole characters, no end token. Returns a :class:`Finish`.

        Closing the generator stops the model. At most ``max_tokens`` tokens; where they do not fit the window
        with the prompt, ``prompt.reserved``. Raises ModelError, before the first piece, for a prompt that is empty
        or fills the window; ModelBroken where the worker dies meanwhile (the next call starts another).
        """
        length, window = len(prompt.tokens), self._card.window
        if not length:
            raise ModelError("The prompt is empty.")
        if length >= window:
            raise ModelError(
                f"The prompt is {length:,} tokens long and the model's window {window:,}: no room is left to answer.",
                "Ask with fewer passages or a shorter question, or widen it: export OAKEN_CONTEXT=4096",
            )
        room = window - length
        limit = sampling.max_tokens
        if limit > room:
            limit = min(prompt.reserved, room) if prompt.reserved > 0 else room
        return self._pieces(prompt.tokens, limit, sampling)

    def _pieces(self, tokens: tuple[int, ...], limit: int, sampling: Sampling) -> Generator[str, None, Finish]:
        if limit < 1:
            return Finish("length", len(tokens), 0, 0.0, 0.0)
        fields = {"tokens": tokens, "limit": limit, "stop": self._family.stop, "sampling": asdict(sampling)}
        try:
            with Request(self._live(), "generate", fields) as replies:
                for reply in replies:
                    if "piece" not in reply:
                        return Finish(**_done(reply))
                    yield reply["piece"]
        except WorkerDied as error:
            raise self._broken(error) from error
        raise AssertionError("a request ends with a reply")

    def close(self) -> None:
        """Ends the worker. An answer being written by another thread ends with ModelBroken."""
        with self._starting:
            self._closed = True
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _live(self) -> Process:
        with self._starting:
            if self._closed:
                raise ModelError("The model was closed.")
            if not self._process.alive:
                self._end()
                process, _ = _start(self._load)
                self._adopt(process)
            return self._process

    def _broken(self, error: WorkerDied) -> ModelError:
        if self._closed:
            return ModelError("The model was closed.")
        return ModelBroken(f"The model's process ended unexpectedly{_how(error)}.", _ASK_AGAIN)

    def _adopt(self, process: Process) -> None:
        self._process = process
        self._end = weakref.finalize(self, process.close)


def _start(load: dict[str, Any]) -> tuple[Process, Reply]:
    """A worker that has loaded the model, and what it says of it."""
    name = Path(load["path"]).name
    try:
        process = Process()
    except OSError as error:
        raise ModelError(f"The model's process cannot be started: {error.strerror or error}.") from error
    try:
        reply = process.ask("load", **load)
        if reply.get("missing"):
            raise ModelError(f"llama.cpp cannot be used: {reply['error']}.", "pip install llama-cpp-python")
        if "error" in reply:
            raise ModelBroken(f"llama.cpp cannot load {name}: {reply['error'].rstrip('.')}.", CHOOSE_ANOTHER)
        return process, reply["done"]
    except WorkerDied as error:
        process.close()
        raise ModelBroken(f"llama.cpp failed while it loaded {name}{_how(error)}.", CHOOSE_ANOTHER) from error
    except BaseException:  # a Ctrl-C while it loads too
        process.close()
        raise


def _done(reply: Reply) -> Reply:
    if "error" in reply:
        raise ModelError(f"llama.cpp could not go on: {reply['error'].rstrip('.')}.", _ASK_AGAIN)
    done: Reply = reply["done"]
    return done


def _how(error: WorkerDied) -> str:
    first = str(error).partition("\n")[0]
    return f" ({first})" if first.startswith(("signal", "exit code")) else ""
