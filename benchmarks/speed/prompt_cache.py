"""Measure what the kept prompts save: ``python -m benchmarks.speed.prompt_cache [--threads N] [--model PATH]``.

Seconds to the first token, as a share of a first question's: of a second question on the same sources, and of a
question repeated. Then a conversation through an ``Assistant``: tokens evaluated of each prompt, and the same share.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Generator, Sequence
from pathlib import Path

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from benchmarks.shared.local_models import SOURCES, generate, model_file, prompt_of
from ingest.pipeline import ingest
from rag import factory
from rag.answer.assistant import Assistant
from rag.conversation.history import history_turns
from rag.interfaces import Embedder
from rag.library.library import Library
from rag.model.local.client import LlamaCpp
from rag.settings import Settings
from rag.types import Answer, GenerationEnd, Prompt, Sampling, Turn

TALK = (
    ("first", "When does the ferry cross the river?"),
    ("second, leaning on it", "And how many cars does it carry?"),
    ("third, leaning on both", "And how many passengers?"),
    ("one that stands alone", "What holds 23,000 volumes on the north bank?"),
    ("the same again", "What holds 23,000 volumes on the north bank?"),
)
TURNS = {"question": "", "time to the first token, of the first's": ".4f"}
TALKED = {"question": "", "prompt tokens": "", "evaluated": "", "time to the first token, of the first's": ".3f"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both tables."""
    parser = benchmark_parser("benchmarks.speed.prompt_cache", __doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--model", default="", help="a GGUF file (default: the embedded model)")
    parser.add_argument("--rounds", type=int, default=5)
    options = parse_options(parser, arguments)
    with model_file(options.model) as path:
        first = turns(path, options.threads, options.rounds)
        second = talk(path, options.threads, options.rounds)
    publish(options, "prompt_cache", "Kept prompts: 415 tokens of sources", TURNS, first)
    publish(options, "prompt_cache_conversation", "Kept prompts: a conversation, first drafts", TALKED, second)


def turns(path: Path, threads: int, rounds: int) -> list[dict[str, Cell]]:
    """Ask a first question, a second one on the same sources, and that one again."""
    system = Turn("system", "Answer the question in one short sentence, using only the text given.")
    ratios: list[tuple[float, float]] = []
    with LlamaCpp.load(path, context=2048, threads=threads) as model:
        for turn in range(rounds):
            text = f"Notes of year {turn + 1900}. " + "".join(SOURCES) * 5
            first = prompt_of(model, system, Turn("user", f"{text}\n\nWhen does the ferry cross?"))
            answer, one = generate(model, first, 40)
            more = prompt_of(model, *first.turns, Turn("assistant", answer), Turn("user", "And who pays two crowns?"))
            two, again = generate(model, more, 40)[1], generate(model, more, 4)[1]
            ratios.append((two.first_seconds / one.first_seconds, again.first_seconds / one.first_seconds))
    second, repeated = (statistics.median(column) for column in zip(*ratios, strict=True))
    rows = (("a second question, the same sources", second), ("that question repeated", repeated))
    return [dict(zip(TURNS, row, strict=True)) for row in rows]


def talk(path: Path, threads: int, rounds: int) -> list[dict[str, Cell]]:
    """Hold a conversation through an Assistant, each time with a model that has read nothing."""
    with tempfile.TemporaryDirectory(prefix="oaken-bench-") as folder:
        settings = Settings(home=Path(folder) / "home")
        (Path(folder) / "notes.txt").write_text("\n\n".join(SOURCES), encoding="utf-8")
        with factory.open_library(settings, "talk", create=True) as library:
            embedder = factory.open_embedder(settings)
            ingest([Path(folder) / "notes.txt"], library, embedder)
            read = [conversation(path, threads, library, embedder) for _ in range(rounds)]
    rows: list[dict[str, Cell]] = []
    for at, (name, _) in enumerate(TALK):
        ratio = statistics.median(each[at].first_seconds / each[0].first_seconds for each in read)
        cells = (name, read[0][at].prompt_tokens, read[0][at].evaluated, ratio)
        rows.append(dict(zip(TALKED, cells, strict=True)))
    return rows


def conversation(path: Path, threads: int, library: Library, embedder: Embedder) -> list[GenerationEnd]:
    """Return how the first draft of each answer ended."""
    said: list[tuple[str, Answer | None]] = []
    with LlamaCpp.load(path, context=2048, threads=threads) as model:
        watched = Watched(model)
        assistant = Assistant(library, embedder, lambda: watched)
        drafts = []
        for _, question in TALK:
            watched.ends.clear()
            said.append((question, assistant.ask(question, history=history_turns(said), insist=True)))
            drafts.append(watched.ends[0])
    return drafts


class Watched:
    """A model that notes how each of its generations ended."""

    def __init__(self, model: LlamaCpp) -> None:
        self.card, self.encode, self._stream = model.card, model.encode, model.stream
        self.ends: list[GenerationEnd] = []

    def stream(self, prompt: Prompt, sampling: Sampling) -> Generator[str, None, GenerationEnd]:
        """Stream as the model does."""
        end = yield from self._stream(prompt, sampling)
        self.ends.append(end)
        return end


if __name__ == "__main__":
    main()
