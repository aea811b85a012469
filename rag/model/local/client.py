"""A GGUF model run by llama.cpp behind ``ChatModel``. The model itself lives in a worker process.

Several threads may ask at once: answers are written one after the other, in the order they were asked for, and each
may be stopped. Nothing here knows of documents.
"""

from __future__ import annotations

import itertools
import threading
import weakref
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from rag.errors import ModelBrokenError, ModelError, UsageError
from rag.interfaces import ModelCard
from rag.model.files.check import CHOOSE_ANOTHER, check_gguf
from rag.model.files.family import choose_family
from rag.model.files.gguf import GgufHeader
from rag.model.files.known_models import languages_of
from rag.model.files.memory import cache_bytes, free_memory, need, work_bytes
from rag.model.files.rope import rope
from rag.model.local import tuned
from rag.model.local.process import ModelProcess, Reply, WorkerDiedError
from rag.model.local.queue import QueuedRequest, RequestQueue, TokenStream
from rag.model.prompting import families
from rag.types import GenerationEnd, Prompt, Sampling, Turn

_PREFIX_SHARE, _PREFIX_BYTES = 8, 512 * 2**20  # evaluated beginnings: an eighth of what is left, at most this
_SMALLEST_WINDOW = 512  # tokens: below that no answer has room
# Compiled by gcc 12, llama.cpp's AMX code dies of the first prompt: that compiler forgets half of the tiles' shape. So
# where AMX is in it, a prompt is tried first, and without it where the processor refused.
_AMX, _TRIED, _REFUSED = "AMX_INT8 = 1", 64, "signal 4"
_ASK_AGAIN = "Ask again: the model is reloaded. If it happens again: export OAKEN_CONTEXT=1024"


class LlamaCpp:
    """A loaded model. Close it, or use it as a context manager; a forgotten one is closed when collected."""

    def __init__(
        self,
        load: dict[str, Any],
        family: families.PromptFamily,
        why: str,
        card: ModelCard,
        process: ModelProcess,
        facts: Reply,
    ) -> None:
        self._load = load
        self._starting = threading.RLock()
        self._closed = False
        self._adopt(process)
        self._family = family
        self._card = card
        self._line = RequestQueue()
        self._fronts: dict[tuple[Turn, ...], tuple[int, ...]] = {}
        self.why = why  # why the prompt family was chosen, a clause
        self.facts: Reply = facts  # trained_window, vocabulary (size), markers, threads, batch, fill, build

    @classmethod
    def load(
        cls,
        path: Path,
        *,
        context: int = 2048,
        threads: int = 0,
        family: str = "",
        batch: int = 0,
        models: Path | None = None,
        tuning: tuned.LoadSettings | None = None,
    ) -> Self:
        """Starts the worker and loads the model in it.

        ``context`` is the window in tokens, cut to what the model was trained for; ``threads`` 0 is one for each
        physical core, less what other programs use; ``family`` is a key of ``FAMILIES`` or "template", "" finds it from
        the file; ``batch`` is how many tokens of a prompt are evaluated at once, 0 as tuned. ``models`` is the folder
        where fixed fronts and measured settings are kept; ``tuning`` goes before the latter. Raises ModelNotFoundError,
        ModelBrokenError (the file's name and why), UsageError for an unknown family, ModelError where the family cannot
        be told or the memory does not suffice.
        """
        if family and family != families.TEMPLATE:
            families.family(family)
        if context < 1:
            raise UsageError(f"A window of {context} tokens holds nothing.", "unset OAKEN_CONTEXT")
        header = check_gguf(path)
        asked = rope(header.metadata, path.stem)
        context = min(context, asked.window or header.trained_window or context)
        spoken, why = choose_family(header, family, path.name)
        free = free_memory()
        left = free - _require_memory(path, header, context, free)
        settings = tuning or tuned.known(path, models) or tuned.LoadSettings()
        load = {
            "path": str(path),
            "context": context,
            "threads": threads or settings.threads,
            "batch": batch or settings.batch,
            "flash": settings.flash,
            "cache_type": settings.cache_type,
            "rope_base": asked.base,
            "rope_scale": asked.scale,
            "models": str(models) if models else "",
            "mapped": header.repacked * 2 < header.data_bytes,
            "keep_bytes": min(_PREFIX_BYTES, left // _PREFIX_SHARE),
        }
        process, facts = _start(load)
        languages = languages_of(path.name) or header.languages
        card = ModelCard(path.stem, spoken.name, context, str(path), languages, spoken.few_shot)
        return cls(load, spoken, why, card, process, facts | {"rope": asked.why})

    @property
    def card(self) -> ModelCard:
        """Name, prompt family, window in tokens, path."""
        return self._card

    @property
    def worker(self) -> int:
        """The process id of the worker."""
        return self._process.pid

    @property
    def waiting(self) -> int:
        """Answers asked for and not yet done, the one being written among them."""
        return len(self._line)

    @property
    def log(self) -> str:
        """The last lines that llama.cpp printed, for ``--debug``."""
        return self._process.tail

    def encode(self, turns: Sequence[Turn]) -> tuple[int, ...]:
        """The token list of these turns and the assistant's opening. Answered at once, even while the model writes.

        Scaffolding gives control tokens; no text of a turn does. Raises ModelBrokenError where the worker has died.
        """
        segments = [(segment.text, segment.control) for segment in families.render(self._family, turns)]
        return tuple(self._ask("encode", segments=segments)["tokens"])

    def encode_gap(self, before: str, after: str) -> tuple[int, ...]:
        """The token list that asks for what stands between two texts. Raises ModelError where the model was not
        trained for that (``facts["fill"]``)."""
        if not self.facts["fill"]:
            raise ModelError(f"{self._card.name} was not trained to fill a gap between two texts.", CHOOSE_ANOTHER)
        return tuple(self._ask("encode", fill=[before, after])["tokens"])

    def encode_text(self, text: str) -> tuple[int, ...]:
        """The token list of a text to be continued as it stands: see ``raw`` of :meth:`stream`."""
        return tuple(self._ask("encode", segments=[(text, False)])["tokens"])

    def stream(
        self,
        prompt: Prompt,
        sampling: Sampling,
        *,
        on_place: Callable[[int], None] | None = None,
        raw: bool = False,
    ) -> TokenStream:
        """Pieces of the answer as they come: whole characters, no end token. Ends with a :class:`GenerationEnd`.

        Takes its place in line now; ``on_place`` hears of it, see :class:`TokenStream`. At most ``max_tokens`` tokens;
        where they do not fit the window with the prompt, ``prompt.reserved``. ``raw`` is for a text to be continued as
        it stands. Raises ModelError for a prompt that is empty or fills the window, ModelBusyError where the line is
        full; while it is written, ModelBrokenError where the worker dies (the next in line goes on with another).
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
        if limit > room and sampling.keep < 0:
            limit = min(prompt.reserved, room) if prompt.reserved > 0 else room
        fields = {
            "tokens": prompt.tokens,
            "limit": max(1, limit),
            "stop": () if raw else self._family.stop,
            "sampling": asdict(sampling),
            "front": self._front(prompt),
            "raw": raw,
            "verbatim": prompt.verbatim,
            "to_end": prompt.to_end,
        }
        ticket = QueuedRequest(fields, self._line)
        self._line.join(ticket)
        try:
            self._live()
        except BaseException:
            ticket.leave()
            raise
        return TokenStream(ticket, self._live, self._broken, _finish, on_place)

    def stream_between(self, before: str, after: str, tokens: tuple[int, ...], sampling: Sampling) -> TokenStream:
        """What stands between the two texts, or goes on after the first; ``tokens`` are those of both."""
        return self.stream(Prompt((), tokens, self._card.window, sampling.max_tokens), sampling, raw=True)

    def measure(self, prompt: int, tokens: int) -> tuple[float, float]:
        """Tokens a second: reading a made-up prompt of so many, and writing so many."""
        reply = self._ask("measure", prompt=prompt, tokens=tokens)
        return prompt / reply["prompt_seconds"], tokens / reply["seconds"]

    def close(self) -> None:
        """Ends the worker. An answer being written by another thread ends with ModelError."""
        self._closed = True
        with self._starting:
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _front(self, prompt: Prompt) -> int:
        """How many tokens of the prompt its fixed turns take, or its system turn: they come again with the next
        question."""
        fixed = prompt.turns[: prompt.fixed or int(prompt.turns[0].role == "system") if prompt.turns else 0]
        if not fixed:
            return 0
        if fixed not in self._fronts:
            if len(self._fronts) > 16:
                self._fronts.clear()
            self._fronts[fixed] = self.encode(fixed)
        pairs = zip(self._fronts[fixed], prompt.tokens, strict=False)
        return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))

    def _ask(self, op: str, **fields: Any) -> Reply:
        try:
            return _done(self._live().ask(op, **fields))
        except WorkerDiedError as error:
            raise self._broken(error) from error

    def _live(self) -> ModelProcess:
        """The worker, another one where it has died; whoever waits in line has been handed to it."""
        with self._starting:
            if self._closed:
                raise ModelError("The model was closed.")
            for _ in range(2):
                if not self._process.alive:
                    self._end()
                    process, _facts = _start(self._load)
                    self._adopt(process)
                try:
                    for ticket in self._line.waiting():
                        ticket.submit(self._process)
                    break
                except WorkerDiedError:
                    continue
            return self._process

    def _broken(self, error: WorkerDiedError) -> ModelError:
        if self._closed:
            return ModelError("The model was closed.")
        return ModelBrokenError(f"The model's process ended unexpectedly{_how(error)}.", _ASK_AGAIN)

    def _adopt(self, process: ModelProcess) -> None:
        self._process = process
        self._end = weakref.finalize(self, process.close)


def _require_memory(path: Path, header: GgufHeader, context: int, free: int) -> int:
    """Bytes that the model will take. Raises ModelError where they are not free."""
    weights, cache = path.stat().st_size, cache_bytes(header.metadata) + work_bytes(header.metadata)
    needed = need(weights, cache, context)
    if needed <= free:
        return needed
    for_cache = cache * context
    smaller = (free - need(weights, 0, 0)) // cache if cache else 0
    hint = (
        f"A smaller window fits: export OAKEN_CONTEXT={smaller // 256 * 256}"
        if smaller >= _SMALLEST_WINDOW
        else f"Close other programs, or take the model in fewer bits (Q4). {CHOOSE_ANOTHER}"
    )
    raise ModelError(
        f"{path.name} needs about {needed / 1e9:.1f} GB of memory ({weights / 1e9:.1f} GB of weights, "
        f"{for_cache / 1e9:.1f} GB for a window of {context:,} tokens), and {free / 1e9:.1f} GB are free.",
        hint,
    )


def _start(load: dict[str, Any]) -> tuple[ModelProcess, Reply]:
    """A worker that has loaded the model, and what it says of it."""
    name = Path(load["path"]).name
    try:
        process = ModelProcess()
    except OSError as error:
        raise ModelError(f"The model's process cannot be started: {error.strerror or error}.") from error
    try:
        reply = process.ask("load", **load)
        if reply.get("missing"):
            raise ModelError(f"llama.cpp cannot be used: {reply['error']}.", "pip install llama-cpp-python")
        if "error" in reply:
            raise ModelBrokenError(f"llama.cpp cannot load {name}: {reply['error'].rstrip('.')}.", CHOOSE_ANOTHER)
        facts: Reply = reply["done"]
        if _AMX in facts["build"] and not load.get("plain"):
            process.ask("measure", prompt=min(_TRIED, load["context"] - 1), tokens=0)
        return process, facts
    except WorkerDiedError as error:
        process.close()
        if str(error).startswith(_REFUSED) and not load.get("plain"):
            return _start(load | {"plain": True})
        raise ModelBrokenError(f"llama.cpp failed while it loaded {name}{_how(error)}.", CHOOSE_ANOTHER) from error
    except BaseException:  # a Ctrl-C while it loads too
        process.close()
        raise


def _done(reply: Reply) -> Reply:
    if "error" in reply:
        raise ModelError(f"llama.cpp could not go on: {reply['error'].rstrip('.')}.", _ASK_AGAIN)
    done: Reply = reply["done"]
    return done


def _finish(reply: Reply) -> GenerationEnd:
    done = _done(reply)
    return GenerationEnd(
        done["finish"],
        done["prompt_tokens"],
        done["tokens"],
        done["first_seconds"],
        done["seconds"],
        done["evaluated"],
    )


def _how(error: WorkerDiedError) -> str:
    first = str(error).partition("\n")[0]
    return f" ({first})" if first.startswith(("signal", "exit code")) else ""
