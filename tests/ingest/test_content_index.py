"""The same content under several names is read once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingest.content_index import may_be_read_now, repair_duplicates
from rag.types import FileRecord, FileStamp, Outcome
from tests.ingest.doubles import MemoryLibrary
from tests.ingest.runs import outcomes, run


def test_a_renamed_folder_reads_and_embeds_nothing_and_leaves_nothing_behind(papers: Path) -> None:
    library = MemoryLibrary()
    run(papers, into=library)
    (papers / "b.txt").write_bytes((papers / "a.txt").read_bytes())
    run(papers, into=library)
    papers.rename(papers.with_name("letters"))
    report, parser, embedder = run(papers.with_name("letters"), into=library)
    assert parser.read == [] and embedder.embedded == []
    assert sorted(outcomes(report).values()) == ["empty", "moved", "moved", "moved", "unsupported"]
    assert {Path(record.root).name for record in library.records()} == {"letters"} and len(library.records()) == 5


def test_copies_are_read_once_wherever_they_lie(papers: Path) -> None:
    for number in range(20):
        shutil.copy(papers / "a.txt", papers / f"copy {number:02}.txt")
    library = MemoryLibrary()
    report, parser, embedder = run(papers, into=library)
    told = outcomes(report)
    assert [name for name, outcome in told.items() if outcome == "indexed"] == ["a.txt", "b.txt", "c.txt"]
    assert len(parser.read) == 4 and len(embedder.embedded) == 3 and len(library.content()) == 23
    assert {row.reason for row in report.outcomes if row.outcome is Outcome.DUPLICATE} == {
        f"the same content as {papers / 'a.txt'}"
    }
    (papers / "a.txt").unlink()
    run(papers, into=library)
    by_name = {record.path: record for record in library.records()}
    assert by_name["copy 00.txt"].outcome is Outcome.INDEXED and not by_name["copy 00.txt"].reason
    assert by_name["copy 19.txt"].reason == f"the same content as {papers / 'copy 00.txt'}"
    assert repair_duplicates(library.records()) == []


def test_what_gives_no_text_is_read_once_for_all_its_copies(papers: Path) -> None:
    (papers / "a.docx").write_bytes(b"PK\x03\x04 no document" + bytes(99))
    shutil.copy(papers / "a.docx", papers / "b.docx")
    report, parser, _ = run(papers, into=MemoryLibrary())
    assert outcomes(report)["a.docx"] == outcomes(report)["b.docx"] == "failed"
    assert sum(path.suffix == ".docx" for path in parser.read) == 1


def test_removing_the_first_copy_by_hand_mends_the_others(papers: Path, tmp_path: Path) -> None:
    from ui.shared.deletion import forget

    shutil.copy(papers / "a.txt", papers / "z.txt")
    library = MemoryLibrary()
    library.folder = tmp_path / "library"
    run(papers, into=library)
    forget(library, [record for record in library.records() if record.path == "a.txt"])  # type: ignore[arg-type]
    [left] = [record for record in library.records() if record.path == "z.txt"]
    assert left.outcome is Outcome.INDEXED and left.reason == ""


def test_a_copy_of_what_the_library_lost_meanwhile_is_read(papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = MemoryLibrary()
    run(papers, into=library)
    shutil.copy(papers / "a.txt", papers / "z.txt")
    monkeypatch.setattr(library, "copy", lambda *_, **__: False)
    report, parser, _ = run(papers, into=library)
    assert [path.name for path in parser.read] == ["z.txt"] and outcomes(report)["z.txt"] == "duplicate"


def test_missing_files_may_be_kept_and_a_move_is_still_one(papers: Path) -> None:
    library = MemoryLibrary()
    run(papers, into=library)
    (papers / "a.txt").unlink()
    (papers / "b.txt").rename(papers / "new.txt")
    report, _, _ = run(papers, into=library, keep_missing=True)
    assert report.removed == 0 and sorted(r.path for r in library.records() if r.chunks) == [
        "a.txt", "new.txt", "sub/c.txt"
    ]  # fmt: skip
    assert run(papers, into=library)[0].gone == (str(papers / "a.txt"),)


def test_a_line_is_in_the_language_of_its_folder(papers: Path) -> None:
    library = MemoryLibrary()
    for name in ("a", "b", "c"):
        (papers / f"{name}.txt").write_text(f"La barca {name} está en el cobertizo, y los remos cuelgan de la pared.")
    run(papers, into=library)
    (papers / "owner.txt").write_text("Otto Weber")
    (papers / "dogs").mkdir()
    (papers / "dogs" / "owner.txt").write_text("Kurt Weber")
    run(papers, into=library)
    languages = {record.path: record.language for record in library.records()}
    assert languages["owner.txt"] == "es" and languages["dogs/owner.txt"] == ""


def test_another_try_may_help_where_reading_failed_or_the_file_has_changed(tmp_path: Path) -> None:
    file = tmp_path / "later.txt"
    file.write_text("")
    stamp = FileStamp(0, file.stat().st_mtime_ns)

    def unread(outcome: Outcome, source: Path = file) -> FileRecord:
        return FileRecord("x", str(source), str(tmp_path), source.name, stamp, outcome, "there is no text in it")

    without_text = (Outcome.EMPTY, Outcome.UNSUPPORTED, Outcome.FAILED, Outcome.TOO_LARGE, Outcome.ENCRYPTED)
    assert [each for each in without_text if may_be_read_now(unread(each))] == [Outcome.FAILED]
    assert not may_be_read_now(unread(Outcome.EMPTY, tmp_path / "gone.txt"))
    file.write_text("The kettle stands on the stove.")
    assert may_be_read_now(unread(Outcome.EMPTY))
