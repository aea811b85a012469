"""Another embedder takes over: nothing is parsed, a run that is killed goes on, the old vectors serve until the end."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ingest.chunk import chunk
from rag.errors import EmbedderMismatchError, LibraryBusyError
from rag.interfaces import Vectors
from rag.library.db.ledger import Ledger, remembered
from rag.library.library import Library
from rag.library.maintenance import health
from rag.library.maintenance import reembed as module
from rag.library.maintenance.reembed import Chunker, ReembedProgress, reembed, unfinished_notice, unfinished_state
from rag.types import Chunk, Document
from tests.doubles import BagEmbedder, as_filed, file_away, paper, vectors_for

pytestmark = pytest.mark.real

REPOSITORY = Path(__file__).resolve().parents[3]
OLD = BagEmbedder()
PAPERS = [paper(f"{n}.txt", f"Sundial n{n} tells time in the garden.", f"Lantern n{n} gives light.") for n in range(9)]
LONG = paper(
    "long.txt", "The mill grinds rye in autumn. Its wheel has larch paddles. Flour is sold on Tuesdays at noon."
)


class Other(BagEmbedder):
    """Another model: another name, other dimensions, a shorter window; may be told to fail."""

    def __init__(self, max_tokens: int = 64, fail_after: int = 10**9) -> None:
        super().__init__(max_tokens, 96, "other-words")
        self.left = fail_after

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.left -= len(texts)
        if self.left < 0:
            raise RuntimeError("the machine went to sleep")
        return super().embed_documents(texts)


def cut_for(embedder: BagEmbedder) -> Chunker:
    def cut(document: Document, document_id: str, path: str) -> list[Chunk]:
        return chunk(document, document_id, embedder.count, embedder.card.max_tokens, path)

    return cut


@pytest.fixture
def filled(folder: Path) -> Path:
    with Library.open(folder, OLD.card, exact_up_to=0) as library:
        for given in PAPERS:
            file_away(library, given)
        library.follow()
    return folder


def test_every_chunk_gets_the_new_vector_and_everything_else_stays(filled: Path) -> None:
    with Library.open(filled, OLD.card) as library:
        before = {r.id: (r, library.document(r.id), library.ledger.chunks_of(r.id)) for r in library.records()}
    other, told = Other(), list[ReembedProgress]()
    done = reembed(filled, other, as_filed, progress=told.append)
    assert (done.before, done.now, done.documents, done.recut) == ("bag-of-words", "other-words", 9, 0)
    assert [now.done for now in told] == sorted(now.done for now in told) and {now.total for now in told} == {9}
    assert (told[-1].done, told[-1].share, told[-1].seconds_left) == (9, 1.0, 0.0)
    assert 0 < told[0].share < 0.2 and (told[0].seconds_left or 0) > 0 and told[0].source.startswith("/papers/")
    assert len(other.embedded) == len(set(other.embedded)) == 18
    with pytest.raises(EmbedderMismatchError, match="embedded with other-words") as caught:
        Library.open(filled, OLD.card)
    assert "oaken reembed --embedder bag-of-words" in caught.value.hint
    assert remembered(filled / "ledger.sqlite") == "other-words"
    with Library.open(filled, other.card, exact_up_to=0) as library:
        assert before == {r.id: (r, library.document(r.id), library.ledger.chunks_of(r.id)) for r in library.records()}
        for _, _, chunks in before.values():
            np.testing.assert_array_equal(
                library.ledger.vectors_of(chunks[0].document_id)[1], vectors_for(chunks, Other())
            )
        library.follow()
        assert all(check.ok for check in health.check(library)), health.check(library)
        near = library.search_vector(other.embed_query("Lantern n3 gives light."), 1)
        assert near[0][0] == PAPERS[3][2][1].id


def test_the_same_embedder_has_nothing_to_do(filled: Path) -> None:
    done = reembed(filled, OLD, as_filed)
    assert (done.documents, done.texts) == (0, 0)


def test_a_run_that_broke_off_goes_on_and_the_old_vectors_serve_meanwhile(filled: Path) -> None:
    with Library.open(filled, OLD.card) as library:
        with pytest.raises(RuntimeError, match="sleep"):
            reembed(filled, Other(fail_after=8), as_filed)
        assert library.search_vector(OLD.embed_query("Lantern n3 gives light."), 1)[0][0] == PAPERS[3][2][1].id
        assert "4 documents" in unfinished_notice(library.ledger)
        assert all(check.ok for check in health.check(library)), health.check(library)
        late = paper("late.txt", "A ferry leaves the pier.")
        file_away(library, late)
        file_away(library, paper("0.txt", "Sundial n0 was broken."))  # it was embedded already, and has changed
        library.remove(PAPERS[1][0].id)
    other = Other()
    done = reembed(filled, other, as_filed)
    assert done.documents == 7 and not set(PAPERS[2][2][0].text.split("\n")) & set(other.embedded)
    with Library.open(filled, other.card) as library:
        assert len(library.records()) == 9 and unfinished_notice(library.ledger) == ""
        assert all(check.ok for check in health.check(library) if check.name == "ledger"), health.check(library)
        assert library.search_vector(other.embed_query("ferry pier leaves"), 1)[0][0] == late[2][0].id


def test_one_that_is_stopped_keeps_what_it_has_and_the_next_goes_on(filled: Path) -> None:
    other = Other()
    done = reembed(filled, other, as_filed, stop=lambda: len(other.embedded) >= 7)
    assert done.stopped and (done.before, done.now) == ("bag-of-words", "other-words")
    with Library.open(filled, OLD.card) as library:  # the old embedder answers
        assert library.search_vector(OLD.embed_query("Lantern n3 gives light."), 1)[0][0] == PAPERS[3][2][1].id
        assert unfinished_state(library.ledger) == ("other-words", done.documents) and 0 < done.documents < 9
        assert library.holder() == ""
    rest = Other()
    last = reembed(filled, rest, as_filed)
    assert not last.stopped and last.documents + done.documents == 9
    assert not set(rest.embedded) & set(other.embedded)  # nothing is embedded twice


def test_a_document_of_many_batches_goes_on_within_it(filled: Path) -> None:
    long = paper("long.txt", *(f"Paragraph {n} of the long one." for n in range(100)))
    with Library.open(filled, OLD.card) as library:
        for given in PAPERS:
            library.remove(given[0].id)
        file_away(library, long)
    other = Other()
    assert reembed(filled, other, as_filed, stop=lambda: len(other.embedded) >= 64).stopped
    rest, told = Other(), list[ReembedProgress]()
    assert reembed(filled, rest, as_filed, progress=told.append).documents == 1
    assert len(other.embedded) == 64 and len(rest.embedded) == 36
    assert told[0].done == 0 and told[0].seconds_left is not None


def test_another_embedder_starts_the_reembedding_over(filled: Path) -> None:
    with pytest.raises(RuntimeError):
        reembed(filled, Other(fail_after=8), as_filed)
    third = BagEmbedder(dimension=64, name="third")
    assert reembed(filled, third, as_filed).documents == 9
    assert Ledger.open(filled / "ledger.sqlite", third.card).all_vectors()[2].shape == (18, 64)


def test_a_library_that_an_earlier_version_cut_is_cut_into_blocks_with_the_embedder_that_it_has(filled: Path) -> None:
    with Library.open(filled, OLD.card) as library:
        assert not any(piece.context for record in library.records() for piece in library.ledger.chunks_of(record.id))
    first, second = (reembed(filled, OLD, cut_for(OLD)) for _ in range(2))
    assert (first.documents, first.recut) == (9, 9) and second.documents == 0
    with Library.open(filled, OLD.card, exact_up_to=0) as library:
        assert all(piece.context for record in library.records() for piece in library.ledger.chunks_of(record.id))
        library.follow()
        assert all(check.ok for check in health.check(library)), health.check(library)


def test_chunks_too_long_for_the_new_embedder_are_cut_from_the_text_that_is_held(filled: Path) -> None:
    with Library.open(filled, OLD.card) as library:
        file_away(library, LONG)
    small = Other(max_tokens=16)
    assert any(small.count(piece.embedding_text) > 16 for piece in LONG[2])
    done = reembed(filled, small, cut_for(small))
    assert done.recut == 10  # each has its path with it now
    with Library.open(filled, small.card, exact_up_to=0) as library:
        chunks = library.ledger.chunks_of(LONG[0].id)
        assert len(chunks) > 1 and all(small.count(piece.embedding_text) <= 16 for piece in chunks)
        assert all(LONG[1].text[piece.start : piece.end] == piece.text for piece in chunks)
        record = library.record(LONG[0].id)
        assert record is not None and record.chunks == len(chunks)
        library.follow()
        assert all(check.ok for check in health.check(library)), health.check(library)
        assert library.search_words({"rye": 1.0}, 5)[0][0] in {piece.id for piece in chunks}


def test_an_open_library_and_a_running_ingest_report_that_another_embedder_took_over(filled: Path) -> None:
    with Library.open(filled, OLD.card) as library:
        library.search_vector(OLD.embed_query("x"), 1)
        reembed(filled, Other(), as_filed)
        with pytest.raises(EmbedderMismatchError):
            library.search_vector(OLD.embed_query("x"), 1)
        with pytest.raises(EmbedderMismatchError):
            file_away(library, paper("late.txt", "A ferry leaves."))
    with Library.open(filled, Other().card) as library:
        assert library.record(paper("late.txt")[0].id) is None


KILLED = """
import sys, time
from pathlib import Path
from tests.doubles import as_filed
from tests.library.maintenance.test_reembed import Other
from rag.library.maintenance.reembed import reembed
class Slow(Other):
    def embed_documents(self, texts):
        print("batch", flush=True)
        time.sleep(0.05)
        return super().embed_documents(texts)
print(reembed(Path(sys.argv[1]), Slow(), as_filed).documents)
"""


def test_a_killed_run_loses_at_most_the_document_it_was_at(filled: Path) -> None:
    done = 0
    for batches in (2, 3):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(filled)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        with process.stdout:
            for _ in range(batches):
                assert process.stdout.readline() == "batch\n"
            process.kill()
            process.wait()
        done += batches - 1
        with Library.open(filled, OLD.card) as library:  # the old embedder still answers
            assert f"({done} documents)" in unfinished_notice(library.ledger)
            assert library.holder() == ""  # the turn of a dead process is nobody's
    last = subprocess.run(
        [sys.executable, "-c", KILLED, str(filled)], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert last.stdout.splitlines()[-1] == str(9 - done)


def test_a_library_that_is_being_written_waits_its_turn(filled: Path) -> None:
    with Library.open(filled, OLD.card) as library, library.writing():
        with pytest.raises(LibraryBusyError, match="is filling the library") as caught:
            reembed(filled, Other(), as_filed)
        assert "process" in caught.value.message and "since" in caught.value.message


def test_a_switch_that_fails_leaves_the_old_vectors(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_drop", lambda db: (_ for _ in ()).throw(OSError("no space left")))
    with pytest.raises(OSError, match="no space"):
        reembed(filled, Other(), as_filed)
    monkeypatch.undo()
    with Library.open(filled, OLD.card) as library:
        assert all(check.ok for check in health.check(library) if check.name == "ledger")
    assert reembed(filled, Other(), as_filed).texts == 18
