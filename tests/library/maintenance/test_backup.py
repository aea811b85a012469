"""A library in one file and back; whatever is wrong with the file is said before anything is replaced."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import LibraryBusyError, LibraryError, UsageError
from rag.library.library import Library
from rag.library.locks import locked
from rag.library.maintenance import backup, health
from rag.library.maintenance.restore import restore, verify
from rag.types import document_id
from tests.doubles import BagEmbedder, Paper, file_away, paper, papers_folder

pytestmark = pytest.mark.real

REPOSITORY = Path(__file__).resolve().parents[3]
MILL = paper("mill.txt", "The mill grinds rye in autumn.", "Its wheel has larch paddles.")
FERRY = paper("паром.txt", "Паром отходит в полдень.", language="ru")
EMBEDDER = BagEmbedder()


def opened(folder: Path) -> Library:
    return Library.open(folder, EMBEDDER.card)


def content(folder: Path) -> dict[str, object]:
    with opened(folder) as library:
        return {
            record.id: (record, library.document(record.id), library.ledger.chunks_of(record.id))
            for record in library.records()
        }


def uploaded(folder: Path, name: str, text: str) -> Paper:
    """A paper whose file is a copy in the library's own folder."""
    root = folder / "uploads"
    root.mkdir(exist_ok=True)
    (root / name).write_text(text)
    return paper(name, text, root=str(root.resolve()))


@pytest.fixture
def saved(folder: Path, tmp_path: Path) -> Path:
    """A backup of a library with two papers."""
    papers_folder(folder, EMBEDDER, MILL, FERRY)
    about = backup.save(folder, tmp_path / "safe.oaken")
    assert (about.documents, about.chunks, about.embedder) == (2, 3, EMBEDDER.card.name)
    return tmp_path / "safe.oaken"


def test_what_was_saved_comes_back_elsewhere(folder: Path, saved: Path, tmp_path: Path) -> None:
    assert saved.stat().st_mode & 0o777 == 0o600
    assert verify(saved).documents == 2
    elsewhere = tmp_path / "other" / "place"
    restore(saved, elsewhere)
    assert content(elsewhere) == content(folder)
    with opened(elsewhere) as library:
        library.follow()
        assert all(check.ok for check in health.check(library)), health.check(library)
        assert {i for i, _ in library.search_words({"rye": 1.0}, 5)} == {MILL[2][0].id}
    assert elsewhere.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in elsewhere.iterdir()} & {"ledger.sqlite"} and not list(elsewhere.glob(".restore*"))


def test_documents_that_wait_for_vectors_are_saved_and_wait_where_they_are_restored(
    folder: Path, tmp_path: Path
) -> None:
    waiting = paper("late.txt", "The late ferry leaves at noon.", "Nobody rows.")
    with opened(papers_folder(folder, EMBEDDER, MILL)) as library:
        library.replace(*waiting)
    assert backup.save(folder, tmp_path / "half.oaken").documents == 2
    restore(tmp_path / "half.oaken", tmp_path / "other")
    with opened(tmp_path / "other") as library:
        assert library.follow() == "" and library.pending().documents == {waiting[0].id}
        [ledger, *others] = health.check(library)
        assert ledger.ok and ledger.remark and "2 chunks wait for their vectors" in ledger.note
        assert all(check.ok for check in others)


def test_no_clock_is_asked_for_the_dates_in_a_backup(saved: Path) -> None:
    """A zip holds no day before 1980 and none after 2107; a machine without a battery begins in 1970."""
    with zipfile.ZipFile(saved) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_nothing_is_overwritten_unless_it_is_asked_for(folder: Path, saved: Path) -> None:
    whole = saved.read_bytes()
    with pytest.raises(UsageError, match="already") as caught:
        backup.save(folder, saved)
    assert "--force" in caught.value.hint and saved.read_bytes() == whole
    with pytest.raises(UsageError, match="already holds a library"):
        restore(saved, folder)
    backup.save(folder, saved, force=True)
    assert verify(saved).documents == 2
    assert [path.name for path in saved.parent.glob(".oaken-*")] == []


def test_an_open_library_sees_what_was_restored(folder: Path, saved: Path) -> None:
    with opened(folder) as library:
        library.remove(MILL[0].id)
        late = file_away(library, paper("late.txt", "A sundial tells time."))
        library.follow()
        assert library.search_vector(EMBEDDER.embed_query("sundial"), 1)[0][1] > 0.4
        restore(saved, folder, force=True)
        assert {record.id for record in library.records()} == {MILL[0].id, FERRY[0].id}
        near = library.search_vector(EMBEDDER.embed_query("mill grinds rye"), 9)
        assert near[0][0] == MILL[2][0].id and late.id not in {
            chunk.document_id for chunk in library.chunks([i for i, _ in near]).values()
        }
        assert {i for i, _ in library.search_words({"rye": 1.0}, 5)} == {MILL[2][0].id}
        assert library.search_words({"sundial": 1.0}, 5) == []
        library.follow()
        assert all(check.ok for check in health.check(library)), health.check(library)


def test_uploaded_copies_are_restored_under_the_new_home(folder: Path, tmp_path: Path) -> None:
    with opened(folder) as library:
        given = uploaded(folder, "note.txt", "The key lies under the mat.")
        file_away(library, given)
        file_away(library, MILL)
    backup.save(folder, tmp_path / "b")
    elsewhere = tmp_path / "elsewhere"
    restore(tmp_path / "b", elsewhere)
    root = str((elsewhere / "uploads").resolve())
    assert (elsewhere / "uploads" / "note.txt").read_text() == "The key lies under the mat."
    with opened(elsewhere) as library:
        moved = library.record(document_id(root, "note.txt"))
        assert moved == replace(given[0], id=document_id(root, "note.txt"), root=root, source=f"{root}/note.txt")
        assert library.document(moved.id) == given[1] and library.record(given[0].id) is None
        library.follow()
        assert all(check.ok for check in health.check(library))
    (folder / "uploads" / "note.txt").write_text("changed")
    restore(tmp_path / "b", folder, force=True)
    assert (folder / "uploads" / "note.txt").read_text() == "The key lies under the mat."
    with opened(folder) as library:
        assert library.record(given[0].id) == given[0]


WRITE = """
import sys
from itertools import count
from pathlib import Path
from rag.library.library import Library
from tests.doubles import BagEmbedder, file_away, paper
with Library.open(Path(sys.argv[1]), BagEmbedder().card) as library:
    print("open", flush=True)
    for n in count():  # until it is ended
        file_away(library, paper(f"{n}.txt", f"Sundial n{n} tells time.", f"Lantern n{n} gives light."))
"""


def stored(folder: Path) -> int:
    """How many documents another process has stored by now, its log included."""
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as db:
        return int(db.execute("SELECT count(*) FROM documents").fetchone()[0])


def test_a_backup_while_another_process_writes_is_one_moment(folder: Path, tmp_path: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITE, str(folder)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None and writer.stdout.readline() == "open\n"
    sizes = []
    try:
        for turn in range(5):
            time.sleep(0.3)
            acknowledged = stored(folder)
            backup.save(folder, tmp_path / f"{turn}")
            assert writer.poll() is None
            about = verify(tmp_path / f"{turn}")
            sizes.append(about.documents)
            assert about.chunks == 2 * about.documents and about.documents >= acknowledged
    finally:
        writer.kill()
        writer.communicate()
    assert sizes == sorted(sizes) and sizes[-1] > sizes[0] > 0
    restore(tmp_path / "4", tmp_path / "again")
    held = content(folder)
    restored = content(tmp_path / "again")
    assert len(restored) == sizes[-1] and all(held[key] == value for key, value in restored.items())


def test_what_was_removed_is_not_in_a_backup(folder: Path, tmp_path: Path) -> None:
    with opened(folder) as library:
        file_away(library, paper("secret.txt", "Xylophonquartz"))
        file_away(library, MILL)
        library.remove(paper("secret.txt")[0].id)
    backup.save(folder, tmp_path / "b")
    with zipfile.ZipFile(tmp_path / "b") as archive:
        assert b"Xylophonquartz" not in archive.read("ledger.sqlite")


def test_a_library_that_another_process_writes_is_not_replaced(folder: Path, saved: Path) -> None:
    before = content(folder)
    with locked(folder / "turn.lock", 1.0):
        context = multiprocessing.get_context("fork")
        results = context.Queue()
        child = context.Process(target=_try_to_restore, args=(saved, folder, results))
        child.start()
        assert results.get(timeout=30) == "busy"
        child.join()
    assert content(folder) == before


def _try_to_restore(saved: Path, folder: Path, results: object) -> None:
    try:
        from rag.library import locks

        locks._threads.clear()  # a forked child inherits the lock of its parent's thread
        restore(saved, folder, force=True, wait=0.1)
        results.put("done")  # type: ignore[attr-defined]
    except LibraryBusyError:
        results.put("busy")  # type: ignore[attr-defined]


# -- what is wrong with a file


def rewritten(change: Callable[[dict[str, bytes], dict[str, object]], object]) -> Callable[[Path], None]:
    """A backup whose parts, and the list of them, were changed and then sealed again as they should be."""

    def rewrite(file: Path) -> None:
        import hashlib

        with zipfile.ZipFile(file) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        about = json.loads(parts.pop("oaken.json"))
        sums = lambda: [  # noqa: E731
            {"name": n, "size": len(c), "sha256": hashlib.sha256(c).hexdigest()} for n, c in parts.items()
        ]
        about["parts"] = None
        change(parts, about)
        about["parts"] = about["parts"] or sums()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, part in parts.items():
                archive.writestr(name, part)
            archive.writestr("oaken.json", json.dumps(about))

    return rewrite


def listed(size: int) -> dict[str, object]:
    return {"name": "ledger.sqlite", "size": size, "sha256": "0"}


def hostile_sql(statement: str) -> Callable[[Path], None]:
    def change(parts: dict[str, bytes], about: dict[str, object]) -> None:
        path = Path(os.environ["SCRATCH"]) / "x.sqlite"
        path.write_bytes(parts["ledger.sqlite"])
        with closing(sqlite3.connect(path)) as db:
            db.executescript(statement)
        parts["ledger.sqlite"] = path.read_bytes()

    return rewritten(change)


def link(file: Path) -> None:
    rewritten(lambda parts, _: parts.update({"uploads/a": b"/etc/passwd"}))(file)
    with zipfile.ZipFile(file) as archive:
        entries = [(info, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(file, "w") as archive:
        for info, part in entries:
            if info.filename == "uploads/a":
                info.external_attr = 0o120777 << 16
            archive.writestr(info, part)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def flip(file: Path) -> None:
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 3] ^= 0x10
    file.write_bytes(whole)


WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "no zip": (lambda file: file.write_bytes(b"no backup at all" * 99), "not a zip"),
    "empty": (lambda file: file.write_bytes(b""), "not a zip"),
    "cut": (cut, "cannot be used"),
    "one flipped bit": (flip, "cannot be used"),
    "another zip": (lambda file: zipfile.ZipFile(file, "w").close(), "not an Oaken backup"),
    "wrong checksum": (
        rewritten(lambda p, a: a.update(parts=[listed(len(p["ledger.sqlite"]))])),
        "checksum",
    ),
    "another length": (
        rewritten(lambda _, a: a.update(parts=[listed(9)])),
        "of the size",
    ),
    "a part that is not listed": (
        rewritten(lambda p, a: (p.update({"uploads/x": b"1"}), a.update(parts=[listed(1)]))),
        "does not match its contents",
    ),
    "a list that is none": (rewritten(lambda p, a: a.update(parts=[3])), "manifest"),
    "a path upwards": (rewritten(lambda p, _: p.update({"uploads/../../../evil": b"x"})), "outside the library"),
    "an absolute path": (rewritten(lambda p, _: p.update({"/tmp/evil": b"x"})), "outside the library"),
    "another folder": (rewritten(lambda p, _: p.update({"vectors/chroma.sqlite3": b"x"})), "outside the library"),
    "a path of another system": (rewritten(lambda p, _: p.update({"uploads/C:\\evil": b"x"})), "outside the library"),
    "a link": (link, "is a link"),
    "a file that is a folder too": (
        rewritten(lambda p, _: p.update({"uploads/a": b"x", "uploads/a/b": b"y"})), "a file and a folder",
    ),
    "a manifest that swells": (rewritten(lambda _, a: a.update(more=[{}] * 100_000)), "manifest is too long"),
    "a bomb": (rewritten(lambda p, _: p.update({"uploads/x": b"\0" * 30_000_000})), "unreasonable size"),
    "a newer schema": (rewritten(lambda _, a: a.update(schema=99)), "newer version of Oaken"),
    "another format": (rewritten(lambda _, a: a.update(format=2)), "its format is 2"),
    "a newer ledger inside": (hostile_sql("UPDATE meta SET value = '99' WHERE key = 'schema'"), "format 99"),
    "no ledger": (rewritten(lambda p, _: (p.clear(), p.update({"uploads/x": b"1"}))), "no ledger"),
    "a trigger": (
        hostile_sql("CREATE TRIGGER t AFTER INSERT ON chunks BEGIN DELETE FROM documents; END"), "unexpected objects",
    ),
    "a view": (hostile_sql("DROP TABLE elements; CREATE VIEW elements AS SELECT 1"), "unexpected objects"),
    "vectors of another length": (hostile_sql("UPDATE vectors SET vector = x'00'"), "vectors"),
    "a ledger that is none": (rewritten(lambda p, _: p.update({"ledger.sqlite": b"x" * 5000})), "not a database"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_damaged_or_hostile_backup_is_refused_and_says_why(
    folder: Path, saved: Path, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRATCH", str(tmp_path))
    before = content(folder)
    damage, reason = WRONG[what]
    damage(saved)
    around = sorted(tmp_path.rglob("*evil*"))
    for attempt in (
        lambda: verify(saved),
        lambda: restore(saved, tmp_path / "new"),
        lambda: restore(saved, folder, force=True),
    ):
        with pytest.raises(LibraryError, match=reason) as caught:
            attempt()
        assert "cannot be used" in caught.value.message and caught.value.hint
    assert content(folder) == before and not (tmp_path / "new").exists()
    assert sorted(tmp_path.rglob("*evil*")) == around and not Path("/tmp/evil").exists()


def test_random_damage_is_refused_or_harmless(folder: Path, saved: Path, tmp_path: Path) -> None:
    whole, generator, refused = saved.read_bytes(), random.Random(5), 0
    for trial in range(60):
        broken = bytearray(whole)
        for _ in range(generator.choice((1, 1, 20))):
            broken[generator.randrange(len(broken))] = generator.randrange(256)
        saved.write_bytes(broken)
        target = tmp_path / f"r{trial}"
        try:
            restore(saved, target)
        except LibraryError:
            refused += 1
            assert not target.exists()
        else:
            assert content(target) == content(folder)
            shutil.rmtree(target)
    assert refused > 30


def test_a_file_that_is_not_there(tmp_path: Path, folder: Path) -> None:
    for attempt in (lambda: verify(tmp_path / "x"), lambda: restore(tmp_path / "x", folder)):
        with pytest.raises(UsageError, match="does not exist"):
            attempt()
    assert not folder.exists() or not (folder / "ledger.sqlite").exists()


def test_a_place_that_cannot_be_written(folder: Path, saved: Path, tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="cannot be written") as caught:
        backup.save(folder, tmp_path / "no" / "such" / "folder")
    assert caught.value.hint


def test_a_backup_of_the_first_format_is_brought_to_todays(tmp_path: Path) -> None:
    import hashlib

    path = tmp_path / "l"
    with closing(sqlite3.connect(path)) as db:
        db.executescript((Path(__file__).parents[1] / "data" / "ledger-1.sql").read_text())
    part = path.read_bytes()
    about = {"format": 1, "created": "", "schema": 1, "embedder": "bag-of-words", "documents": 3, "chunks": 4}
    row = {"name": "ledger.sqlite", "size": len(part), "sha256": hashlib.sha256(part).hexdigest()}
    with zipfile.ZipFile(tmp_path / "old", "w") as archive:
        archive.writestr("ledger.sqlite", part)
        archive.writestr("oaken.json", json.dumps(about | {"parts": [row]}))
    restore(tmp_path / "old", tmp_path / "held")
    with Library.open(tmp_path / "held", BagEmbedder(dimension=8).card) as library:
        assert len(library.records()) == 3 and library.ledger.size() == 4


def test_a_ledger_that_cannot_be_read_is_replaced_by_force(folder: Path, saved: Path) -> None:
    before = content(folder)
    (folder / "ledger.sqlite").write_bytes(b"x" * 9_000)
    restore(saved, folder, force=True)
    assert content(folder) == before
