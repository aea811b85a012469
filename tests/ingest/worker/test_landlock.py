"""What is asked of kernels of each version, and what this one then refuses."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.worker import landlock
from ingest.worker.landlock import Access
from tests.ingest.parsing import ROOT


@pytest.mark.parametrize(
    ("held", "bits", "fields"), [(1, 13, 1), (2, 14, 1), (3, 15, 1), (4, 15, 2), (5, 16, 2), (6, 16, 3), (99, 16, 3)]
)
def test_a_kernel_is_asked_for_no_more_than_it_has(held: int, bits: int, fields: int) -> None:
    """A number that it does not know would make the whole call fail."""
    assert landlock.handled(held) == Access(2**bits - 1)
    made = landlock.ruleset(held)
    assert len(made) == 8 * fields and struct.unpack_from("=Q", made)[0] == 2**bits - 1


def test_a_file_is_allowed_only_what_files_can_be() -> None:
    made = landlock.rule(landlock.READ, 7, of_folder=False, descriptor=5)
    assert struct.unpack("=Qi", made) == (Access.EXECUTE | Access.READ_FILE, 5) and len(made) == 12
    made = landlock.rule(landlock.READ | Access.TRUNCATE, 2, of_folder=True, descriptor=5)
    assert struct.unpack("=Qi", made) == (landlock.READ, 5)


def test_places_that_several_parts_name_are_allowed_what_each_says() -> None:
    one, two = Path("/one"), Path("/two")
    found = landlock.merged(((one, two), Access.READ_DIR), ((two,), Access.READ_FILE))
    assert found == {one: Access.READ_DIR, two: Access.READ_DIR | Access.READ_FILE}


def test_without_the_kernel_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert landlock.version() == 0 and not landlock.handled(0) and landlock.restrict({}) is False


@pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock, or it is off")
def test_what_is_not_named_is_refused_for_good(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    for name in ("open/a", "b"):
        (tmp_path / name).write_text("x")
    program = f"""
import os, sys
from pathlib import Path
from ingest.worker.landlock import READ, restrict
here = Path({str(tmp_path)!r})
os.chdir(here)
print(restrict({{here / "open": READ, here / "gone": READ}}))
for name in ("open/a", "b", "open/../b"):
    try:
        print(open(name).read())
    except OSError as error:
        print(error.strerror)
print(restrict({{here: READ}}))
try:
    open("b")
except OSError as error:
    print(error.strerror)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    no = "Permission denied"
    assert done.stdout.splitlines() == ["True", "x", no, no, "True", no]
