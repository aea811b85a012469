"""Every benchmark of robustness runs on a small scale and writes its tables."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas

from benchmarks.robustness import (
    api_crowd,
    coverage,
    damaged_pdfs,
    endurance,
    faults,
    format_prints,
    format_readers,
    format_truth,
    formats,
    hostile_files,
    killed_commands,
    kills,
    model_stress,
    tried,
)


def test_formats_against_what_is_expected(run: Any, tmp_path: Path) -> None:
    folder, expected = tmp_path / "files", tmp_path / "expected"
    folder.mkdir()
    expected.mkdir()
    table = "| Boat | Seats |\n|---|---|\n| Aurora | 40 |\n"
    (folder / "a.md").write_text(f"# Ferry\n\nIt crosses at six.\n\n{table}", encoding="utf-8")
    (folder / "c.md").write_text("# Ferry\n\n" + "The ferry crosses the river at six every morning. " * 3)
    (folder / "b.wav").write_bytes(b"RIFF\x00\x00\x00\x00WAVE")
    (expected / "a.md.json").write_text('[{"text": "Ferry"}, {"text": "It crosses at six daily"}]', encoding="utf-8")
    got = run(
        formats.main, folder, "--expected", expected, "--readers", "oaken,absent", "--before", format_readers.ROOT
    )
    rows = {row["format"]: row for row in got["formats"].rows}
    assert rows["md"]["words recovered"] == pytest.approx(5 / 6, abs=1e-4)
    assert rows["wav"]["outcomes"] == "1 unsupported"
    whole = {"format": "md", "files": 2}
    for measure, found in (("rows", "1 of 1"), ("headings", "2 of 2"), ("language", "1 of 1")):
        whole |= {f"{measure}, oaken": found, f"{measure}, before": found}
    assert list(got["formats_structure"].rows) == [whole]
    assert "left out: absent" in got["formats_structure"].note
    assert all(row["oaken"] > 0 for row in got["formats_seconds"].rows)


def test_what_files_mark_is_told_from_what_a_reader_gives(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        "<h1>Fer<b>ry</b></h1><table><tr><th>Boat<th>Seats<th>Since</tr><tr><td>Aurora<td>40<td>1911</tr></table>"
        "<table><tr><td>Name<td>Anna</tr><tr><td>Town<td>Oviedo</tr></table>"
    )
    assert format_truth.headings(tmp_path / "a.html") == ["Ferry"]
    (row,) = truth = format_truth.labelled_rows(tmp_path / "a.html")
    assert row == [("boat", "aurora"), ("seats", "40"), ("since", "1911")]
    table = "| Boats | | |\n|---|---|---|\n| Boat | Seats | Since |\n| Aurora | 40.0 | 1911 |\n"
    for reading, found in (
        ({"rows": ["Boat: Aurora | Seats: 40 | Since: 1911"]}, 1),
        ({"rows": ["Boat: Aurora | Since: 40 | Seats: 1911"]}, 0),
        ({"rows": ["Boat: Aurora | Seats: 40", "Boat: Aurora | Since: 1911"]}, 1),  # parts of a wide row
        ({"rows": ["Boat: Aurora | Seats: 40 | Since: 2", "Boat: Aurora | Seats: 5 | Since: 1911"]}, 0),
        ({"rows": ["Boat: Aurora | Seats: 40", "Boat: Heron | Since: 1911"]}, 0),
        ({"rows": ["Aurora | 40 | 1911"]}, 0),
        ({"tables": format_readers.markdown_tables(table)}, 1),
        ({"tables": format_readers.html_tables("<table><tr><td>Aurora<td>40<td>1911</tr></table>")}, 0),
    ):
        assert format_truth.found_rows(truth, reading) == found
    assert format_truth.found_headings(["Ferry", "Ferry"], ["FERRY", "Boats"]) == 1
    titles = ["Ferry", "Boats", "Ferry", "Crews"]
    assert format_truth.shown_headings(titles, ["A FERRY: boats", "Ferry, boatswain"]) == ["Ferry", "Boats"]


def test_a_number_is_one_word_however_it_is_written() -> None:
    assert formats.word_list("7,904 or 1,207,904, in 2,30 and 1,2345") == "7904 or 1207904 in 2 30 and 1 2345".split()


def test_an_older_file_is_held_to_the_newer_one_beside_it(tmp_path: Path) -> None:
    for name in ("a.doc", "a.docx", "b.doc", "notes"):
        (tmp_path / name).touch()
    assert formats.original_of(tmp_path / "a.doc", None).name == "a.docx"
    assert formats.original_of(tmp_path / "b.doc", None).name == "b.doc"
    assert formats.original_of(tmp_path / "notes", None).name == "notes"


def test_the_order_of_words_that_two_others_agree_on() -> None:
    one, other, columns = "a b c d e f".split(), "a b c d e f x".split(), "a d b e c f".split()
    assert format_truth.agreed_order(one, [one, other]) == 1
    assert format_truth.agreed_order(columns, [one, other]) == 4 / 5
    assert format_truth.agreed_order("f e d c b a".split(), [one, other]) == 0
    assert format_truth.agreed_order(one, [one]) is None
    assert format_truth.agreed_order("a a b".split(), [one, other]) is None


def test_a_printed_file_is_held_to_what_its_original_marks(run: Any, tmp_path: Path) -> None:
    originals, printed = tmp_path / "originals", tmp_path / "printed"
    originals.mkdir()
    table = "<table><tr><th>Boat<th>Seats<th>Since</tr><tr><td>Aurora<td>40<td>1911</tr></table>"
    (originals / "a.html").write_text(
        f"<p>Of boats.</p><h1>Ferry</h1><p>It crosses at six.</p>{table}", encoding="utf-8"
    )
    (originals / "b.html").write_text("<p>Nothing is marked here.</p>", encoding="utf-8")
    format_prints.main([str(originals), str(printed)])
    assert [path.name for path in printed.iterdir()] == ["a.html.pdf"]
    got = run(
        formats.main, printed, "--printed-from", originals, "--name", "printed", "--readers", "pypdf", "--rounds", 1
    )
    (row,) = got["printed"].rows
    assert row["rows with right labels"].endswith("of 1") and row["headings found"].endswith("of 1")


def test_damaged_pdfs(run: Any, tmp_path: Path) -> None:
    folder = tmp_path / "pdfs"
    folder.mkdir()
    canvas = Canvas(str(folder / "good.pdf"))
    canvas.drawString(72, 720, "The ferry crosses at six.")
    canvas.save()
    (folder / "cut.pdf").write_bytes((folder / "good.pdf").read_bytes()[:60])
    got = run(damaged_pdfs.main, folder)["damaged_pdfs"]
    assert {row["outcome"]: row["files"] for row in got.rows} == {"indexed": 1, "failed": 1}
    assert "0 ended the worker" in got.note


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="figures are read from /proc")
def test_hostile_files(run: Any, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a\nb.txt").write_text("The ferry crosses at six.")
    (folder / "cut.pdf").write_bytes(b"%PDF-1.7 and no more")
    (folder / "out.txt").symlink_to("/etc/passwd")
    rows = {row["way in"]: row for row in run(hostile_files.main, folder)["hostile_files"].rows}
    assert [(row["files"], row["read"], row["refused"]) for row in rows.values()] == [(3, 1, 2), (2, 2, 0), (2, 1, 1)]
    assert all(row["without a reason"] == row["crashes"] == row["leaks"] == 0 for row in rows.values())
    assert all(row["most memory, MB"] > 10 and row["longest, processor s"] > 0 for row in rows.values())
    assert hostile_files._is_leaked(Path("/etc/passwd").read_text())


@pytest.mark.real
@pytest.mark.slow
def test_faults(run: Any) -> None:
    (row,) = run(faults.main, "damages", "--papers", 6, "--damages", 2)["faults"].rows
    assert row["cases"] == row["ledger whole"] == 2 and row["wrong answers"] == row["damaged afterwards"] == 0


@pytest.mark.bench
def test_the_api_in_a_crowd(run: Any) -> None:
    got = run(api_crowd.main, "--clients", 20, "--seconds", 4, "--connections", 450)
    assert got["api_crowd"].rows[0]["other errors"] == 0 < got["api_crowd"].rows[0]["answered"]
    assert [row["clients"] for row in got["api_search"].rows] == [1, 20]
    assert all(row["other errors"] == 0 < row["answered"] for row in got["api_search"].rows)
    assert got["api_idle"].rows[0]["requests"] == got["api_idle"].rows[0]["answered"] > 0
    assert [row["processes left"] for row in got["api_stop"].rows] == [0] * len(api_crowd.BUSY)


@pytest.mark.bench
def test_what_goes_wrong_around_a_library(run: Any) -> None:
    rows = run(tried.main, "wal", "pickle", "libraries", "--papers", 2, "--libraries", 3)["tried"].rows
    assert len(rows) == 3 and all(row["cases"] == row["as it should be"] > 0 for row in rows), rows


@pytest.mark.bench
def test_one_process_goes_on_and_on(run: Any) -> None:
    got = run(endurance.main, "--questions", 12, "--changes", 40, "--files", 10)
    assert [row["questions asked"] for row in got["endurance_questions"].rows] == [2, 4, 6, 8, 10, 12]
    (row,) = got["endurance_watch"].rows
    assert row["as in the folder"] == row["files at the end"] > 0 == row["no longer there"]


def test_what_was_not_tried_again_keeps_its_row(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = iter(range(3))
    names = ("wal", "lock")
    monkeypatch.setattr(
        tried, "TESTS", {name: lambda *_: tried._row("it", "be", 1, 1, str(next(rounds))) for name in names}
    )
    for name in ("lock", "wal", "lock"):
        rows = run(tried.main, name)["tried"].rows
    assert [(row["test"], row["seen"]) for row in rows] == [("wal", "1"), ("lock", "2")]


@pytest.mark.bench
def test_kills(run: Any) -> None:
    (row,) = run(kills.main, 2, 12)["kills"].rows
    struck = [row[name] for name in ("kills at random", "at index writes", "at ledger writes")]
    assert row["problems"] == 0 and sum(struck) == 2


@pytest.mark.bench
def test_killed_commands(run: Any) -> None:
    rows = run(killed_commands.main, "--kills", 2, "--files", 10)["killed_commands"].rows
    assert sum(row["killed"] + row["ended before"] for row in rows) == 2
    assert not any(row["problems"] for row in rows)


@pytest.mark.real
@pytest.mark.slow
def test_the_model_under_stress(run: Any) -> None:
    got = run(model_stress.main, "--clients", 2, "--cancels", 2, "--files", 3)
    assert got["model_crowd"].rows[0]["as if alone, in order"] == 8
    assert got["model_cancels"].rows[0]["cancels"] == 2
    assert sum(row["files"] for row in got["model_damage"].rows) == 3


def test_coverage_by_package(run: Any, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    found = {"rag/types.py": (10, 10), "rag/text/dates.py": (30, 15), "rag/text/languages/en/text.py": (10, 0)}
    files = {path: {"summary": {"num_statements": n, "covered_lines": k}} for path, (n, k) in found.items()}
    report.write_text(json.dumps({"files": files}), encoding="utf-8")
    got = run(coverage.main, report)["coverage"]
    assert [tuple(row.values()) for row in got.rows] == [
        ("rag", 1, 10, 1.0),
        ("rag/text", 2, 40, 0.375),
        ("all", 3, 50, 0.5),
    ]
