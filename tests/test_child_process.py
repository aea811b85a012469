from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rag.child_process import how_it_ended, kill_group, module_command, run_module


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder from which this process, and so its children, can import."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_a_child_imports_what_this_process_can_and_nothing_from_the_folder_it_runs_in(
    modules: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    (modules / "echo.py").write_text("import sys, json\nprint(sys.argv[1:], sys.stdin.read(), json.__name__)")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "json.py").write_text("raise SystemExit('the wrong json')")
    monkeypatch.chdir(elsewhere)
    assert run_module("echo", "a", "b", text="привет").stdout == "['a', 'b'] привет json\n"


def test_a_child_sees_the_environment_it_is_given_and_no_more(modules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "x")
    (modules / "names.py").write_text("import os\nprint(os.environ.get('A_SECRET'))")
    assert run_module("names").stdout == "x\n"
    assert run_module("names", environment={"PATH": os.environ["PATH"]}).stdout == "None\n"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise ValueError('no such graph')", "ValueError: no such graph"),
        ("import sys; sys.exit(7)", "exit code 7"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "there was not enough memory"),
    ],
)
def test_how_it_ended(modules: Path, code: str, said: str) -> None:
    (modules / "ending.py").write_text(code)
    assert how_it_ended(run_module("ending")) == said


def test_one_that_takes_too_long_is_killed(modules: Path) -> None:
    (modules / "endless.py").write_text("import time\nwhile True: time.sleep(1)")
    with pytest.raises(subprocess.TimeoutExpired):
        run_module("endless", seconds=0.5)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no sessions of processes")
def test_a_group_is_killed_with_all_that_it_started(modules: Path) -> None:
    (modules / "parent.py").write_text(
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True)\nchild.wait()"
    )
    environment = {**os.environ, "PYTHONPATH": str(modules)}
    command = module_command("parent")
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, start_new_session=True) as parent:
        assert parent.stdout is not None
        grandchild = int(parent.stdout.readline())
        kill_group(parent)
        assert parent.wait(20) == -signal.SIGKILL
    until = time.monotonic() + 20
    while time.monotonic() < until and _lives(grandchild):
        time.sleep(0.05)
    assert not _lives(grandchild)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[-1][0] != "Z"
    except FileNotFoundError:
        return False
