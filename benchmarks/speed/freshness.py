"""Measure how soon an open program finds a new document: ``python -m benchmarks.speed.freshness [FILES]``.

One process holds the sample library open, as the page does, and asks again and again; this one ingests small files one
after the other. Counted from the moment at which a document is committed to the answer that has it.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.results import benchmark_parser, parse_options, publish
from ingest.pipeline import ingest
from ingest.report import IngestProgress
from rag.factory import open_embedder
from rag.interfaces import Embedder
from rag.library.library import Library
from rag.settings import load

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "library"
COLUMNS = {"documents": "", "median, s": ".2f", "longest, s": ".2f", "longest single search, s": ".2f"}
ASKING = """
import sys, time
from pathlib import Path
from rag.answer.assistant import Assistant
from rag.library.library import Library
from rag.factory import open_embedder
from rag.settings import load

embedder = open_embedder(load())
with Library.open(Path(sys.argv[1]), embedder.card) as library:
    assistant = Assistant(library, embedder)
    assistant.search("Who keeps the bees?")
    print("ready", flush=True)
    for line in sys.stdin:
        word = line.strip()
        longest = 0.0
        while True:
            begun = time.time()
            found = any(word in passage.text for passage in assistant.search(f"Who keeps the {word}?"))
            longest = max(longest, time.time() - begun)
            if found:
                break
            time.sleep(0.05)
        print(time.time(), longest, flush=True)
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the seconds, median and longest."""
    parser = benchmark_parser("benchmarks.speed.freshness", __doc__)
    parser.add_argument("files", type=int, nargs="?", default=20)
    options = parse_options(parser, arguments)
    embedder = open_embedder(load())
    with tempfile.TemporaryDirectory() as place:
        folder, papers = Path(place, "library"), Path(place, "papers")
        papers.mkdir()
        with Library.open(folder, embedder.card) as library:
            ingest([SAMPLE], library, embedder)
            command = [sys.executable, "-c", ASKING, str(folder)]
            with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as asking:
                assert asking.stdin and asking.stdout and asking.stdout.readline() == "ready\n"
                took = [_one(number, papers, library, embedder, asking) for number in range(options.files)]
                asking.stdin.close()
    after, longest = zip(*took, strict=True)
    cells = (options.files, statistics.median(after), max(after), max(longest))
    title = "From the commit of a document to an open program's answer that has it"
    publish(options, "freshness", title, COLUMNS, [dict(zip(COLUMNS, cells, strict=True))])


def _one(
    number: int, papers: Path, library: Library, embedder: Embedder, asking: subprocess.Popen[str]
) -> tuple[float, float]:
    word = f"quern{number}"
    paper = papers / f"{number}.txt"
    paper.write_text(f"The {word} is kept by Ludmila Arnau of pier {number}.")
    committed: list[float] = []

    def progress(step: IngestProgress) -> None:
        if step.outcome is not None:
            committed.append(time.time())

    assert asking.stdin and asking.stdout
    asking.stdin.write(f"{word}\n")
    asking.stdin.flush()
    ingest([paper], library, embedder, progress=progress)
    found, longest = map(float, asking.stdout.readline().split())
    return found - committed[0], longest


if __name__ == "__main__":
    main()
