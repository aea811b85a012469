"""An ingest killed again and again with ``kill -9``, and what must be left of it. For test_kill.py and
benchmarks/robustness/kills.py; the thresholds of the indexes are tiny, so that they are written to all the time."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest.pipeline import ingest
from rag.library.library import Library
from rag.library.maintenance import health
from rag.text.analyzer import terms
from tests.doubles import BagEmbedder

REPOSITORY = Path(__file__).resolve().parents[2]
AIM = {"index": 0.03, "ledger": 0.003}  # seconds after a change to these files within which a kill strikes
_KINDS = ("random", "index", "ledger")
_FILES = {"index": "vectors/*/*/*", "ledger": "ledger.sqlite-wal"}  # Chroma's files but its database; the ledger's log
SLACK = 2**17  # bytes: below this a file's size says nothing
_INGEST = """
import sys
from pathlib import Path
from ingest import pipeline, run
from rag.library.index import chroma_collection
from rag.library.library import Library
from tests.doubles import BagEmbedder

run.FOLLOW_AFTER = 3
chroma_collection.CONFIGURATION["hnsw"] |= {"sync_threshold": 20, "batch_size": 10}
embedder = BagEmbedder()
with Library.open(Path(sys.argv[1]), embedder.card, exact_up_to=0) as library:
    print("open", flush=True)
    pipeline.ingest([sys.argv[2]], library, embedder)
"""
_PLACES = {
    "en": ("The {thing} of pier {n} was mended by {name} in {year}.", "Nobody at pier {n} rings the {thing} at night."),
    "es": ("{name} pintó la {thing} del muelle {n} en {year}.", "En el muelle {n} no se toca la {thing} de noche."),
    "ru": ("В {year} году {name} починил {thing} у причала {n}.", "У причала {n} ночью не звонит {thing}."),
}
_THINGS = {"en": ("lantern", "bell", "weir"), "es": ("farola", "campana", "presa"), "ru": ("фонарь", "колокол", "шлюз")}
_NAMES = ("Wren", "Lugin", "Sorolla", "Громов", "Vado", "Hale")


@dataclass(frozen=True, slots=True)
class Tally:
    """How the runs ended: killed at a random moment, at a change of an index or of the ledger, or by themselves."""

    random: int = 0
    index: int = 0
    ledger: int = 0
    ended: int = 0


def write_papers(folder: Path, files: int, generator: random.Random) -> None:
    """Small text files in three languages."""
    folder.mkdir(parents=True)
    for n in range(files):
        _write(folder / f"{n % 7}" / f"{n}.txt", n, generator)


def change_papers(folder: Path, generator: random.Random) -> None:
    """Edit a tenth of the files, move a few, remove one and put one back."""
    held = sorted(folder.rglob("*.txt"))
    for path in generator.sample(held, max(2, len(held) // 10)):
        _write(path, int(re.sub(r"\D", "", path.stem)), generator)
    for path in generator.sample(held, 3):
        path.rename(path.with_name(f"{path.stem}x.txt"))
    held = sorted(folder.rglob("*.txt"))
    removed = generator.choice(held)
    removed.unlink()
    _write(folder / "new" / removed.name, int(re.sub(r"\D", "", removed.stem)), generator)


def _write(path: Path, n: int, generator: random.Random) -> None:
    language = ("en", "es", "ru")[n % 3]
    paragraphs = [
        " ".join(
            sentence.format(
                n=n, thing=generator.choice(_THINGS[language]), name=generator.choice(_NAMES),
                year=generator.randrange(1800, 2024),
            )
            for sentence in _PLACES[language]
        )
        for _ in range(3)
    ]  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join(paragraphs))


@contextmanager
def _run(library: Path, papers: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", _INGEST, str(library), str(papers)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "open\n"
            yield process
        finally:
            process.kill()


def kill_often(library: Path, papers: Path, kills: int, generator: random.Random) -> Tally:
    """Ingest ``papers`` into ``library``, killed ``kills`` times: in turn at random, at an index and at the ledger. A
    run that came to its end is followed by changes to the papers, so that there is work again. The last run is not
    killed."""
    begun = time.monotonic()
    with _run(library, papers) as process:
        process.wait()
    usual = time.monotonic() - begun
    change_papers(papers, generator)
    ended = Counter(random=0, index=0, ledger=0)
    for _ in range(8 * kills):
        if ended.total() - ended["ended"] == kills:
            break
        with _run(library, papers) as process:
            how = min(_KINDS, key=ended.__getitem__)
            if how == "random":
                _wait(process, generator.uniform(0, usual / 4))
            elif _changed(process, library, _FILES[how]):
                time.sleep(generator.uniform(0, AIM[how]))
            struck = process.poll() is None
            ended[how if struck else "ended"] += 1
        if not struck or generator.random() < 0.2:
            change_papers(papers, generator)
    assert ended.total() - ended["ended"] == kills, f"too few runs could be killed: {ended}"
    with _run(library, papers) as process:
        assert process.wait() == 0
    return Tally(ended["random"], ended["index"], ended["ledger"], ended["ended"])


def _wait(process: subprocess.Popen[str], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def _changed(process: subprocess.Popen[str], library: Path, pattern: str) -> bool:
    """Wait for a change to these files of the library; False where the run ended before."""
    before = _files(library, pattern)
    while process.poll() is None:
        if (now := _files(library, pattern)) != before and now:
            return True
        time.sleep(0.001)
    return False


def _files(library: Path, pattern: str) -> dict[str, tuple[int, int]]:
    found = {}
    for path in library.glob(pattern):
        try:
            status = path.stat()
        except OSError:  # it is being replaced
            continue
        found[str(path)] = (status.st_size, status.st_mtime_ns)
    return found


def problems(library: Path, papers: Path, whole: Path) -> list[str]:
    """What differs from a run that was never killed, made in ``whole``; every chunk is looked for."""
    embedder = BagEmbedder()
    with Library.open(whole, embedder.card, exact_up_to=0) as expected:
        ingest([papers], expected, embedder)
    with (
        Library.open(whole, embedder.card, exact_up_to=0) as expected,
        Library.open(library, embedder.card, exact_up_to=0) as killed,
    ):
        found = []
        if _content(killed) != _content(expected):
            found.append("documents and chunks are not those of the run that was not killed")
        found += [f"{check.name}: {check.detail}" for check in health.check(killed) if not check.ok]
        found += list(_unfound(killed, embedder))
        chunks = killed.ledger.size()
        held = {"Chroma": len(killed.chroma.ids()), "words": killed.frequencies(["x"])[0]}
        found += [
            f"{name} holds {count} chunks, the ledger {chunks}" for name, count in held.items() if count != chunks
        ]
    usual = _sizes(whole)
    for name, size in _sizes(library).items():
        if size > 2 * usual.get(name, 0) + SLACK:
            found.append(f"{name} is {size:,} bytes, {usual.get(name, 0):,} in the other")
    return found


def _content(library: Library) -> dict[str, list[tuple[str, str]]]:
    return {
        record.id: [(chunk.id, chunk.text) for chunk in library.ledger.chunks_of(record.id)]
        for record in library.records()
    }


def _unfound(library: Library, embedder: BagEmbedder) -> Iterator[str]:
    for chunk in library.chunks(sorted(library.ledger.chunk_ids())).values():
        vector = embedder.embed_query(chunk.embedding_text)
        if chunk.id not in {found for found, _ in library.search_vector(vector, 10)}:
            yield f"not found by its vector: {chunk.text!r}"
        weights = dict.fromkeys(terms(chunk.text, chunk.language), 1.0)
        if chunk.id not in {found for found, _ in library.search_words(weights, 10)}:
            yield f"not found by its words: {chunk.text!r}"


def _sizes(library: Path) -> dict[str, int]:
    """Bytes by file, summed over those whose names are made up at each writing."""
    sizes = Counter[str]()
    for path in library.rglob("*"):
        if path.is_file():
            name = "/".join(part for part in path.relative_to(library).parts if not re.search(r"[0-9a-f]{8}", part))
            sizes[name or os.fspath(path.parent.name)] += path.stat().st_size
    return dict(sizes)
