"""The guards are where the list says, their tests exist, and a guard whose removal no test notices is reported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.results import Result, read_result, write_result
from benchmarks.robustness import guards
from benchmarks.robustness.known_guards import GUARDS, Guard
from benchmarks.robustness.promises import PROMISES

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: f"{guard.promise} {guard.text}")
def test_a_guard_stands_where_the_list_says(guard: Guard) -> None:
    held = (REPOSITORY / guard.file).read_text(encoding="utf-8")
    assert held.count(guard.old) == 1 and guard.new != guard.old
    if guard.file.endswith(".py"):
        compile(held.replace(guard.old, guard.new), guard.file, "exec")  # or its test would fail of that


def test_there_are_twenty_seven_promises_and_each_has_a_guard() -> None:
    assert sorted(promise.number for promise in PROMISES) == list(range(1, 28))
    assert {guard.promise for guard in GUARDS} == set(range(1, 28))
    assert len({guards.key(guards.row(guard, "", 0.0)) for guard in GUARDS}) == len(GUARDS)  # a row each


@pytest.mark.real
def test_every_test_that_the_list_names_exists() -> None:
    named = sorted({guard.test for guard in GUARDS})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-n", "0", "-p", "no:cacheprovider", *named]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.mark.parametrize(
    ("code", "report", "told"),
    [
        (1, "FAILED tests/a.py::test_a - assert 1\n1 failed", "failed"),
        (1, "FAILED tests/a.py::test_a - assert 1\nERROR tests/a.py::test_a - witness\n1 failed, 1 error", "failed"),
        (1, "ERROR tests/a.py::test_a - fixture\n1 error", "exit code 1: 1 error"),
        (2, "ERROR tests/a.py\nInterrupted: 1 error", "exit code 2: Interrupted: 1 error"),
        (4, "ERROR: not found: tests/a.py::test_b", "exit code 4: ERROR: not found: tests/a.py::test_b"),
        (0, "1 passed in 0.1s", "passed"),
        (0, "SKIPPED [1] tests/a.py:3: only root\n1 skipped in 0.1s", "skipped"),
    ],
)
def test_only_a_failure_of_the_test_itself_counts(code: int, report: str, told: str) -> None:
    assert guards.verdict(code, report) == told


def test_a_guard_that_is_missed_one_that_is_not_and_a_test_that_fails_anyway(tmp_path: Path) -> None:
    (tmp_path / "door.py").write_text("def may_enter(age):\n    return age >= 18\n\n\nUNUSED = 1\n")
    (tmp_path / "test_door.py").write_text(
        "from door import may_enter\n\n\ndef test_child():\n    assert not may_enter(9)\n\n\n"
        "def test_wrong():\n    assert may_enter(9)\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    copy = guards.Copy(tmp_path)

    def told(test: str, old: str, new: str) -> str:
        return copy.noticed(Guard(1, "", f"test_door.py::{test}", "door.py", old, new))

    before = (tmp_path / "door.py").read_text()
    assert told("test_child", "return age >= 18", "return age >=").startswith("exit code")  # a collection error
    assert told("test_child", "return age >= 18", "return True or 18") == guards.YES
    assert told("test_child", "UNUSED = 1", "UNUSED = 2") == guards.NO
    assert told("test_wrong", "return age >= 18", "return True or 18") == guards.BROKEN
    assert (tmp_path / "door.py").read_text() == before
    with pytest.raises(ValueError, match="0 times"):
        told("test_child", "age > 99", "")


@pytest.mark.slow
def test_guards_of_one_promise(run: Any) -> None:
    got = run(guards.main, 25)["guards"]
    assert [row["noticed"] for row in got.rows] == [guards.YES] * 3
    assert got.note.startswith("The test fails without 3 of 3 guards")


def test_a_run_keeps_each_row_at_once_and_goes_on_with_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    three = GUARDS[:3]
    monkeypatch.setattr(guards, "GUARDS", three)
    told = dict(zip(three, (guards.YES, guards.NO, ""), strict=True))
    tried: list[Guard] = []

    def noticed(_: guards.Copy, guard: Guard) -> str:
        tried.append(guard)
        if not told[guard]:
            raise KeyboardInterrupt
        return told[guard]

    monkeypatch.setattr(guards.Copy, "make", guards.Copy)
    monkeypatch.setattr(guards.Copy, "try_all", lambda *_: None)
    monkeypatch.setattr(guards.Copy, "noticed", noticed)
    monkeypatch.setattr(guards, "in_order", list)
    with pytest.raises(KeyboardInterrupt):
        guards.main(["--json", str(tmp_path)])
    held = read_result(tmp_path / "guards.json")
    assert [row["noticed"] for row in held.rows] == [guards.YES, guards.NO]
    told |= dict.fromkeys(three[1:], guards.YES)
    assert guards.main(["--untried", "--json", str(tmp_path)]) == 0
    assert tried == [*three, *three[1:]]
    assert [row["noticed"] for row in read_result(tmp_path / "guards.json").rows] == [guards.YES] * 3


def test_an_earlier_run_fills_what_a_partial_one_leaves_out(tmp_path: Path) -> None:
    rows = [guards.row(guard, guards.YES, 1.0) for guard in GUARDS[:3]]
    now = guards.row(GUARDS[1], guards.NO, 2.0)
    gone = guards.row(Guard(1, "a guard that is no more", "tests/a.py::test_a", "", "", ""), guards.YES, 1.0)
    assert guards.with_earlier([now], tmp_path / "guards.json") == [now]
    earlier = Result("guards", "", "", "2026-01-01", guards.COLUMNS, [rows[2], gone, rows[1], rows[0]])
    assert guards.with_earlier([now], write_result(earlier, tmp_path)) == [rows[0], now, rows[2]]


def test_the_sums_tell_what_was_not_noticed_and_what_was_not_tried() -> None:
    told = [guards.YES, guards.NO, guards.BROKEN, *[guards.YES] * (len(GUARDS) - 3)]
    rows = [guards.row(guard, each, 1.0) for guard, each in zip(GUARDS, told, strict=True)]
    assert guards.summary(rows[:4]) == f"The test fails without 2 of 4 guards; {len(GUARDS) - 4} were not tried."
    all_but_two = f"{len(GUARDS) - 2} of {len(GUARDS)}"
    assert guards.summary(rows) == f"The test fails without {all_but_two} guards; 0 were not tried."


def test_without_a_test_to_try_none_is_run(tmp_path: Path) -> None:
    """Given no test, pytest would run all there are."""
    (tmp_path / "test_all.py").write_text("from pathlib import Path\n\n\ndef test_it():\n    Path('ran').touch()\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    copy = guards.Copy(tmp_path)
    copy.try_all([])
    assert not copy.passed and not (tmp_path / "ran").exists()
    copy.try_all(["test_all.py::test_it"])
    assert copy.passed == {"test_all.py::test_it": "passed"} and (tmp_path / "ran").exists()
