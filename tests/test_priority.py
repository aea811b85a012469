"""The sign on the door: hung out by one process, heeded by another."""

import subprocess
import sys
from pathlib import Path

from rag.priority import LOCK_FILE, answer_in_progress, yield_to_answers

HOLD = """
import sys
from pathlib import Path
from rag.priority import answer_in_progress
with answer_in_progress(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_nothing_waits_where_no_answer_is_written(tmp_path: Path) -> None:
    assert yield_to_answers(tmp_path, 5.0) == 0.0
    assert not (tmp_path / LOCK_FILE).exists()
    with answer_in_progress(tmp_path):
        pass
    assert yield_to_answers(tmp_path, 5.0) < 5.0


def test_one_waits_as_long_as_it_may_and_no_longer(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        assert yield_to_answers(tmp_path, 0.1) >= 0.1
        other.kill()  # the sign goes with its process, however that ends
    assert yield_to_answers(tmp_path, 60.0) < 60.0


def test_two_may_write_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as one,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other,
    ):
        assert one.stdout is not None and other.stdout is not None and one.stdin is not None
        assert one.stdout.readline() == other.stdout.readline() == "held\n"
        one.stdin.close()
        one.wait()
        assert yield_to_answers(tmp_path, 0.1) >= 0.1


def test_a_folder_that_cannot_be_written_blocks_nothing(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with answer_in_progress(file / "models"), answer_in_progress(None):
        assert yield_to_answers(file / "models", 1.0) == 0.0
