"""The loaded model: evaluates prompts and generates answers, through llama.cpp's own functions. Runs in the worker.

One thread generates; tokenising may go on in another. Whatever was asked before, the same prompt and settings give the
same answer: see :meth:`Engine._evaluate`.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.model.prompting.families import PromptSegment
from rag.model.worker.constrained import VerbatimConstraint
from rag.model.worker.grammar import json_grammar
from rag.model.worker.prefix_cache import CachedPrefix, PrefixCache, SavedPrefixes, Tokens, shared
from rag.model.worker.sampling import Sampler
from rag.model.worker.threads import ThreadPlan, cores
from rag.model.worker.tokens import AnswerText, ModelVocabulary
from rag.priority import answer_in_progress

PROMPT_BATCH = 128  # tokens of the prompt evaluated at a time: on two cores as fast as 512, and sooner cancelled
PREFIX_STEP_TOKENS = 8  # a reused prefix is cut at multiples of this many tokens
_WARNING, _ERROR, _CONTINUED = 3, 4, 5  # ggml.h: enum ggml_log_level
_DECODE_ABORTED = 2  # llama.h: what llama_decode returns then
_KV_TYPES = {"f16": 1, "q8_0": 8}  # ggml.h: enum ggml_type
_TOKENS_PER_THREAD_CHECK = 16  # tokens between two adjustments of the number of threads

Request = dict[str, Any]
Reply = dict[str, Any]
NO_STATISTICS: Reply = {"prompt_tokens": 0, "tokens": 0, "evaluated": 0, "first_seconds": 0.0, "seconds": 0.0}


class StopRequest:
    """A flag that llama.cpp checks between any two steps of its work.

    It calls back a thousand times a token. A callback in Python would need the interpreter each time; C's ``strlen`` of
    a string that is empty, or not, says the same in nanoseconds.
    """

    def __init__(self) -> None:
        self._text = ctypes.create_string_buffer(8)
        library = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
        self.function = library.strlen
        self.data = ctypes.cast(self._text, ctypes.c_void_p)

    def set(self) -> None:
        """Request a stop as soon as possible."""
        self._text[0] = b"x"

    def clear(self) -> None:
        """Clear the request."""
        self._text[0] = b"\0"

    def __bool__(self) -> bool:
        return self._text[0] != b"\0"


class HaltedError(Exception):
    """The prompt was not evaluated to its end."""


class Engine:
    """A model and its one context."""

    def __init__(self) -> None:
        self.halt = StopRequest()
        self._errors: list[str] = []
        self._vocabulary: ModelVocabulary | None = None
        self._threads: ThreadPlan | None = None
        self._evaluated_tokens: Tokens = np.empty(0, dtype=np.int32)  # evaluated as a prompt, from position 0 on
        self._logits: NDArray[np.float32] | None = None  # after the last token held
        self._evaluated = 0  # tokens of the last prompt

    def load(self, request: Request) -> Reply:
        """Load the model; return what the vocabulary and llama.cpp say of it. Raises RuntimeError with the reason."""
        import llama_cpp

        self._c = llama_cpp
        self._log_callback = llama_cpp.llama_log_callback(self._log)  # ctypes does not keep it alive
        llama_cpp.llama_log_set(self._log_callback, None)
        llama_cpp.llama_backend_init()
        how = llama_cpp.llama_model_default_params()
        if not request["mapped"]:  # weights that are copied into another layout would be in memory twice
            how.load_mode = llama_cpp.LLAMA_LOAD_MODE_NONE
        how.use_extra_bufts = not request.get("plain")  # AMX, and weights repacked
        self._model = llama_cpp.llama_model_load_from_file(os.fsencode(request["path"]), how)
        if not self._model:
            raise RuntimeError(self._errors[0] if self._errors else "it cannot be loaded")
        if llama_cpp.llama_model_has_encoder(self._model) or not llama_cpp.llama_model_has_decoder(self._model):
            raise RuntimeError("it is not a model that continues a text")
        threads = request["threads"] or cores()
        self._threads = ThreadPlan(threads, follow=not request["threads"])
        params = self._parameters(request, threads)
        self._context = llama_cpp.llama_init_from_model(self._model, params)
        if not self._context:
            raise RuntimeError(self._errors[0] if self._errors else "its context cannot be made")
        self._batch = params.n_ubatch
        self._window = llama_cpp.llama_n_ctx(self._context)
        self._memory = llama_cpp.llama_get_memory(self._context)
        self._can_truncate = not (
            llama_cpp.llama_model_is_recurrent(self._model) or llama_cpp.llama_model_is_hybrid(self._model)
        )
        # With flash attention a token's logits depend on what is evaluated with it: only whole batches are reused.
        self._step = self._batch if request["flash"] else PREFIX_STEP_TOKENS
        self._lock_folder = Path(request["models"]) if request["models"] else None
        folder = self._lock_folder / "fronts" if self._lock_folder else None
        self._saved_prefixes = SavedPrefixes(folder, self._identity(request))
        self._prefixes = PrefixCache(request["keep_bytes"])
        vocabulary = self._vocabulary = ModelVocabulary(self._model)
        return {
            "trained_window": llama_cpp.llama_model_n_ctx_train(self._model),
            "vocabulary": vocabulary.size,
            "markers": sorted(vocabulary.markers),
            "threads": threads,
            "batch": self._batch,
            "fill": vocabulary.fill is not None,
            "build": build(),
        }

    def measure_load(self) -> None:
        """Measure how busy the machine is; called now and then by another thread."""
        if self._threads is not None:
            self._threads.measure_load()

    def encode(self, request: Request) -> Reply:
        """Return the tokens of the segments; with ``fill``, those of a gap between two texts instead."""
        assert self._vocabulary is not None
        if "fill" in request:
            return {"tokens": self._vocabulary.encode_gap(*request["fill"])}
        segments = (PromptSegment(text, control) for text, control in request["segments"])
        return {"tokens": self._vocabulary.encode(segments)}

    def grammar(self, request: Request) -> Reply:
        """Return the grammar of a JSON schema. Raises ValueError where it has none that llama.cpp takes."""
        assert self._vocabulary is not None
        grammar = json_grammar(request["schema"])
        self._c.llama_sampler_free(self._vocabulary.grammar(grammar))
        return {"grammar": grammar}

    def generate(self, request: Request) -> Iterator[str | Reply]:
        """Yield pieces of text, then one closing reply: how it ended, tokens, and seconds to the first and in all."""
        assert self._vocabulary is not None
        with answer_in_progress(self._lock_folder):
            yield from self._generate(request, self._vocabulary)

    def _generate(self, request: Request, vocabulary: ModelVocabulary) -> Iterator[str | Reply]:
        sampling = request["sampling"]
        prompt = np.asarray(request["tokens"], dtype=np.int32)
        if len(prompt) and not (prompt.min() >= 0 and prompt.max() < vocabulary.size):
            raise ValueError("the prompt has tokens that the vocabulary has not")
        ends = vocabulary.ends | {vocabulary.markers[stop] for stop in request["stop"] if stop in vocabulary.markers}
        unknown = [stop for stop in request["stop"] if stop not in vocabulary.markers]
        text = AnswerText(unknown, vocabulary.leading_space and not request.get("raw"))
        begun, first, count, finish, evaluated = time.perf_counter(), 0.0, 0, "length", 0
        alarm = threading.Timer(sampling["max_seconds"], self.halt.set) if sampling["max_seconds"] > 0 else None
        if alarm is not None:
            alarm.daemon = True
            alarm.start()
        constraint = vocabulary.grammar(request["grammar"]) if request.get("grammar") else None
        sampler = Sampler(sampling, request["tokens"], self._window, vocabulary.size, constraint)
        copied = request.get("verbatim")
        stops = ends | vocabulary.beginning(unknown) if copied else ends
        verbatim = (
            VerbatimConstraint(copied, vocabulary.by_bytes(), stops, to_end=request.get("to_end", False))
            if copied
            else None
        )
        try:
            evaluated = self._prompt(prompt, min(request.get("front", 0), len(prompt)))
            assert self._logits is not None
            token = verbatim.draw(self._logits) if verbatim else sampler.first(self._logits)
            position = len(prompt)
            first = time.perf_counter() - begun
            while token not in ends:
                count += 1
                if piece := text.feed(vocabulary.piece(token)):
                    yield piece
                if text.stopped or self.halt or count >= request["limit"]:
                    break
                if position >= self._window:
                    if sampling["keep"] < 0 or not self._c.llama_memory_can_shift(self._memory):
                        break
                    position = self._make_room(sampling["keep"], position)
                if count % _TOKENS_PER_THREAD_CHECK == 0:
                    self._set_threads()
                self._decode([token])
                position += 1
                token = verbatim.draw(self._last_logits()) if verbatim else sampler.next(self._context)
            if text.stopped or token in ends:
                finish = "stop"
        except HaltedError:
            pass
        finally:
            sampler.close()
            if alarm is not None:
                alarm.cancel()
        if self.halt and finish != "stop":
            over = alarm is not None and time.perf_counter() - begun >= sampling["max_seconds"]
            finish = "length" if over else "cancelled"
        if rest := text.rest():
            yield rest
        yield {
            "finish": finish,
            "prompt_tokens": len(prompt),
            "tokens": count,
            "evaluated": evaluated,
            "first_seconds": first,
            "seconds": time.perf_counter() - begun,
        }

    def measure(self, request: Request) -> Reply:
        """Return the seconds for a made-up prompt of so many tokens, and for writing so many; nothing is reused."""
        assert self._vocabulary is not None
        self._truncate(0)
        made_up = np.arange(request["prompt"], dtype=np.int32) * 7919 % self._vocabulary.size
        begun = time.perf_counter()
        self._prompt(made_up, 0)
        read = time.perf_counter()
        for token in made_up[: request["tokens"]]:
            self._decode([int(token)])
        return {"prompt_seconds": read - begun, "seconds": time.perf_counter() - read}

    def _prompt(self, prompt: Tokens, front: int) -> int:
        """Bring the context to the prompt's end, with its logits; return how many tokens had to be evaluated."""
        self._set_threads()
        self._evaluated = 0
        start = self._reuse(prompt)
        if start == len(prompt) and self._logits is not None:
            return 0
        front = front // self._step * self._step
        if start < front >= 2 * PREFIX_STEP_TOKENS:
            start = self._load_fixed_prefix(prompt[:front], start)
        self._evaluate(prompt, start)
        self._logits = self._last_logits().copy()
        return self._evaluated

    def _last_logits(self) -> NDArray[np.float32]:
        assert self._vocabulary is not None
        logits = self._c.llama_get_logits_ith(self._context, -1)
        return np.ctypeslib.as_array(logits, (self._vocabulary.size,))

    def _load_fixed_prefix(self, front: Tokens, start: int) -> int:
        """Load the prompt's fixed prefix from disk, or evaluate and save it; return its length."""
        tokens = front.tolist()
        state = self._saved_prefixes.read(tokens)
        if state is not None and self._restore(CachedPrefix(front, state)):
            return len(front)
        self._evaluate(front, min(start, len(self._evaluated_tokens)))
        self._saved_prefixes.write(tokens, self._state())
        return len(front)

    def _reuse(self, prompt: Tokens) -> int:
        """Cut the context, or restore a cached one, to the prefix it shares with the prompt; return its length.

        The whole prompt counts only where the logits after its last token are known too.
        """
        live = shared(self._evaluated_tokens, prompt)
        kept, common = self._prefixes.best(prompt)
        if (
            common > live or len(self._evaluated_tokens) - live >= PREFIX_STEP_TOKENS
        ):  # the context belongs to another conversation
            self._remember()
        if kept is not None and common > live:
            live = common if self._restore(kept) else 0
        if live == len(prompt) == len(self._evaluated_tokens) and self._logits is not None:
            self._truncate(live)
            return live
        # Never the last token alone: see _evaluate.
        start = max(0, min(live, len(prompt) - 2)) // self._step * self._step
        return start if self._truncate(start) else 0

    def _evaluate(self, prompt: Tokens, start: int) -> None:
        """Evaluate the prompt from ``start`` on. Raises HaltedError.

        llama.cpp multiplies by a matrix in one way for a single token and in another for several (logits differ by up
        to .4), and rows in groups of four where it repacks weights. Without flash attention that is all: cut at
        multiples of eight, and never a token alone, the same prompt gives the same logits to the last bit however it is
        cut. With flash attention whole batches do.
        """
        at = start
        while at < len(prompt):
            size = min(self._batch, len(prompt) - at)
            if len(prompt) - at - size == 1 and size > PREFIX_STEP_TOKENS:
                size -= PREFIX_STEP_TOKENS
            self._decode(prompt[at : at + size])
            at += size
            self._evaluated += size
            self._evaluated_tokens = prompt[:at]
            self._logits = None

    def _decode(self, tokens: Any) -> None:
        data = np.ascontiguousarray(tokens, dtype=np.int32)
        pointer = data.ctypes.data_as(ctypes.POINTER(ctypes.c_int32))
        status = self._c.llama_decode(self._context, self._c.llama_batch_get_one(pointer, len(data)))
        if status == _DECODE_ABORTED or (status and self.halt):
            raise HaltedError
        if status:
            self._truncate(0)
            raise RuntimeError(self._errors[-1] if self._errors else f"llama_decode returned {status}")

    def _make_room(self, keep: int, position: int) -> int:
        """Drop the older half of what follows the first ``keep`` tokens; return the position to go on from."""
        keep = min(keep, self._window - 2 * PREFIX_STEP_TOKENS)
        gone = max(1, (position - keep) // 2)
        self._c.llama_memory_seq_rm(self._memory, 0, keep, keep + gone)
        self._c.llama_memory_seq_add(self._memory, 0, keep + gone, position, -gone)
        self._evaluated_tokens, self._logits = self._evaluated_tokens[:keep], None
        return position - gone

    def _truncate(self, length: int) -> bool:
        """Cut the context to ``length`` tokens; return False where it cannot be cut and is empty now."""
        whole = length and (self._can_truncate or length == len(self._evaluated_tokens))
        if whole and self._c.llama_memory_seq_rm(self._memory, 0, length, -1):
            if length < len(self._evaluated_tokens):
                self._evaluated_tokens, self._logits = self._evaluated_tokens[:length], None
            return True
        self._c.llama_memory_clear(self._memory, False)
        self._evaluated_tokens, self._logits = self._evaluated_tokens[:0], None
        return not length

    def _remember(self) -> None:
        if self._can_truncate and self._truncate(len(self._evaluated_tokens)):
            self._prefixes.keep(CachedPrefix(self._evaluated_tokens, self._state(), self._logits))

    def _restore(self, prefix: CachedPrefix) -> bool:
        self._truncate(0)
        data = ctypes.cast(ctypes.c_char_p(prefix.state), ctypes.POINTER(ctypes.c_uint8))
        if not self._c.llama_state_seq_set_data(self._context, data, len(prefix.state), 0):
            self._truncate(0)
            return False
        self._evaluated_tokens, self._logits = prefix.tokens, prefix.logits
        return True

    def _state(self) -> bytes:
        size = self._c.llama_state_seq_get_size(self._context, 0)
        data = (ctypes.c_uint8 * size)()
        return ctypes.string_at(data, self._c.llama_state_seq_get_data(self._context, data, size, 0))

    def _set_threads(self) -> None:
        assert self._threads is not None
        now = self._threads.now()
        self._c.llama_set_n_threads(self._context, now, now)

    def _parameters(self, request: Request, threads: int) -> Any:
        params = self._c.llama_context_default_params()
        params.n_ctx = request["context"]
        params.n_batch = params.n_ubatch = min(request["batch"] or PROMPT_BATCH, request["context"])
        params.n_outputs_max = 1  # logits of the last token only: a smaller buffer
        params.n_threads = params.n_threads_batch = threads
        params.flash_attn_type = 1 if request["flash"] else 0
        params.type_k = _KV_TYPES[request["cache_type"]]
        params.type_v = params.type_k if request["flash"] else _KV_TYPES["f16"]
        params.rope_freq_base = request["rope_base"]
        params.rope_freq_scale = request["rope_scale"]
        params.no_perf = True
        params.abort_callback = ctypes.cast(self.halt.function, self._c.ggml_abort_callback)
        params.abort_callback_data = self.halt.data
        return params

    def _identity(self, request: Request) -> str:
        """Return what a saved state depends on beside its tokens."""
        settings = (request[key] for key in ("flash", "cache_type", "rope_base", "rope_scale"))
        return "|".join(map(str, (fingerprint(Path(request["path"])), build(), *settings)))

    def _log(self, level: int, text: bytes, _: object) -> None:
        """Print warnings and errors to standard error; the first error is the reason of a failed load."""
        if level == _ERROR and len(self._errors) < 8:
            line = text.decode("utf-8", "replace").strip()
            self._errors.append(line.partition(": ")[2] or line)
        if _WARNING <= level <= _CONTINUED:
            sys.stderr.write(text.decode("utf-8", "replace"))


def fingerprint(path: Path) -> str:
    """Return 16 digits that change with the file: its size, its time, its first megabyte."""
    status = path.stat()
    with path.open("rb") as file:
        head = file.read(2**20)
    return hashlib.sha256(head + f"{status.st_size}|{status.st_mtime_ns}".encode()).hexdigest()[:16]


def build() -> str:
    """Return llama.cpp's version and build features."""
    import llama_cpp

    used = llama_cpp.llama_print_system_info().decode("utf-8", "replace")
    return f"{llama_cpp.__version__} {' '.join(used.replace('|', ' ').split())}"
