"""The process that holds the model: ``python -m rag.model.worker``, spoken to in JSON lines on its pipes.

llama.cpp is native code whose assertions end the process, and one context must not be entered twice: so it lives
here, alone, and one thread generates. Requests are answered in the order they came, except that ``encode`` and
``cancel`` are served at once. The process ends with its standard input, or with its parent.

    {"id": 1, "op": "load", "path", "context", "threads"}      -> {"id": 1, "done": {facts}}
    {"id": 2, "op": "encode", "segments": [[text, control]]}   -> {"id": 2, "done": {"tokens"}}
    {"id": 3, "op": "generate", "tokens", "limit", "stop", "sampling"}
                            -> {"id": 3, "piece": "…"} …       -> {"id": 3, "done": {"finish", "tokens", …}}
    {"id": 3, "op": "cancel"}                                  (no reply of its own)
    a request that fails                                       -> {"id": n, "error": "…"}
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from typing import Any, BinaryIO

from rag.model.formats import Segment
from rag.model.tokens import AnswerText, Vocabulary

BLOCK = 128  # tokens of the prompt evaluated at a time: on two cores as fast as 512
_PARENT_CHECK = 1.0  # seconds between looks at whether the parent is still there
_WARNING, _ERROR, _CONTINUED = 3, 4, 5  # ggml.h: enum ggml_log_level

_NOTHING = {"prompt_tokens": 0, "tokens": 0, "first_seconds": 0.0, "seconds": 0.0}

Request = dict[str, Any]
Reply = dict[str, Any]


class Engine:
    """The loaded model: generates in one thread, tokenises in any."""

    def __init__(self) -> None:
        self._llm: Any = None
        self._vocabulary: Vocabulary | None = None
        self._errors: list[str] = []
        self._known = 0  # tokens at the cache's front that were evaluated as a prompt
        self.cancelled = threading.Event()

    def load(self, request: Request) -> Reply:
        """Loads the model; returns what the vocabulary and llama.cpp say of it."""
        import llama_cpp

        self._callbacks = (
            llama_cpp.llama_log_callback(self._log),
            llama_cpp.ggml_abort_callback(lambda _: self.cancelled.is_set()),
        )  # ctypes does not keep them alive
        llama_cpp.llama_log_set(self._callbacks[0], None)
        threads = request["threads"] or _processors()
        try:
            self._llm = llm = llama_cpp.Llama(
                request["path"],
                n_ctx=request["context"],
                n_batch=BLOCK,
                n_threads=threads,
                n_threads_batch=threads,
                verbose=True,  # otherwise the reason of a failure is swallowed
            )
        except Exception as error:
            raise RuntimeError(self._errors[0] if self._errors else str(error)) from error
        llm.verbose = False
        llama_cpp.llama_set_abort_callback(llm.ctx, self._callbacks[1], None)
        vocabulary = self._vocabulary = Vocabulary(llm._model)
        return {
            "metadata": llm.metadata,
            "trained_window": llm._model.n_ctx_train(),
            "vocabulary": llm.n_vocab(),
            "markers": sorted(vocabulary.markers),
            "threads": threads,
        }

    def encode(self, request: Request) -> Reply:
        """The token list of the segments."""
        assert self._vocabulary is not None
        segments = (Segment(text, control) for text, control in request["segments"])
        return {"tokens": self._vocabulary.encode(segments)}

    def generate(self, request: Request) -> Iterator[str | Reply]:
        """Pieces of text, then one closing reply: how it ended, tokens, and seconds to the first and in all."""
        assert self._vocabulary is not None
        vocabulary, llm, sampling = self._vocabulary, self._llm, request["sampling"]
        ends = vocabulary.ends | {vocabulary.markers[stop] for stop in request["stop"] if stop in vocabulary.markers}
        unknown = [stop for stop in request["stop"] if stop not in vocabulary.markers]
        text = AnswerText(unknown, vocabulary.leading_space)
        llm.set_seed(sampling["seed"] % 2**32)
        llm.last_n_tokens_size = sampling["repeat_last_n"]
        begun, first, count, finish = time.perf_counter(), 0.0, 0, "length"
        prompt = request["tokens"]
        self._keep_front(prompt)
        tokens = llm.generate(
            prompt,
            temp=max(0.0, sampling["temperature"]),
            top_k=sampling["top_k"],
            top_p=sampling["top_p"],
            min_p=0.0,
            typical_p=sampling["typical_p"],
            repeat_penalty=sampling["repeat_penalty"],
        )
        try:
            for token in tokens:
                first = first or time.perf_counter() - begun
                if self.cancelled.is_set():
                    finish = "cancelled"
                    break
                if token in ends:
                    finish = "stop"
                    break
                count += 1
                if piece := text.feed(vocabulary.piece(token)):
                    yield piece
                if text.stopped:
                    finish = "stop"
                    break
                if count >= request["limit"]:
                    break
        except RuntimeError:
            self._recover()
            if not self.cancelled.is_set():
                raise
            finish = "cancelled"
        self._known = min(len(prompt), llm.n_tokens)
        if rest := text.rest():
            yield rest
        yield {
            "finish": finish,
            "prompt_tokens": len(prompt),
            "tokens": count,
            "first_seconds": first,
            "seconds": time.perf_counter() - begun,
        }

    def _keep_front(self, prompt: list[int]) -> None:
        """Cuts the cache to what the prompt shares with the one before, in whole blocks: ``Llama`` goes on there.

        Evaluated in other pieces the same tokens give other logits (by up to 0.7 where a last token was replayed
        alone), enough to change a greedy answer. With cuts at multiples of the block only, and answers' own
        tokens never kept, a prompt gives the same logits whatever was asked before.
        """
        llm = self._llm
        front = min(self._known, len(prompt) - 1)
        same = next((at for at in range(front) if llm.input_ids[at] != prompt[at]), front)
        llm.n_tokens = same // BLOCK * BLOCK
        llm._requires_eval = True
        if llm._is_recurrent or llm._is_hybrid:  # its state cannot be cut
            llm.reset()

    def _recover(self) -> None:
        """After an evaluation that broke off: what it had finished stays, the logits are worth nothing.

        ``n_tokens`` counts whole batches only, and the next evaluation begins by cutting the cache there.
        """
        self._llm._requires_eval = True
        if not self.cancelled.is_set():
            self._llm.reset()
            self._known = 0

    def _log(self, level: int, text: bytes, _: object) -> None:
        """Warnings and errors go to standard error; the first error is the reason of a failed load."""
        if level == _ERROR and len(self._errors) < 8:
            line = text.decode("utf-8", "replace").strip()
            self._errors.append(line.partition(": ")[2] or line)
        if _WARNING <= level <= _CONTINUED:
            sys.stderr.write(text.decode("utf-8", "replace"))


class Worker:
    """Reads requests in one thread, generates in another, and keeps those that wait in line between them."""

    def __init__(self, requests: BinaryIO, replies: BinaryIO) -> None:
        self._requests = requests
        self._replies = replies
        self._writing = threading.Lock()
        self._engine = Engine()
        self._line: deque[Request] = deque()
        self._turn = threading.Condition()  # guards the line and which request is being served
        self._serving = 0

    def run(self) -> None:
        """Serves until the standard input ends; never returns."""
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
        while True:
            with self._turn:
                self._serving = 0
                self._turn.wait_for(lambda: self._line)
                request = self._line.popleft()
                self._serving = request["id"]
                self._engine.cancelled.clear()
            self._serve(request)

    def _read(self) -> None:
        for line in self._requests:
            request = json.loads(line)
            if request["op"] == "encode":
                self._serve(request)
            elif request["op"] == "cancel":
                self._cancel(request["id"])
            else:
                with self._turn:
                    self._line.append(request)
                    self._turn.notify()
        os._exit(0)  # at once, even in the middle of an evaluation

    def _cancel(self, number: int) -> None:
        with self._turn:
            if number == self._serving:
                self._engine.cancelled.set()
                return
            waiting = deque(request for request in self._line if request["id"] != number)
            dropped, self._line = len(waiting) < len(self._line), waiting
        if dropped:
            self._say({"id": number, "done": {**_NOTHING, "finish": "cancelled"}})

    def _serve(self, request: Request) -> None:
        number = request["id"]
        try:
            if request["op"] == "load":
                self._say({"id": number, "done": self._engine.load(request)})
            elif request["op"] == "encode":
                self._say({"id": number, "done": self._engine.encode(request)})
            else:
                for part in self._engine.generate(request):
                    self._say({"id": number, "piece" if isinstance(part, str) else "done": part})
        except ImportError as error:
            self._say({"id": number, "error": str(error), "missing": True})
        except Exception as error:
            self._say({"id": number, "error": str(error) or type(error).__name__})

    def _say(self, reply: Reply) -> None:
        data = json.dumps(reply).encode() + b"\n"
        with self._writing:
            self._replies.write(data)
            self._replies.flush()


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _end_with_parent(parent: int) -> None:
    """A process forked from the parent may hold our input open after the parent is gone."""
    while os.getppid() == parent:
        time.sleep(_PARENT_CHECK)
    os._exit(0)


def main() -> None:
    """Takes the pipes for itself: what llama.cpp prints goes to standard error and cannot garble a reply."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    try:
        Worker(requests, replies).run()
    except BrokenPipeError:  # the parent is gone
        os._exit(0)


if __name__ == "__main__":
    main()
