"""A GGUF model run by llama.cpp behind ``ChatModel``. The model itself lives in a worker process.

Several threads may ask at once: answers are generated one after the other, in order of request, and each may be
stopped. Nothing here knows of documents.
"""

from __future__ import annotations

import itertools
import signal
import threading
import weakref
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from rag.child_process import exit_name
from rag.errors import ModelBrokenError, ModelError, PromptError, UsageError
from rag.interfaces import ModelCard
from rag.messages import Message
from rag.model.files.check import CHOOSE_ANOTHER, check_gguf
from rag.model.files.family import choose_family
from rag.model.files.gguf import GgufHeader
from rag.model.files.known_models import languages_of
from rag.model.files.memory import bytes_needed, cache_bytes, free_memory, work_bytes
from rag.model.files.rope import rope_scaling
from rag.model.local import tuned
from rag.model.local.process import ModelProcess, Reply, WorkerDiedError
from rag.model.local.queue import QueuedRequest, RequestQueue, TokenStream
from rag.model.prompting import families
from rag.types import GenerationEnd, Prompt, Sampling, Turn

_PREFIX_SHARE, _PREFIX_BYTES = 8, 512 * 2**20  # prefix cache: an eighth of the free memory, at most this
_MIN_WINDOW_TOKENS = 512  # tokens: below that no answer has room
# Compiled by gcc 12, llama.cpp's AMX code dies of the first prompt: that compiler forgets half of the tiles' shape. So
# where AMX is in it, a prompt is tried first, and without it where the processor refused.
_AMX, _TRIED = "AMX_INT8 = 1", 64
_ASK_AGAIN = Message("Ask again: the model is reloaded. If it happens again: export OAKEN_CONTEXT=1024")


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
        self._queue = RequestQueue()
        self._fixed_prefixes: dict[tuple[Turn, ...], tuple[int, ...]] = {}
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
        """Start the worker and load the model in it.

        ``context`` is the window in tokens, capped at the trained context length; ``threads`` 0 is one for each
        physical core, less what other programs use; ``family`` is a key of ``FAMILIES`` or "template", "" detects it
        from the file; ``batch`` is how many tokens of a prompt are evaluated at once, 0 as tuned. ``models`` is the
        folder that holds saved prefixes and measured settings; ``tuning`` overrides the latter. Raises
        ModelNotFoundError, ModelBrokenError (the file's name and why), UsageError for an unknown family, ModelError
        where the family cannot be determined or memory is too small.
        """
        if family and family != families.TEMPLATE:
            families.family(family)
        if context < 1:
            raise UsageError(
                Message("A window of {tokens} tokens is too small.", tokens=context), "unset OAKEN_CONTEXT"
            )
        header = check_gguf(path)
        scaling = rope_scaling(header.metadata, path.stem)
        context = min(context, scaling.window or header.trained_window or context)
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
            "rope_base": scaling.base,
            "rope_scale": scaling.scale,
            "models": str(models) if models else "",
            "mapped": header.repacked * 2 < header.data_bytes,
            "keep_bytes": min(_PREFIX_BYTES, left // _PREFIX_SHARE),
        }
        process, facts = _start(load)
        languages = languages_of(path.name) or header.languages
        card = ModelCard(path.stem, spoken.name, context, str(path), languages, spoken.few_shot)
        return cls(load, spoken, why, card, process, facts | {"rope": scaling.why})

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
        """The number of requests not yet done, including the running one."""
        return len(self._queue)

    @property
    def log(self) -> str:
        """The last lines that llama.cpp printed, for ``--debug``."""
        return self._process.tail

    def encode(self, turns: Sequence[Turn]) -> tuple[int, ...]:
        """Return the tokens of these turns and the assistant's opening.

        Answered at once, even while the model generates. The scaffolding gives control tokens; no text of a turn does.
        Raises ModelBrokenError where the worker has died.
        """
        segments = [(segment.text, segment.control) for segment in families.render(self._family, turns)]
        return tuple(self._ask("encode", segments=segments)["tokens"])

    def encode_gap(self, before: str, after: str) -> tuple[int, ...]:
        """Return the tokens that ask for what stands between two texts.

        Raises ModelError where the model was not trained for that (``facts["fill"]``).
        """
        if not self.facts["fill"]:
            raise ModelError(
                Message("{name} was not trained to fill a gap between two texts.", name=self._card.name), CHOOSE_ANOTHER
            )
        return tuple(self._ask("encode", fill=[before, after])["tokens"])

    def encode_text(self, text: str) -> tuple[int, ...]:
        """Return the tokens of a text to be continued as it stands: see ``raw`` of :meth:`stream`."""
        return tuple(self._ask("encode", segments=[(text, False)])["tokens"])

    def stream(
        self,
        prompt: Prompt,
        sampling: Sampling,
        *,
        on_position: Callable[[int], None] | None = None,
        raw: bool = False,
    ) -> TokenStream:
        """Stream the answer in pieces of whole characters, without the end token; ends with a :class:`GenerationEnd`.

        Joins the queue now; ``on_position`` is told its position, see :class:`TokenStream`. At most ``max_tokens``
        tokens; where they do not fit the window with the prompt, ``prompt.reserved``. ``raw`` is for a text to be
        continued as it stands. Raises PromptError for a prompt that is empty or fills the window, UsageError for a JSON
        schema that cannot be followed, ModelBusyError where the queue is full; during the generation, ModelBrokenError
        where the worker dies (the next in the queue gets another one).
        """
        length, window = len(prompt.tokens), self._card.window
        if not length:
            raise PromptError(Message("The prompt is empty."))
        if length >= window:
            raise PromptError(
                Message(
                    "The prompt is {tokens:,} tokens long and the model's window {window:,}: no room is left to "
                    "answer.",
                    tokens=length,
                    window=window,
                ),
                Message("Ask with fewer passages or a shorter question, or widen it: export OAKEN_CONTEXT=4096"),
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
            "front": self._fixed_prefix_length(prompt),
            "raw": raw,
            "verbatim": prompt.verbatim,
            "to_end": prompt.to_end,
        }
        if prompt.json_schema:
            fields["grammar"] = self._grammar(prompt.json_schema)
        request = QueuedRequest(fields, self._queue)
        self._queue.join(request)
        try:
            self._live()
        except BaseException:
            request.leave()
            raise
        return TokenStream(request, self._live, self._broken_error, _generation_end, on_position)

    def stream_between(self, before: str, after: str, tokens: tuple[int, ...], sampling: Sampling) -> TokenStream:
        """Stream what stands between the two texts, or follows the first; ``tokens`` are those of both."""
        return self.stream(Prompt((), tokens, self._card.window, sampling.max_tokens), sampling, raw=True)

    def _grammar(self, schema: str) -> str:
        """Return llama.cpp's grammar of the texts that follow a JSON schema. Raises UsageError where there is none."""
        try:
            reply = self._live().ask("grammar", schema=schema)
        except WorkerDiedError as error:
            raise self._broken_error(error) from error
        if "error" in reply:
            raise UsageError(Message("The JSON schema cannot be followed: {why}.", why=reply["error"].rstrip(".")))
        return str(reply["done"]["grammar"])

    def measure(self, prompt: int, tokens: int) -> tuple[float, float]:
        """Return tokens per second for reading a made-up prompt of so many tokens, and for writing so many."""
        reply = self._ask("measure", prompt=prompt, tokens=tokens)
        return prompt / reply["prompt_seconds"], tokens / reply["seconds"]

    def close(self) -> None:
        """End the worker. An answer being generated for another thread ends with ModelError."""
        self._closed = True
        with self._starting:
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _fixed_prefix_length(self, prompt: Prompt) -> int:
        """Return how many tokens the prompt's fixed turns, or its system turn, take: the next question repeats them."""
        fixed = prompt.turns[: prompt.fixed or int(prompt.turns[0].role == "system") if prompt.turns else 0]
        if not fixed:
            return 0
        if fixed not in self._fixed_prefixes:
            if len(self._fixed_prefixes) > 16:
                self._fixed_prefixes.clear()
            self._fixed_prefixes[fixed] = self.encode(fixed)
        pairs = zip(self._fixed_prefixes[fixed], prompt.tokens, strict=False)
        return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))

    def _ask(self, op: str, **fields: Any) -> Reply:
        try:
            return _checked_reply(self._live().ask(op, **fields))
        except WorkerDiedError as error:
            raise self._broken_error(error) from error

    def _live(self) -> ModelProcess:
        """Return the worker, a new one where it has died; the waiting requests have been handed to it."""
        with self._starting:
            if self._closed:
                raise ModelError(Message("The model was closed."))
            for _ in range(2):
                if not self._process.alive:
                    self._end()
                    process, _facts = _start(self._load)
                    self._adopt(process)
                try:
                    for request in self._queue.waiting():
                        request.submit(self._process)
                    break
                except WorkerDiedError:
                    continue
            return self._process

    def _broken_error(self, error: WorkerDiedError) -> ModelError:
        if self._closed:
            return ModelError(Message("The model was closed."))
        return ModelBrokenError(
            Message("The model's process ended unexpectedly{how}.", how=_error_clause(error)), _ASK_AGAIN
        )

    def _adopt(self, process: ModelProcess) -> None:
        self._process = process
        self._end = weakref.finalize(self, process.close)


def _require_memory(path: Path, header: GgufHeader, context: int, free: int) -> int:
    """Return the bytes that the model will take. Raises ModelError where they are not free."""
    weights, cache = path.stat().st_size, cache_bytes(header.metadata) + work_bytes(header.metadata)
    needed = bytes_needed(weights, cache, context)
    if needed <= free:
        return needed
    for_cache = cache * context
    smaller = (free - bytes_needed(weights, 0, 0)) // cache if cache else 0
    hint = (
        Message("A smaller window fits: export OAKEN_CONTEXT={smaller}", smaller=smaller // 256 * 256)
        if smaller >= _MIN_WINDOW_TOKENS
        else Message(
            "Close other programs, or use the model with fewer bits (Q4). {choose_another}",
            choose_another=CHOOSE_ANOTHER,
        )
    )
    raise ModelError(
        Message(
            "{name} needs about {needed:.1f} GB of memory ({weights:.1f} GB of weights, {for_cache:.1f} "
            "GB for a window of {context:,} tokens), and {free:.1f} GB are free.",
            name=path.name,
            needed=needed / 1000000000.0,
            weights=weights / 1000000000.0,
            for_cache=for_cache / 1000000000.0,
            context=context,
            free=free / 1000000000.0,
        ),
        hint,
    )


def _start(load: dict[str, Any]) -> tuple[ModelProcess, Reply]:
    """Start a worker, load the model, and return both the worker and its reply."""
    name = Path(load["path"]).name
    try:
        process = ModelProcess()
    except OSError as error:
        raise ModelError(Message("The model's process cannot be started: {why}.", why=error)) from error
    try:
        reply = process.ask("load", **load)
        if reply.get("missing"):
            raise ModelError(
                Message("llama.cpp cannot be used: {error}.", error=reply["error"]), "pip install llama-cpp-python"
            )
        if "error" in reply:
            raise ModelBrokenError(
                Message("llama.cpp cannot load {model}: {why}.", model=name, why=reply["error"].rstrip(".")),
                CHOOSE_ANOTHER,
            )
        facts: Reply = reply["done"]
        if _AMX in facts["build"] and not load.get("plain"):
            process.ask("measure", prompt=min(_TRIED, load["context"] - 1), tokens=0)
        return process, facts
    except WorkerDiedError as error:
        process.close()
        if error.code == -signal.SIGILL and not load.get("plain"):
            return _start(load | {"plain": True})
        raise ModelBrokenError(
            Message("llama.cpp failed while it loaded {name}{how}.", name=name, how=_error_clause(error)),
            CHOOSE_ANOTHER,
        ) from error
    except BaseException:  # a Ctrl-C while it loads too
        process.close()
        raise


def _checked_reply(reply: Reply) -> Reply:
    if "error" in reply:
        raise ModelError(
            Message("llama.cpp could not continue: {error}.", error=reply["error"].rstrip(".")), _ASK_AGAIN
        )
    done: Reply = reply["done"]
    return done


def _generation_end(reply: Reply) -> GenerationEnd:
    done = _checked_reply(reply)
    return GenerationEnd(
        done["finish"],
        done["prompt_tokens"],
        done["tokens"],
        done["first_seconds"],
        done["seconds"],
        done["evaluated"],
    )


def _error_clause(error: WorkerDiedError) -> str:
    return "" if error.code is None else f" ({exit_name(error.code)})"
