"""Faults on purpose: each write step made to fail in turn, files damaged, no room left. Used by the tests in a quick
form and by ``python -m benchmarks.robustness.faults`` in the long one.

``python -m tests.faults steps|damages|full BASE WORK …`` is the child in which it happens: one JSON line for each case,
so that a crash of the process shows as a missing line and an exit code.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import random
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from rag.errors import LibraryError
from rag.library.index import bm25, chroma_collection, probe, vectors
from rag.library.library import Library
from rag.library.maintenance import health
from rag.library.state import StateFile
from rag.text.analyzer import terms
from rag.types import FileRecord, Outcome
from tests.doubles import BagEmbedder, Paper, file_away, paper

REPOSITORY = Path(__file__).resolve().parents[1]
# Chroma files its index away early, so that few chunks make all of its files.
EARLY = {"hnsw": chroma_collection.CONFIGURATION["hnsw"] | {"sync_threshold": 60, "batch_size": 20}}
UNDISTURBED: list[dict[str, list[str]]] = []  # filled by the child that fails steps
NAMES = ["Lantern", "Sundial", "Paddle", "Weir", "Ferry", "Mill"]


def papers(count: int, seed: int = 1) -> list[Paper]:
    """Papers with two paragraphs each, no two alike."""
    generator = random.Random(seed)
    made = []
    for n in range(count):
        texts = [
            f"{name} {n} was seen near pier {generator.randrange(9999)} by number {generator.randrange(9999)}."
            for name in generator.sample(NAMES, 2)
        ]
        made.append(paper(f"{n}.txt", *texts))
    return made


def opened(folder: Path) -> Library:
    """A library that Chroma serves, whatever its size."""
    return Library.open(folder, BagEmbedder().card, exact_up_to=0)


def build(folder: Path, count: int) -> None:
    """A library of that many papers, its indexes in step and all of Chroma's files there."""
    with patch.object(chroma_collection, "CONFIGURATION", EARLY), opened(folder) as library:
        for given in papers(count):
            file_away(library, given)
        library.follow()
        library.remove(papers(count)[0][0].id)
        library.follow()
    with contextlib.suppress(FileNotFoundError):  # as after a clean end of the last program
        (folder / "ledger.sqlite-wal").unlink()


def content(library: Library) -> dict[str, list[str]]:
    """Document id -> chunk ids, as the ledger has them."""
    return {record.id: [chunk.id for chunk in library.ledger.chunks_of(record.id)] for record in library.records()}


def questions(library: Library, count: int = 8) -> list[Any]:
    """Some chunks of the library, spread over it."""
    every = [chunk for record in library.records() for chunk in library.ledger.chunks_of(record.id)]
    return every[:: max(1, len(every) // count)][:count]


def wrong_answers(library: Library) -> list[str]:
    """Searches whose first ten are not those of the exact scan, or that miss a chunk by its own words."""
    wrong = []
    for chunk in questions(library):
        vector = BagEmbedder().embed_query(chunk.text)
        told, true = library.search_vector(vector, 10), library.exact.search(vector, 10)
        if [round(score, 3) for _, score in told] != [round(score, 3) for _, score in true] or told[0][0] != true[0][0]:
            wrong.append(f"vector of {chunk.text!r}")
        found = library.search_words(dict.fromkeys(terms(chunk.text, chunk.language), 1.0), 10)
        if chunk.id not in {each for each, _ in found}:
            wrong.append(f"words of {chunk.text!r}")
    return wrong


# -- each write step in turn


class Steps:
    """Counts the steps at which something is written, and fails at one of them."""

    def __init__(self, fail_at: int, error: int = errno.EIO) -> None:
        self.at, self.fail_at, self.error = 0, fail_at, error
        self.failed = ""

    def step(self, name: str) -> None:
        self.at += 1
        if self.at == self.fail_at:
            self.failed = name
            raise OSError(self.error, os.strerror(self.error), name)

    def around(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.step(f"before {name}")
            result = work(*args, **kwargs)
            self.step(f"after {name}")
            return result

        return wrapped

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Every place where the library writes: statements and commits of the ledger, marks, Chroma, tantivy,
        folders made, switched and removed."""

        def statement(_: object, __: object, sql: str, *___: object) -> None:
            if sql.lstrip()[:6].upper() in {"INSERT", "UPDATE", "DELETE"}:
                self.step(f"ledger: {sql.split(maxsplit=3)[:3]}")

        def commit(_: object) -> None:
            self.step("ledger: commit")

        sa.event.listen(sa.Engine, "before_cursor_execute", statement)
        sa.event.listen(sa.Engine, "commit", commit)
        real_replace, real_mkdir, real_tree = Path.replace, Path.mkdir, shutil.rmtree

        def renamed(path: Path, target: Any) -> Any:
            self.step(f"rename to {Path(target).name}")
            return real_replace(path, target)

        def mkdir(path: Path, *args: Any, **kwargs: Any) -> None:
            self.step("make a folder")
            real_mkdir(path, *args, **kwargs)

        def rmtree(path: Any, *args: Any, **kwargs: Any) -> None:
            if self.fail_at != self.at + 1 or not kwargs.get("ignore_errors"):
                self.step("remove a folder")
                real_tree(path, *args, **kwargs)
            else:  # what cannot be removed stays, and nobody is told
                self.at, self.failed = self.at + 1, "remove a folder"

        with (
            patch.object(StateFile, "write", self.around("a mark", StateFile.write)),
            patch.object(chroma_collection, "replace", self.around("Chroma", chroma_collection.replace)),
            patch.object(chroma_collection, "add", self.around("Chroma", chroma_collection.add)),
            patch.object(bm25, "_write", self.around("tantivy", bm25._write)),
            patch.object(Path, "replace", renamed),
            patch.object(Path, "mkdir", mkdir),
            patch.object(shutil, "rmtree", rmtree),
        ):
            try:
                yield
            finally:
                sa.event.remove(sa.Engine, "before_cursor_execute", statement)
                sa.event.remove(sa.Engine, "commit", commit)


def _work() -> list[Callable[[Library], object]]:
    """What a life with a library consists of; each is whole or not at all, as far as the ledger goes."""
    new, changed = paper("new.txt", "Sundials tell time.", "Lanterns give light."), paper("3.txt", "It was changed.")
    gone = papers(6)[4][0]
    failed = replace(papers(6)[5][0], outcome=Outcome.FAILED, reason="it is damaged", chunks=0)
    return [
        lambda library: file_away(library, new),
        lambda library: library.follow(),
        lambda library: file_away(library, changed),
        lambda library: library.remove(gone.id),
        lambda library: library.store_without_text(failed),
        lambda library: library.follow(),
        lambda library: library.repair(),
        lambda library: library.purge(wait=5.0),
    ]


def states(folder: Path) -> list[dict[str, list[str]]]:
    """What the ledger holds before and after each of these, when nothing fails."""
    with opened(folder) as library:
        held = [content(library)]
        for work in _work():
            work(library)
            held.append(content(library))
    return held


def fail_at(folder: Path, number: int, error: int) -> dict[str, Any]:
    """Go through that life, fail at one step, then open again and look."""
    steps, expected, trouble = Steps(number, error), UNDISTURBED, ""
    with opened(folder) as library:
        for at, work in enumerate(_work()):
            try:
                with steps.watched():
                    work(library)
            except (OSError, LibraryError) as caught:
                trouble, expected = f"{type(caught).__name__}: {caught}", UNDISTURBED[at : at + 2]
                break
        else:
            expected = UNDISTURBED[-1:]
    with opened(folder) as library:
        whole = content(library) in expected
        wrong = wrong_answers(library)
        note = library.follow()
        sick = [f"{check.name}: {check.detail}" for check in health.check(library) if not check.ok]
    row = {"at": number, "failed": steps.failed, "trouble": trouble, "whole": whole}
    return row | {"wrong": wrong, "sick": sick, "note": note}


# -- damaged files


def damage(folder: Path, seed: int) -> str:
    """Harm one file of the followers': deleted, emptied, cut, grown, or bytes flipped; what was done."""
    generator = random.Random(seed)
    files = sorted(
        path
        for name in ("vectors", "words", "vectors.json", "words.json")
        for path in ([folder / name] if (folder / name).is_file() else (folder / name).rglob("*"))
        if path.is_file() and path.stat().st_size
    )
    kinds = sorted({_kind(path) for path in files})  # every kind of file as often, not every segment of tantivy's
    path = generator.choice([each for each in files if _kind(each) == kinds[seed % len(kinds)]])
    size = path.stat().st_size
    how = generator.choice(["delete", "empty", "cut", "grow", "flip one", "flip many", "zeros"])
    if how == "delete":
        path.unlink()
        return f"{how} {_kind(path)}"
    whole = bytearray(path.read_bytes())
    if how == "empty":
        whole = bytearray()
    elif how == "cut":
        del whole[generator.randrange(size) :]
    elif how == "grow":
        whole += generator.randbytes(5_000)
    elif how == "zeros":
        at = generator.randrange(size)
        whole[at : at + 4_096] = bytes(len(whole[at : at + 4_096]))
    else:
        for _ in range(1 if how == "flip one" else 50):
            whole[generator.randrange(size)] ^= 1 << generator.randrange(8)
    if whole == path.read_bytes():  # zeros upon zeros
        whole[0] ^= 1
    path.write_bytes(whole)
    return f"{how} {_kind(path)}"


def _kind(path: Path) -> str:
    return path.name if path.stem in {"meta", "chroma", "vectors", "words", ".managed", ".tantivy-meta"} or (
        path.suffix in {".bin", ".pickle", ".lock"}
    ) else f"*{path.suffix}"  # fmt: skip


def meet(folder: Path, seed: int) -> dict[str, Any]:
    """Damage a file, search, check, repair; what came of each."""
    how = damage(folder, seed)
    with opened(folder) as library:
        sick = [check.name for check in health.check(library) if not check.ok]
        wrong = wrong_answers(library)
    with opened(folder) as library:
        library.repair()
        still = [f"{check.name}: {check.detail}" for check in health.check(library) if not check.ok]
        after = wrong_answers(library)
    return {"seed": seed, "how": how, "detected": sick, "wrong": wrong, "still": still, "after": after}


def meet_unchecked(folder: Path, seed: int) -> dict[str, Any]:
    """The same, but searched at once: nobody has looked first, and then something new is filed."""
    how = damage(folder, seed)
    with opened(folder) as library:
        wrong = wrong_answers(library)
        file_away(library, paper("new.txt", "Sundials tell time."))
        wrong += wrong_answers(library)
        library.follow()
        still = [f"{check.name}: {check.detail}" for check in health.check(library) if not check.ok]
    return {"seed": seed, "how": how, "wrong": wrong, "still": still}


# -- no room


def fill_up(folder: Path, room: int) -> dict[str, Any]:
    """File papers while no file may grow beyond ``room`` bytes; what was acknowledged, and what was said."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    acknowledged: list[FileRecord] = []
    trouble = ""
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        with opened(folder) as library:
            for given in papers(60, seed=9):
                other = paper(f"late/{given[0].path}", *(chunk.text for chunk in given[2]))
                acknowledged.append(file_away(library, other))
                library.follow()
    except (LibraryError, OSError) as error:
        trouble = f"{type(error).__name__}: {error}"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    with opened(folder) as library:
        lost = [record.source for record in acknowledged if library.record(record.id) != record]
        library.follow()
        sick = [f"{check.name}: {check.detail}" for check in health.check(library) if not check.ok]
        wrong = wrong_answers(library)
    return {
        "room": room, "acknowledged": len(acknowledged), "trouble": trouble, "lost": lost, "sick": sick, "wrong": wrong,
    }  # fmt: skip


CASES: dict[str, Callable[[Path, int], dict[str, Any]]] = {
    "steps": lambda folder, at: fail_at(folder, at, errno.EIO),
    "no-space-steps": lambda folder, at: fail_at(folder, at, errno.ENOSPC),
    "damages": meet,
    "unchecked": meet_unchecked,
    "full": fill_up,
}


def run(kind: str, base: Path, work: Path, numbers: Sequence[int], *, seconds: float = 600.0) -> list[dict[str, Any]]:
    """One case for each number, each on a copy of ``base``, all in one child; raises where the child crashed."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.faults", kind, str(base), str(work), *map(str, numbers)]
    done = subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=seconds, check=False
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode:
        raise AssertionError(f"{kind} ended with {done.returncode} after {len(lines)} cases: {done.stderr[-3_000:]}")
    return lines


def main(kind: str, base: Path, work: Path, numbers: list[int]) -> None:
    """The child. It is a child itself, so it needs none to look into Chroma's files."""
    vectors.probe = probe.inspect_index
    if "steps" in kind:
        shutil.copytree(base, work / "whole")
        UNDISTURBED.extend(states(work / "whole"))
    for number in numbers:
        folder = work / f"{kind}-{number}"
        shutil.copytree(base, folder)
        print(json.dumps(CASES[kind](folder, number)), flush=True)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), [int(each) for each in sys.argv[4:]])
