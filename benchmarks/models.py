"""The engine beside llama.cpp's own calls, and under stress.

    python -m benchmarks.models WHAT [--threads N] [--model PATH]

    WHAT: speed, turns, talk, crowd, cancels, damage, share, lookup, step, large

``--model 1B`` and ``large`` write a model of random weights (0.6 and 7.3 GB) into the temporary folder and delete it.
What is compared is run in turns (A B A B …); medians of ratios.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from rag.errors import ModelBrokenError, ModelError
from rag.model.files.check import check_gguf
from rag.model.files.resolve import find_model
from rag.model.local.client import LlamaCpp
from rag.model.local.queue import TokenStream
from rag.settings import Settings
from rag.types import GenerationEnd, Prompt, Sampling, Turn
from tests import ggufs

MARKERS = ("<|prompter|>", "<|assistant|>", "<|system|>")
SHAPES = {
    "1B": {"layers": 22, "width": 2048, "hidden": 5632, "heads": 32, "kv_heads": 4, "window": 2048},
    "13B": {"layers": 40, "width": 5120, "hidden": 13824, "heads": 40, "window": 2048},
}
SOURCES = (
    "The ferry Aurora crosses the river at six every morning and carries forty passengers and nine cars. ",
    "The library on the north bank was opened in 1911 and holds 23,000 volumes, most of them in Russian. ",
    "In winter the bridge is closed to lorries, and the fee for cars is two crowns until the ice has gone. ",
)


@contextlib.contextmanager
def model_file(name: str) -> Iterator[Path]:
    """The embedded model for "", a file for a path; for "1B" and "13B" one of random weights, deleted afterwards."""
    if name not in SHAPES:
        yield find_model(Settings(home=Path(), model=name))
        return
    with tempfile.TemporaryDirectory(prefix="oaken-bench-") as folder:
        words = ggufs.sentencepiece(MARKERS)
        for key, filler in (("tokens", "▁w{}"), ("scores", -50.0), ("token_type", ggufs.NORMAL)):
            row: Any = words[f"tokenizer.ggml.{key}"]
            row += [filler.format(n) if isinstance(filler, str) else filler for n in range(32_000 - len(row))]
        keys, shapes = ggufs.model("llama", words, name=f"oasst-{name}", kind=ggufs.Q4_0, **SHAPES[name])
        begun = time.perf_counter()
        path = ggufs.write(Path(folder) / f"oasst-random-{name}.gguf", keys, shapes)
        print(f"{path.name}: {path.stat().st_size / 1e9:.2f} GB written in {time.perf_counter() - begun:.0f} s")
        yield path


def ending(stream: TokenStream) -> tuple[str, GenerationEnd]:
    text = ""
    while True:
        try:
            text += next(stream)
        except StopIteration as end:
            return text, end.value


def asked(model: LlamaCpp, *turns: Turn) -> Prompt:
    return Prompt(turns, model.encode(turns), model.card.window, 0)


class Raw:
    """llama.cpp's own calls in another process."""

    def __init__(self, path: Path, threads: int, *settings: int) -> None:
        command = [sys.executable, "-m", "benchmarks.raw_llama", str(path), str(threads), *map(str, settings)]
        self._popen = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, prompt: list[int], tokens: int) -> dict[str, list[float]]:
        assert self._popen.stdin is not None and self._popen.stdout is not None
        self._popen.stdin.write(json.dumps({"prompt": prompt, "tokens": tokens}) + "\n")
        self._popen.stdin.flush()
        reply: dict[str, list[float]] = json.loads(self._popen.stdout.readline())
        return reply

    def close(self) -> None:
        assert self._popen.stdin is not None
        self._popen.stdin.close()
        self._popen.wait()


def speed(path: Path, threads: int, rounds: int, prompt: int, tokens: int) -> None:
    """Reading and writing through ``LlamaCpp.stream`` beside the raw calls, by the clock and in processor seconds."""
    raws = {"as we set it": Raw(path, threads, 128, 0), "defaults": Raw(path, threads)}
    rows: dict[tuple[str, str], list[tuple[float, float]]] = {}
    best: dict[tuple[str, str], float] = {}  # the fewest processor seconds of any round
    rates: list[tuple[float, float]] = []
    with LlamaCpp.load(path, context=1024, threads=threads) as model:
        worker = psutil.Process(model.worker)
        vocabulary = model.facts["vocabulary"]
        for turn in range(rounds + 1):
            rng = random.Random(turn)
            made_up = [rng.randrange(300, min(vocabulary, 30_000)) for _ in range(prompt)]

            def ours(made_up: list[int] = made_up) -> dict[str, list[float]]:
                before = sum(worker.cpu_times()[:2])
                read = ending(model.stream(Prompt((), tuple(made_up), 1024, 0), Sampling(max_tokens=1)))[1]
                middle = sum(worker.cpu_times()[:2])
                stream = model.stream(Prompt((), tuple(made_up), 1024, 0), Sampling(max_tokens=tokens + 1))
                done = ending(stream)[1]
                after = sum(worker.cpu_times()[:2])
                rate = max(1, done.tokens - 1) / tokens  # where the model ended early
                return {
                    "prompt": [read.first_seconds, middle - before],
                    "tokens": [(done.seconds - done.first_seconds) / rate, (after - middle) / rate],
                }

            order = [*raws, "ours"] if turn % 2 else ["ours", *raws]
            got = {name: ours() if name == "ours" else raws[name].run(made_up, tokens) for name in order}
            if not turn:
                continue
            for name, parts in got.items():
                for part, (_, processor) in parts.items():
                    best[name, part] = min(processor, best.get((name, part), processor))
            rates.append((prompt / got["ours"]["prompt"][0], tokens / got["ours"]["tokens"][0]))
            for name in raws:
                for part in ("prompt", "tokens"):
                    pair = tuple(got[name][part][n] / max(1e-9, got["ours"][part][n]) for n in (0, 1))
                    rows.setdefault((name, part), []).append((pair[0], pair[1]))
    for raw in raws.values():
        raw.close()
    read, wrote = (statistics.median(column) for column in zip(*rates, strict=True))
    print(f"{path.name}, {threads} threads: pp{prompt} {read:.1f}/s, tg{tokens} {wrote:.1f}/s, {rounds} rounds")
    for (name, part), pairs in rows.items():
        clock, processor = (statistics.median(column) for column in zip(*pairs, strict=True))
        ratio = best[name, part] / best["ours", part]
        print(
            f"  ours / raw calls ({name}), {part}: {clock:.3f} by the clock, {processor:.3f} in processor seconds, "
            f"{ratio:.3f} best of each"
        )


def turns(path: Path, threads: int, rounds: int) -> None:
    """Seconds to the first token: a first question, a second one on the same sources, a question repeated."""
    system = Turn("system", "Answer the question in one short sentence, using only the text given.")
    ratios: list[tuple[float, float]] = []
    with LlamaCpp.load(path, context=2048, threads=threads) as model:
        for turn in range(rounds):
            text = f"Notes of year {turn + 1900}. " + "".join(SOURCES) * 5
            first = asked(model, system, Turn("user", f"{text}\n\nWhen does the ferry cross?"))
            answer, one = ending(model.stream(first, Sampling(max_tokens=40)))
            more = asked(model, *first.turns, Turn("assistant", answer), Turn("user", "And who pays two crowns?"))
            two = ending(model.stream(more, Sampling(max_tokens=40)))[1]
            again = ending(model.stream(more, Sampling(max_tokens=4)))[1]
            ratios.append((two.first_seconds / one.first_seconds, again.first_seconds / one.first_seconds))
            told = f"{one.first_seconds:.3f} s; second {two.first_seconds:.3f} s; again {again.first_seconds:.4f} s"
            print(f"  {one.prompt_tokens} tokens {told}")
    second, repeated = (statistics.median(column) for column in zip(*ratios, strict=True))
    print(f"{path.name}, {threads} threads: second turn {second:.3f}, repeated question {repeated:.4f} of the first's")


TALK = (
    ("first", "When does the ferry cross the river?"),
    ("second, leaning on it", "And how many cars does it carry?"),
    ("third, leaning on both", "And how many passengers?"),
    ("one that stands alone", "What holds 23,000 volumes on the north bank?"),
    ("the same again", "What holds 23,000 volumes on the north bank?"),
)


def talk(path: Path, threads: int, rounds: int) -> None:
    """The whole way through an Assistant: tokens evaluated and seconds to the first, beside a first question's."""
    from ingest.pipeline import ingest
    from rag import factory as parts
    from rag.answer.assistant import Assistant
    from rag.conversation.history import history_turns as history
    from rag.types import Answer

    rows: dict[str, list[tuple[int, int, float]]] = {}
    with tempfile.TemporaryDirectory(prefix="oaken-bench-") as folder:
        settings = Settings(home=Path(folder) / "home")
        (Path(folder) / "notes.txt").write_text("\n\n".join(SOURCES), encoding="utf-8")
        with parts.open_library(settings, "talk", create=True) as library:
            embedder = parts.open_embedder(settings)
            ingest([Path(folder) / "notes.txt"], library, embedder)
            for _ in range(rounds):
                said: list[tuple[str, Answer | None]] = []
                with LlamaCpp.load(path, context=2048, threads=threads) as model:
                    counting = Counting(model)
                    assistant = Assistant(library, embedder, lambda counting=counting: counting)
                    for name, question in TALK:
                        counting.read.clear()
                        said.append((question, assistant.ask(question, history=history(said), insist=True)))
                        rows.setdefault(name, []).append(counting.read[0])
    first = rows["first"]
    print(f"{path.name}, {threads} threads, {rounds} conversations, first drafts")
    for name, got in rows.items():
        tokens, evaluated, _ = got[0]
        ratio = statistics.median(one[2] / other[2] for one, other in zip(got, first, strict=True))
        print(f"  {name}: {evaluated} of {tokens} tokens evaluated, first token after {ratio:.3f} of the first's time")


class Counting:
    """A model that notes of each prompt its tokens, those evaluated, and the seconds to the first of the answer."""

    def __init__(self, model: LlamaCpp) -> None:
        self.card, self.encode, self._stream = model.card, model.encode, model.stream
        self.read: list[tuple[int, int, float]] = []

    def stream(self, prompt: Prompt, sampling: Sampling) -> Generator[str, None, GenerationEnd]:
        finish = yield from self._stream(prompt, sampling)
        self.read.append((finish.prompt_tokens, finish.evaluated, finish.first_seconds))
        return finish


def crowd(path: Path, threads: int, clients: int = 20) -> None:
    """Many at once: answered in order, and what the worker's memory does."""
    with LlamaCpp.load(path, context=1024, threads=threads) as model:
        worker = psutil.Process(model.worker)
        prompts = [asked(model, Turn("user", f"{SOURCES[n % 3]} Question {n}: what is said?")) for n in range(clients)]
        alone = [ending(model.stream(prompt, Sampling(max_tokens=16)))[0] for prompt in prompts]
        sizes = []
        for _ in range(4):
            order: list[int] = []
            streams = [model.stream(prompt, Sampling(max_tokens=16)) for prompt in prompts]
            got: dict[int, str] = {}

            def take(number: int, streams: list[TokenStream] = streams, got: dict[int, str] = got) -> None:
                got[number] = ending(streams[number])[0]

            def watch(streams: list[TokenStream] = streams, order: list[int] = order) -> None:
                while len(order) < clients:
                    order += [n for n, stream in enumerate(streams) if stream.begun and n not in order]
                    time.sleep(0.001)

            threads_ = [threading.Thread(target=take, args=(n,)) for n in range(clients)]
            threads_.append(threading.Thread(target=watch))
            for thread in threads_:
                thread.start()
            for thread in threads_:
                thread.join()
            sizes.append(worker.memory_info().rss / 2**20)
            assert [got[n] for n in range(clients)] == alone, "an answer changed"
            assert order == sorted(order), "out of order"
        memory = [round(size) for size in sizes]
        print(f"{clients} clients, 4 times: all answered as alone, in order; worker's memory, MB: {memory}")


def cancels(path: Path, threads: int, count: int = 1000) -> None:
    """Cancels at random moments, also while the prompt is evaluated; how soon they take; what stays."""
    rng = random.Random(1)
    with LlamaCpp.load(path, context=1024, threads=threads) as model:
        worker = psutil.Process(model.worker)
        short = asked(model, Turn("user", "What is the capital of Spain?"))
        expected = ending(model.stream(short, Sampling(max_tokens=12)))[0]
        waits, kinds, sizes = [], Counter[str](), []
        for number in range(count):
            text = f"{number} " + "".join(SOURCES) * rng.randrange(1, 8)
            # Every other one was read before, so that it is being written at once.
            prompt = short if number % 2 else asked(model, Turn("user", text))
            stream = model.stream(prompt, Sampling(temperature=1.0, seed=number, max_tokens=300))
            pieces = 0
            until = time.perf_counter() + rng.uniform(0, 0.25)
            with contextlib.suppress(StopIteration):
                while time.perf_counter() < until:
                    pieces += stream.within(0.002) is not None
            cancelled = time.perf_counter()
            stream.cancel()
            done: GenerationEnd | None = ending(stream)[1]
            if done is None:  # it was whole before the moment came
                kinds["whole before"] += 1
            else:
                waits.append(time.perf_counter() - cancelled)
                kinds[("while reading " if not pieces else "while writing ") + done.finish] += 1
            if number % 100 == 99:
                assert ending(model.stream(short, Sampling(max_tokens=12)))[0] == expected
                sizes.append(round(worker.memory_info().rss / 2**20))
        waits.sort()
        same = worker.is_running() and model.worker == worker.pid
        print(f"{count} cancels: {dict(kinds)}; the worker is the same: {same}")
        median, most = (waits[len(waits) * part // 100] * 1e3 for part in (50, 99))
        longest = waits[-1] * 1e3
        print(f"  until it stopped, ms: median {median:.0f}, 99 % {most:.0f}, longest {longest:.0f}")
        print(f"  the next answers right; memory, MB: {sizes}")


def damage(count: int = 300) -> None:
    """Damaged files: what the parser says, and what llama.cpp makes of the rest in its own process."""
    outcomes, reasons = Counter[str](), Counter[str]()
    with tempfile.TemporaryDirectory(prefix="oaken-bench-") as folder:
        keys, shapes = ggufs.model("llama", ggufs.sentencepiece(MARKERS), name="oasst")
        whole = ggufs.write(Path(folder) / "whole.gguf", keys, shapes)
        data, header = whole.read_bytes(), whole.stat().st_size - check_gguf(whole).data_bytes
        for seed in range(count):
            kind, broken = ggufs.damaged(data, header, seed)
            path = Path(folder) / "broken.gguf"
            path.write_bytes(broken)
            try:
                check_gguf(path)
            except ModelBrokenError:
                outcomes[f"{kind}: refused by the parser"] += 1
                continue
            try:
                with LlamaCpp.load(path, threads=1) as model:
                    prompt = Prompt((), (5, 6, 7), 256, 0)
                    ending(model.stream(prompt, Sampling(max_tokens=4)))
                outcomes[f"{kind}: harmless, it loads and writes"] += 1
            except ModelError as error:
                outcomes[f"{kind}: refused when loaded"] += 1
                reasons[error.message.partition("broken.gguf")[2][:90] or error.message[:90]] += 1
    print(f"{count} damaged files, none ended this program: {dict(sorted(outcomes.items()))}")
    for reason, times in reasons.most_common(12):
        print(f"  {times} × {reason}")


def share(path: Path, rounds: int) -> None:
    """Beside a busy process: threads that follow what is free, and as many as there are, written in turns."""
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        with LlamaCpp.load(path, context=1024) as follows, LlamaCpp.load(path, context=1024, threads=2) as fixed:
            rates: dict[str, list[float]] = {"follows": [], "two": []}
            for turn in range(rounds):
                for name, model in (("follows", follows), ("two", fixed)):
                    prompt = asked(model, Turn("user", f"Tell me a long story about the year {turn}."))
                    done = ending(model.stream(prompt, Sampling(max_tokens=24)))[1]
                    rates[name].append(done.tokens / (done.seconds - done.first_seconds))
            print({name: round(statistics.median(values), 1) for name, values in rates.items()}, "tokens a second")
            ratio = statistics.median(a / b for a, b in zip(rates["follows"], rates["two"], strict=True))
            print(f"beside one busy process: following / two threads {ratio:.2f}")
    finally:
        busy.kill()
        busy.wait()


def step(path: Path, threads: int, rounds: int) -> None:
    """An ingest's embedding beside an answer: with and without stepping back."""
    from rag.embedding import registry

    with tempfile.TemporaryDirectory(prefix="oaken-bench-") as folder:
        embedder = registry.load(Path(folder), registry.DEFAULT.name)
        texts = [f"{n} {SOURCES[n % 3]}" * 4 for n in range(64)]
        stop = threading.Event()
        with LlamaCpp.load(path, context=1024, threads=threads, models=Path(folder)) as model:
            rates: dict[str, list[float]] = {"alone": [], "beside": [], "stepping back": []}
            for turn in range(rounds):
                for name in rates:
                    stop.clear()
                    embedder._models = Path(folder) if name == "stepping back" else None

                    def work() -> None:
                        while not stop.is_set():
                            embedder.embed_documents(texts)

                    thread = threading.Thread(target=work)
                    if name != "alone":
                        thread.start()
                        time.sleep(0.5)
                    prompt = asked(model, Turn("user", f"Tell me a long story about the year {turn} {name}."))
                    done = ending(model.stream(prompt, Sampling(max_tokens=24)))[1]
                    rates[name].append(done.tokens / done.seconds)
                    stop.set()
                    if name != "alone":
                        thread.join()
        print({name: round(statistics.median(values), 1) for name, values in rates.items()}, "tokens a second in all")


def lookup(path: Path, questions: int = 12, draft: int = 4) -> None:
    """Prompt lookup: tokens guessed from the prompt and checked several at a time. Same greedy text? Sooner?"""
    import llama_cpp
    import numpy as np

    from benchmarks.raw_llama import decode, load

    with LlamaCpp.load(path, context=1024, threads=1) as model:
        prompts = [
            asked(
                model,
                Turn("system", "Answer in one sentence. Copy the words that answer."),
                Turn("user", f"{SOURCES[n % 3]}\n\n{question}"),
            ).tokens
            for n, question in enumerate(
                ["When does the ferry cross?", "What was opened in 1911?", "Who pays two crowns?", "Repeat the text."]
                * 3
            )
        ][:questions]
    context, loaded = load(str(path), 1, 128, 0)
    vocabulary = llama_cpp.llama_model_get_vocab(loaded)
    size, memory = llama_cpp.llama_vocab_n_tokens(vocabulary), llama_cpp.llama_get_memory(context)

    def best(row: int) -> int:
        return int(np.argmax(np.ctypeslib.as_array(llama_cpp.llama_get_logits_ith(context, row), (size,))))

    def check(tokens: list[int]) -> list[int]:
        batch = llama_cpp.llama_batch_init(len(tokens), 0, 1)
        past = llama_cpp.llama_memory_seq_pos_max(memory, 0) + 1
        batch.n_tokens = len(tokens)
        for n, token in enumerate(tokens):
            batch.token[n], batch.pos[n], batch.n_seq_id[n], batch.logits[n] = token, past + n, 1, 1
            batch.seq_id[n][0] = 0
        if llama_cpp.llama_decode(context, batch):
            raise RuntimeError("llama_decode failed")
        llama_cpp.llama_batch_free(batch)
        return [best(n) for n in range(len(tokens))]

    def write(prompt: tuple[int, ...], guess: bool) -> tuple[list[int], float, int]:
        llama_cpp.llama_memory_clear(memory, False)
        for at in range(0, len(prompt), 128):
            decode(context, list(prompt[at : at + 128]))
        out, passes = [best(-1)], 0
        begun = time.process_time()
        while len(out) < 48 and not llama_cpp.llama_vocab_is_eog(vocabulary, out[-1]):
            seen, drafted = [*prompt, *out], list[int]()
            if guess:
                tail = seen[-2:]
                at = next((n for n in range(len(seen) - 3, -1, -1) if seen[n : n + 2] == tail), -1)
                drafted = seen[at + 2 : at + 2 + draft] if at >= 0 else []
            passes += 1
            if not drafted:
                decode(context, [out[-1]])
                out.append(best(-1))
                continue
            rows = check([out[-1], *drafted])
            good = next((n for n, token in enumerate(drafted) if rows[n] != token), len(drafted))
            end = llama_cpp.llama_memory_seq_pos_max(memory, 0)
            llama_cpp.llama_memory_seq_rm(memory, 0, end - (len(drafted) - good) + 1, -1)
            for token in [*drafted[:good], rows[good]]:
                out.append(token)
                if llama_cpp.llama_vocab_is_eog(vocabulary, token):
                    break
        return out[:48], time.process_time() - begun, passes

    same, ratios, fewer = 0, [], []
    for prompt in prompts:
        plain, seconds, passes = write(prompt, False)
        guessed, seconds_then, passes_then = write(prompt, True)
        same += plain == guessed
        ratios.append(seconds / seconds_then)
        fewer.append(passes_then / passes)
    told = f"{statistics.median(ratios):.2f} (from {min(ratios):.2f} to {max(ratios):.2f})"
    print(f"prompt lookup, {draft} tokens guessed, {len(prompts)} answers: same text {same}")
    print(f"  processor seconds without / with {told}, passes with / without {statistics.median(fewer):.2f}")


def large(threads: int) -> None:
    """A model of 13 billion random weights: memory said and taken, prompt and writing."""
    from rag.model.files.describe import facts

    with model_file("13B") as path:
        context = 1024
        estimate = facts(path).need(context)
        begun = time.perf_counter()
        with LlamaCpp.load(path, context=context, threads=threads) as model:
            loaded = time.perf_counter() - begun
            worker = psutil.Process(model.worker)
            prompt = asked(model, Turn("user", "the river " * 5))
            done = ending(model.stream(prompt, Sampling(max_tokens=4)))[1]
            taken = worker.memory_info()
            raw = Raw(path, threads, 128, 0)
            beside = raw.run(list(prompt.tokens), 3)
            again = ending(model.stream(replace_first(prompt), Sampling(max_tokens=4)))[1]
            raw.close()
        writing = (again.seconds - again.first_seconds) / max(1, again.tokens - 1)
        print(f"13B-shaped: {model.card.family}, loaded in {loaded:.1f} s")
        print(f"  memory estimated {estimate / 1e9:.2f} GB, taken {taken.rss / 1e9:.2f} GB")
        print(f"  {done.prompt_tokens} tokens read in {done.first_seconds:.1f} s, {1 / writing:.2f} written a second")
        ratios = beside["prompt"][0] / again.first_seconds, beside["tokens"][0] / 3 / writing
        print(f"  ours / raw: prompt {ratios[0]:.2f}, writing {ratios[1]:.2f}")


def replace_first(prompt: Prompt) -> Prompt:
    return replace(prompt, turns=(), tokens=(prompt.tokens[0], 300, *prompt.tokens[2:]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    names = ("speed", "turns", "talk", "crowd", "cancels", "damage", "share", "lookup", "step", "large")
    parser.add_argument("what", choices=names)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--model", default="")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--prompt", type=int, default=512, help="tokens read (speed)")
    parser.add_argument("--tokens", type=int, default=128, help="tokens written (speed)")
    chosen = parser.parse_args()
    if chosen.what == "damage":
        damage()
    elif chosen.what == "large":
        large(chosen.threads)
    else:
        with model_file(chosen.model) as path:
            if chosen.what == "speed":
                speed(path, chosen.threads, chosen.rounds, chosen.prompt, chosen.tokens)
            elif chosen.what in ("turns", "step"):
                {"turns": turns, "step": step}[chosen.what](path, chosen.threads, chosen.rounds)
            elif chosen.what == "talk":
                talk(path, chosen.threads, chosen.rounds)
            elif chosen.what == "share":
                share(path, chosen.rounds)
            elif chosen.what == "lookup":
                lookup(path)
            else:
                {"crowd": crowd, "cancels": cancels}[chosen.what](path, chosen.threads)


if __name__ == "__main__":
    main()
