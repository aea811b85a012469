"""Files to read, and workers that do mischief."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


# A worker that does what the file's name says, in the place of the real one.
MISCHIEF = """
import json, os, subprocess, sys, time
for line in sys.stdin:
    name = os.path.basename(json.loads(line)["path"])
    if name.startswith("hang"):
        subprocess.Popen(["sleep", "60"])
        time.sleep(60)
    if name.startswith("slow"):
        time.sleep(60)
    if name.startswith("die"):
        os.kill(os.getpid(), 9)
    if name.startswith("abort"):
        os.abort()
    if name.startswith("half"):
        print('{"document": {"te', end="", flush=True)
        os._exit(0)
    print(json.dumps({"outcome": "empty", "reason": str(os.getpid())}), flush=True)
"""


def write(folder: Path, name: str, text: str = "The mill stands by the river.") -> Path:
    (folder / name).write_text(text)
    return folder / name


def worker(*lines: str, replaces: bool = True) -> tuple[str, ...]:
    """The real worker, with another hand at the files: ``read(path)`` gives the reason of an empty file.

    Without ``replaces`` the lines themselves put something in its place.
    """
    program = [
        "import ingest.worker.main as worker, os, socket, subprocess, sys",
        "from ingest.readers.shared.heartbeat import send_heartbeat",
        *lines,
    ]
    program += [
        "pass" if not replaces else "worker.answer = lambda path, *_: {'outcome': 'empty', 'reason': str(read(path))}",
        "worker.main()",
    ]
    return (sys.executable, "-c", "\n".join(program))
