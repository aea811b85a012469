"""A library of three documents, what finds them, and what damages its indexes."""

from __future__ import annotations

import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

from rag.library.library import Library
from rag.library.maintenance import health
from tests.doubles import BagEmbedder, file_away, paper

REPOSITORY = Path(__file__).resolve().parents[2]
MILL = paper("mill.txt", "The mill grinds rye in autumn.", "Its wheel has larch paddles.")
FERRY = paper("ferry.txt", "The ferry leaves the eastern pier.", "Dogs travel free aboard.")
BREAD = paper("pan.txt", "La panadería abre temprano.", language="es")


def put(library: Library, *papers: object) -> None:
    for given in papers:
        file_away(library, given)  # type: ignore[arg-type]
    library.follow()


def by_words(library: Library, *stems: str) -> set[str]:
    return {chunk.text for chunk in library.chunks([i for i, _ in library.search_words(_weights(stems), 20)]).values()}


def _weights(stems: tuple[str, ...]) -> dict[str, float]:
    return dict.fromkeys(stems, 1.0)


def nearest(library: Library, text: str) -> str:
    found = library.search_vector(BagEmbedder().embed_query(text), 1)
    return library.chunks([found[0][0]])[found[0][0]].text if found else ""


def assert_all_found(library: Library) -> None:
    """Each chunk by its own vector and by its own words, and nothing that the ledger does not hold."""
    from rag.text.analyzer import terms

    held = [chunk for record in library.records() for chunk in library.ledger.chunks_of(record.id)]
    assert held
    for chunk in held:
        assert nearest(library, chunk.embedding_text) == chunk.text
        assert chunk.text in by_words(library, *terms(chunk.text, chunk.language))
    assert {i for i, _ in library.search_vector(BagEmbedder().embed_query("the"), 99)} == {c.id for c in held}


def ok(library: Library) -> dict[str, bool]:
    return {check.name: check.ok for check in health.check(library)}


HEALTHY = {"ledger": True, "word index": True, "Chroma": True, "files": True, "space": True}


def chroma_folder(library: Library) -> Path:
    return library.folder / "vectors" / library.chroma.state.read().folder


def delete_words(library: Library) -> None:
    shutil.rmtree(library.folder / "words")


def child(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
