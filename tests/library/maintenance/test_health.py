"""A check tells of damage, and a repair heals it."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag.library.library import Library
from rag.library.maintenance import health
from tests.copies import copied
from tests.doubles import BagEmbedder, paper, vectors_for
from tests.library.searching import BREAD, FERRY, HEALTHY, MILL, assert_all_found, chroma_folder, delete_words, ok, put

pytestmark = pytest.mark.real


def words_folder(library: Library) -> Path:
    return library.folder / "words" / library.words.state.read().folder


def states(library: Library) -> dict[str, object]:
    """What the indexes' state files say. Of the files: reading Chroma changes its own."""
    found: dict[str, object] = {}
    for path in library.folder.rglob("*.json"):
        held: object = path.read_bytes()
        with contextlib.suppress(ValueError):
            held = json.loads(path.read_bytes())
        found[path.name] = {**held, "files": None} if isinstance(held, dict) else held
    return found


def garble_state(name: str, content: str) -> Callable[[Library], object]:
    return lambda library: (library.folder / name).write_text(content)


def cut_words(library: Library) -> None:
    for path in (library.folder / "words").rglob("*.store"):
        path.write_bytes(b"torn")


def delete_chroma(library: Library) -> None:
    shutil.rmtree(library.folder / "vectors")


def garble_chroma(library: Library) -> None:
    (chroma_folder(library) / "chroma.sqlite3").write_bytes(b"\xa5" * 50_000)


def empty_chroma(library: Library) -> None:
    import chromadb

    client = chromadb.PersistentClient(str(chroma_folder(library)), chromadb.Settings(anonymized_telemetry=False))
    client.delete_collection("chunks")
    client.close()


def flip_words(suffix: str) -> Callable[[Library], object]:
    def flip(library: Library) -> None:
        files = [path for path in words_folder(library).iterdir() if path.name.endswith(suffix)]
        assert files
        for path in files:
            content = bytearray(path.read_bytes())
            for at in range(0, len(content), 3):
                content[at] ^= 0xFF
            path.write_bytes(content)

    return flip


def flip_one_bit(library: Library) -> None:
    path = next(path for path in words_folder(library).iterdir() if path.suffix == ".term")
    content = bytearray(path.read_bytes())
    content[len(content) // 4] ^= 1
    path.write_bytes(content)


DAMAGE: dict[str, Callable[[Library], object]] = {
    "deleted word index": delete_words,
    "deleted state of the words": lambda library: (library.folder / "words.json").unlink(),
    "garbled state of the words": garble_state("words.json", "{]"),
    "state of the words of the wrong types": garble_state("words.json", json.dumps({"applied": "9", "clean": 1})),
    "state of the words ahead of the ledger": garble_state(
        "words.json", json.dumps({"applied": 99, "clean": True, "generation": 2, "folder": "x"})
    ),
    "flipped postings": flip_words(".idx"),
    "flipped terms": flip_words(".term"),
    "words cut short": cut_words,
    "flipped stored ids": flip_words(".store"),
    "flipped meta of the words": flip_words("meta.json"),
    "one flipped bit": flip_one_bit,
    "deleted Chroma": delete_chroma,
    "deleted state of Chroma": lambda library: (library.folder / "vectors.json").unlink(),
    "garbled state of Chroma": garble_state("vectors.json", "\x00\x00"),
    "state of Chroma of the wrong types": garble_state("vectors.json", json.dumps({"generation": None})),
    "garbled database of Chroma": garble_chroma,
    "emptied Chroma": empty_chroma,
}


@pytest.fixture(params=DAMAGE)
def damaged(request: pytest.FixtureRequest, folder: Path, embedder: BagEmbedder) -> Iterator[Library]:
    """A library whose files came to harm while no process had them open."""

    def fill(made: Path) -> None:
        with Library.open(made, embedder.card, exact_up_to=0) as library:
            put(library, BREAD, MILL)
            put(library, FERRY)

    with Library.open(copied(folder, "three papers", fill), embedder.card, exact_up_to=0) as library:
        library.close()
        DAMAGE[request.param](library)
    with Library.open(folder, embedder.card, exact_up_to=0) as library:
        yield library


def test_a_damaged_index_never_makes_a_search_wrong(damaged: Library) -> None:
    assert_all_found(damaged)
    put(damaged, paper("new.txt", "Sundials tell time without sound."))
    assert_all_found(damaged)


def test_a_check_reports_damage_and_a_repair_mends_it(damaged: Library) -> None:
    before = states(damaged)
    checks = health.check(damaged)
    assert checks[0].ok and [check.ok for check in checks].count(False) == 1, checks
    assert states(damaged) == before  # only looked at
    damaged.repair()
    assert ok(damaged) == HEALTHY
    assert_all_found(damaged)


def test_a_chroma_that_no_longer_finds_a_chunk_by_its_vector_is_reported(library: Library) -> None:
    put(library, MILL, FERRY)
    turned = -vectors_for(MILL[2][:1], BagEmbedder())
    with library.chroma.writing(library.ledger.last_change()):  # as if Chroma itself had lost it
        library.chroma.add([MILL[2][0].id], [MILL[0].id], turned)
    check = {check.name: check for check in health.check(library)}["Chroma"]
    assert not check.ok and check.detail == "1 of 4 chunks are not found by their own vector"


def test_chunks_that_are_missing_and_chunks_too_many_are_told_apart(library: Library) -> None:
    put(library, MILL)
    record = library.records()[0]
    assert record.chunks and not health.document_fault(library, record)
    more, fewer = replace(record, chunks=record.chunks + 1), replace(record, chunks=record.chunks - 1)
    assert health.document_fault(library, more) == f"only {record.chunks} of its {more.chunks} chunks are there"
    assert health.document_fault(library, fewer) == f"it has {record.chunks} chunks instead of {fewer.chunks}"
